package evaluate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhuomo/internal/spec"
	"zhuomo/learn"
)

// Kind is what a check demands (Ribeiro et al. 2020, CheckList).
type Kind string

const (
	Minimum    Kind = "minimum"    // 最低功能: this sentence must get exactly these labels
	Invariance Kind = "invariance" // 不变: a changed sentence must get what the plain one gets
	Direction  Kind = "direction"  // 方向: an addition must raise, or lower, these labels
	Has        Kind = "has"        // 必有: these labels must be among those given
	Lacks      Kind = "lacks"      // 必无: none of these labels may be given
)

// alone tells whether a check looks at one sentence, not at two.
func (k Kind) alone() bool { return k == Minimum || k == Has || k == Lacks }

// Check is one behavioural test.
type Check struct {
	ID      string   `yaml:"id" json:"id"`
	Kind    Kind     `yaml:"kind" json:"kind"`
	Group   string   `yaml:"group" json:"group"`
	Text    string   `yaml:"text" json:"text"`
	Context []string `yaml:"context,omitempty" json:"context,omitempty"` // earlier lines, "客：…" or "服：…"
	Labels  []string `yaml:"labels,omitempty" json:"labels,omitempty"`   // minimum: exactly these; has: these too; lacks: none of these
	Plain   string   `yaml:"plain,omitempty" json:"plain,omitempty"`     // invariance and direction: the sentence before the change
	Raises  []string `yaml:"raises,omitempty" json:"raises,omitempty"`   // direction: labels that must become more probable
	Lowers  []string `yaml:"lowers,omitempty" json:"lowers,omitempty"`   // direction: labels that must become less probable
	Change  string   `yaml:"change,omitempty" json:"change,omitempty"`   // which perturbation made it
}

// Suite is a named list of checks.
type Suite struct {
	Name   string  `yaml:"name" json:"name"`
	Checks []Check `yaml:"checks" json:"checks"`
}

// ParseSuite reads the YAML of docs/formats/suite.md. labels, when given, are
// the only ones allowed. Fault: BrokenSuite with line and column or check id.
func ParseSuite(text []byte, labels []string) (Suite, error) {
	var s Suite
	if err := spec.DecodeYAML(text, &s); err != nil {
		return s, BrokenSuite.With("problem", mistake(err)).Because(err)
	}
	seen := map[string]bool{}
	for i, c := range s.Checks {
		where := fmt.Sprintf("check %d %q", i+1, c.ID)
		switch {
		case c.ID == "" || seen[c.ID]:
			return s, BrokenSuite.With("problem", spec.Mistake(where, "the id is missing or used twice | 编号缺失或重复")).At("id")
		case strings.TrimSpace(c.Text) == "":
			return s, BrokenSuite.With("problem", spec.Mistake(where, "no text | 没有 text")).At("text")
		case c.Kind.alone() && len(c.Labels) == 0:
			return s, BrokenSuite.With("problem", spec.Mistake(where, "no labels | 没有 labels")).At("labels")
		case c.Kind == Invariance && c.Plain == "", c.Kind == Direction && c.Plain == "":
			return s, BrokenSuite.With("problem", spec.Mistake(where, "no plain sentence | 没有 plain")).At("plain")
		case c.Kind == Direction && len(c.Raises)+len(c.Lowers) == 0:
			return s, BrokenSuite.With("problem", spec.Mistake(where, "raises nothing and lowers nothing | 没有 raises 或 lowers")).At("raises")
		case !c.Kind.alone() && c.Kind != Invariance && c.Kind != Direction:
			return s, BrokenSuite.With("problem", spec.Mistake(where, fmt.Sprintf("kind %q is none of minimum, invariance, direction, has, lacks | kind 应为 minimum、invariance、direction、has、lacks 之一", c.Kind))).At("kind")
		}
		for _, l := range slices.Concat(c.Labels, c.Raises, c.Lowers) {
			if len(labels) > 0 && !slices.Contains(labels, l) {
				return s, BrokenSuite.With("problem", spec.Mistake(where, fmt.Sprintf("label %q is not in the guideline | 标注规范里没有标签 %q", l, l))).At("labels")
			}
		}
		seen[c.ID] = true
	}
	return s, nil
}

// CheckResult is what became of one check.
type CheckResult struct {
	Check  Check    `json:"check"`
	Passed bool     `json:"passed"`
	Got    []string `json:"got"`             // labels that the model chose
	Want   []string `json:"want"`            // labels that it should have chosen
	Moves  []Move   `json:"moves,omitempty"` // direction: probabilities before and after
}

// Move is how the probability of a label moved between two sentences.
type Move struct {
	Label  string  `json:"label"`
	Before float32 `json:"before"`
	After  float32 `json:"after"`
}

// Share is passed of total.
type Share struct {
	Passed int `json:"passed"`
	Total  int `json:"total"`
}

