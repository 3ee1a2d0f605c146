package learn

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"zhuomo/internal/spec"
)

// Teacher says what it takes texts for, so that a fast learner can learn it: a model
// that is too slow to be asked live, or a rule set.
type Teacher interface {
	// Teach gives, for each input, probabilities of labels; an empty list means that
	// it does not know. Labels may be any.
	Teach(ctx context.Context, inputs []Input) ([][]LabelScore, error)
}

// What of a teacher's answer is taught.
const (
	leastTaught = 0.05 // probability of a label
	mostTaught  = 3    // labels of a text, where it has one
)

// Taught makes examples of rows that nobody labelled by what a teacher says of them.
// With one label a text a row comes once for each label that the teacher finds likely,
// and counts as much as that is: together at most weight. With several it comes once,
// with the labels that the teacher chooses. Labels that are not among those of data
// are left out. It also tells how many rows the teacher knew.
func Taught(ctx context.Context, t Teacher, data Data, rest []Example, weight float32) (examples []Example, known int, err error) {
	inputs := make([]Input, len(rest))
	for i, e := range rest {
		inputs[i] = e.Input()
	}
	said, err := t.Teach(ctx, inputs)
	if err != nil {
		return nil, 0, err
	}
	for i, scores := range said {
		before := len(examples)
		row := rest[i]
		row.Guessed = true
		if data.Task == Single {
			taught := 0
			for _, s := range scores {
				at := slices.Index(data.Labels, s.Label)
				if at < 0 || s.P < leastTaught || taught == mostTaught {
					continue
				}
				taught++
				row.Labels, row.Weight = []int{at}, weight*s.P
				examples = append(examples, row)
			}
		} else if len(scores) > 0 {
			row.Labels, row.Weight = nil, 0
			for _, s := range scores {
				if at := slices.Index(data.Labels, s.Label); at >= 0 {
					row.Weight += max(s.P, 1-s.P) / float32(len(scores))
					if s.Chosen {
						row.Labels = append(row.Labels, at)
					}
				}
			}
			if row.Weight *= weight; row.Weight > 0 {
				examples = append(examples, row)
			}
		}
		if len(examples) > before {
			known++
		}
	}
	return examples, known, nil
}

// ModelTeacher teaches what a model answers; what it takes for none of its labels it
// does not teach. Encode gives the vectors that the model needs, nil = it needs none.
type ModelTeacher struct {
	Model  Model
	Encode func(ctx context.Context, texts []string) ([][]float32, error)
}

// Teach asks the model. See Teacher.
func (t ModelTeacher) Teach(ctx context.Context, inputs []Input) ([][]LabelScore, error) {
	asked := slices.Clone(inputs)
	for i := range asked {
		asked[i].Vector = nil
	}
	if t.Encode != nil {
		texts := make([]string, len(asked))
		for i, in := range asked {
			texts[i] = in.Text
		}
		vectors, err := t.Encode(ctx, texts)
		if err != nil {
			return nil, err
		}
		for i := range asked {
			asked[i].Vector = vectors[i]
		}
	}
	answers, err := t.Model.Predict(ctx, asked)
	if err != nil {
		return nil, err
	}
	out := make([][]LabelScore, len(answers))
	for i, a := range answers {
		if !a.Foreign {
			out[i] = a.Scores
		}
	}
	return out, nil
}

// RuleTeacher teaches what a rule set says: a text has the labels of the rules that
// match it; where there are several, each is as likely.
type RuleTeacher struct {
	rules []rule
}

type rule struct {
	label string
	when  []*regexp.Regexp
	not   []*regexp.Regexp
}

// maxRules bounds a rule set.
const maxRules = 10_000

// ReadRules reads a rule set: a list of {label, when, not}; a text has the label if
// any of when is found in it and none of not. Expressions are those of Go (RE2), and
// do not tell upper from lower case. Fault: BadRules.
func ReadRules(file string, text []byte) (*RuleTeacher, error) {
	bad := func(problem string) error {
		return BadRules.With("file", file, "problem", spec.Mistake("", problem))
	}
	var written []struct {
		Label string
		When  []string
		Not   []string
	}
	if err := spec.DecodeYAML(text, &written); err != nil {
		return nil, bad(err.Error())
	}
	if len(written) == 0 || len(written) > maxRules {
		return nil, bad("it needs 1 to 10,000 rules | 要有 1 到 10000 条规则")
	}
	t := &RuleTeacher{}
	for _, w := range written {
		if strings.TrimSpace(w.Label) == "" || len(w.When) == 0 {
			return nil, bad("each rule needs label and when | 每条规则要有 label 和 when")
		}
		r := rule{label: w.Label}
		for _, part := range []struct {
			from []string
			into *[]*regexp.Regexp
		}{{w.When, &r.when}, {w.Not, &r.not}} {
			for _, expression := range part.from {
				compiled, err := regexp.Compile("(?i)" + expression)
				if err != nil {
					return nil, bad(w.Label + ": " + err.Error())
				}
				*part.into = append(*part.into, compiled)
			}
		}
		t.rules = append(t.rules, r)
	}
	return t, nil
}

// Teach applies the rules. See Teacher.
func (t *RuleTeacher) Teach(ctx context.Context, inputs []Input) ([][]LabelScore, error) {
	out := make([][]LabelScore, len(inputs))
	for i, in := range inputs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		found := func(e *regexp.Regexp) bool { return e.MatchString(in.Text) }
		for _, r := range t.rules {
			if slices.ContainsFunc(out[i], func(s LabelScore) bool { return s.Label == r.label }) {
				continue
			}
			if slices.ContainsFunc(r.when, found) && !slices.ContainsFunc(r.not, found) {
				out[i] = append(out[i], LabelScore{Label: r.label, Chosen: true})
			}
		}
		for k := range out[i] {
			out[i][k].P = 1 / float32(len(out[i]))
		}
	}
	return out, nil
}