// Value is the share, 0–1; 0 of 0 is 0: nothing was shown.
func (s Share) Value() float64 {
	if s.Total == 0 {
		return 0
	}
	return float64(s.Passed) / float64(s.Total)
}

// SuiteResult is what a model did on a suite.
type SuiteResult struct {
	Suite   string           `json:"suite"`
	All     Share            `json:"all"`
	ByKind  map[Kind]Share   `json:"by_kind"`
	ByGroup map[string]Share `json:"by_group"`
	Failed  []CheckResult    `json:"failed"`
	Held    []CheckResult    `json:"held,omitempty"` // the checks that passed
}

// RunSuite asks the model every check. Results come in the order of the suite.
func RunSuite(ctx context.Context, s Suite, m learn.Model) (SuiteResult, []CheckResult, error) {
	inputs := make([]learn.Input, 0, 2*len(s.Checks))
	for _, c := range s.Checks {
		history := History(c.Context)
		inputs = append(inputs, learn.Input{Text: c.Text, History: history})
		if !c.Kind.alone() {
			inputs = append(inputs, learn.Input{Text: c.Plain, History: history})
		}
	}
	answers, err := m.Predict(ctx, inputs)
	if err != nil {
		return SuiteResult{}, nil, fmt.Errorf("run suite %s: %w", s.Name, err)
	}
	out := SuiteResult{Suite: s.Name, ByKind: map[Kind]Share{}, ByGroup: map[string]Share{}, Failed: []CheckResult{}}
	results := make([]CheckResult, 0, len(s.Checks))
	at := 0
	for _, c := range s.Checks {
		r := CheckResult{Check: c, Got: answers[at].Chosen()}
		if c.Kind.alone() {
			r.Want, r.Passed = c.Labels, c.met(r.Got)
			at++
		} else {
			plain := answers[at+1]
			r.Want = plain.Chosen()
			r.Passed = sameSet(r.Got, r.Want)
			if c.Kind == Direction {
				r.Passed, r.Moves = moved(c, plain, answers[at])
			}
			at += 2
		}
		results = append(results, r)
		out.count(r)
	}
	return out, results, nil
}

// met tells whether the labels given are what a check of one sentence demands.
func (c Check) met(got []string) bool {
	given := func(l string) bool { return slices.Contains(got, l) }
	switch c.Kind {
	case Has:
		return !slices.ContainsFunc(c.Labels, func(l string) bool { return !given(l) })
	case Lacks:
		return !slices.ContainsFunc(c.Labels, given)
	}
	return sameSet(got, c.Labels)
}

func (s *SuiteResult) count(r CheckResult) {
	add := func(x Share) Share {
		x.Total++
		if r.Passed {
			x.Passed++
		}
		return x
	}
	s.All = add(s.All)
	s.ByKind[r.Check.Kind] = add(s.ByKind[r.Check.Kind])
	group := r.Check.Group
	if r.Check.Change != "" {
		group = r.Check.Change
	}
	s.ByGroup[group] = add(s.ByGroup[group])
	if r.Passed {
		s.Held = append(s.Held, r)
	} else {
		s.Failed = append(s.Failed, r)
	}
}

// moved tells whether the labels went where a direction check wants them.
func moved(c Check, before, after learn.Prediction) (bool, []Move) {
	passed := true
	var moves []Move
	for _, side := range []struct {
		labels []string
		up     bool
	}{{c.Raises, true}, {c.Lowers, false}} {
		for _, l := range side.labels {
			m := Move{Label: l, Before: probability(before, l), After: probability(after, l)}
			moves = append(moves, m)
			passed = passed && (m.After > m.Before) == side.up && m.After != m.Before
		}
	}
	return passed, moves
}

func probability(p learn.Prediction, label string) float32 {
	for _, s := range p.Scores {
		if s.Label == label {
			return s.P
		}
	}
	return 0
}

// History reads the context lines of a check: "服：…" is the product's side, all
// else the customer's.
func History(lines []string) []learn.Said {
	var out []learn.Said
	for _, line := range lines {
		who := learn.Customer
		if rest, ok := strings.CutPrefix(line, "服："); ok {
			who, line = learn.Product, rest
		} else {
			line = strings.TrimPrefix(line, "客：")
		}
		out = append(out, learn.Said{Who: who, Text: line})
	}
	return out
}

// sameSet compares label lists without order.
func sameSet(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for _, x := range a {
		if !slices.Contains(b, x) {
			return false
		}
	}
	return true
}

// mistake tells a YAML error with its place.
func mistake(err error) spec.Text {
	line, column, problem := spec.YAMLMistake(err)
	return spec.Text{
		ZH: fmt.Sprintf("第 %d 行第 %d 列：%s", line, column, problem.ZH), EN: fmt.Sprintf("line %d, column %d: %s", line, column, problem.EN),
	}
}
