package label

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
)

// Guideline says what is right: the labels, the rule of each, and examples on
// which people and models are tested.
type Guideline struct {
	Name    string  `json:"name" yaml:"name"`
	Version int     `json:"version,omitempty" yaml:"version,omitempty"` // the author's own count
	Task    string  `json:"task" yaml:"task"`                           // classify
	Multi   bool    `json:"multi" yaml:"multi"`                         // a text may have several labels, or none
	Labels  []Label `json:"labels" yaml:"labels"`
}

// Label is one label with its rule.
type Label struct {
	ID   string `json:"id" yaml:"id"`
	ZH   string `json:"zh" yaml:"zh,omitempty"`
	EN   string `json:"en,omitempty" yaml:"en,omitempty"`
	Rule string `json:"rule,omitempty" yaml:"rule,omitempty"`
	// OnlyWith are the labels that may stand beside this one; ["-"] lets it only
	// stand alone, none lets it stand beside any.
	OnlyWith []string  `json:"only_with,omitempty" yaml:"only_with,omitempty"`
	Examples []Example `json:"examples,omitempty" yaml:"examples,omitempty"`
}

// Example is a text with its right answer.
type Example struct {
	Text    string   `json:"text" yaml:"text"`
	Context []string `json:"context,omitempty" yaml:"context,omitempty"` // earlier lines, "客：…" or "服：…"
	Labels  []string `json:"labels" yaml:"labels"`
	Note    string   `json:"note,omitempty" yaml:"note,omitempty"`
}

const (
	classify       = "classify"
	alone          = "-"
	maxGuideline   = 4 << 20 // bytes; real ones have some hundred kilobytes
	maxLabels      = 5000
	maxLabelRunes  = 100
	maxAnswerCount = 50 // labels of one answer
)

// ParseGuideline reads the YAML (or JSON) of a guideline and checks it against
// itself. Faults: BadYAML with line and column; GuidelineLacks, WrongTask,
// BadLabelID, BadContext, ExamplesDiffer and those of Allows, whose field names
// the place as labels[2].id (7:5).
func ParseGuideline(source []byte) (Guideline, error) {
	var g Guideline
	if len(source) > maxGuideline {
		return g, BadYAML.With("line", 1, "column", 1, "problem", "> "+spec.Size(maxGuideline))
	}
	if err := spec.DecodeYAML(source, &g); err != nil && !errors.Is(err, io.EOF) {
		return Guideline{}, badYAML(err)
	}
	if path, problem := g.problem(); problem != nil {
		return Guideline{}, fault.Of(problem).At(spec.YAMLPlace(source, path))
	}
	return g, nil
}

func badYAML(err error) error {
	line, column, problem := spec.YAMLMistake(err)
	return BadYAML.With("line", line, "column", column, "problem", problem)
}

// labelID keeps ids free of what would break lists, tables and file formats.
var labelID = regexp.MustCompile(`^[\pL\pN_][\pL\pN_.:/-]*$`)

// problem finds the first thing wrong, with its YAML path; nil when nothing is.
func (g Guideline) problem() (path string, problem error) {
	switch {
	case strings.TrimSpace(g.Name) == "":
		return "$.name", GuidelineLacks.With("part", "name")
	case g.Task != classify:
		return "$.task", WrongTask.With("task", g.Task)
	case len(g.Labels) == 0:
		return "$.labels", GuidelineLacks.With("part", "labels")
	case len(g.Labels) > maxLabels:
		return "$.labels", LabelCount.With("count", len(g.Labels), "want", fmt.Sprintf("1–%d", maxLabels))
	}
	known := make(map[string]bool, len(g.Labels))
	for i, l := range g.Labels {
		at := fmt.Sprintf("$.labels[%d]", i)
		switch {
		case !labelID.MatchString(l.ID) || len([]rune(l.ID)) > maxLabelRunes || known[l.ID]:
			return at + ".id", BadLabelID.With("label", l.ID, "number", i+1)
		case strings.TrimSpace(l.ZH) == "" && strings.TrimSpace(l.EN) == "":
			return at, GuidelineLacks.With("part", "zh / en")
		}
		known[l.ID] = true
	}
	seen := map[string][]string{}
	for i, l := range g.Labels {
		for _, other := range l.OnlyWith {
			if other != alone && !known[other] {
				return fmt.Sprintf("$.labels[%d].only_with", i), UnknownLabel.With("label", other)
			}
		}
		for j, e := range l.Examples {
			at := fmt.Sprintf("$.labels[%d].examples[%d]", i, j)
			if strings.TrimSpace(e.Text) == "" {
				return at, GuidelineLacks.With("part", "text")
			}
			for _, line := range e.Context {
				if _, ok := readLine(line); !ok {
					return at + ".context", BadContext.With("line", line)
				}
			}
			if err := g.Allows(e.Labels); err != nil {
				return at + ".labels", err
			}
			if first, twice := seen[e.key()]; twice && setKey(first) != setKey(e.Labels) {
				return at + ".labels", ExamplesDiffer.With("text", e.Text, "first", strings.Join(first, ", "), "second", strings.Join(e.Labels, ", "))
			}
			seen[e.key()] = e.Labels
		}
	}
	return "", nil
}

// readLine reads "客：…" (customer) or "服：…" (agent).
func readLine(line string) (Line, bool) {
	for prefix, who := range map[string]string{"客": Customer, "服": Agent} {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			for _, colon := range []string{"：", ":"} {
				if text, ok := strings.CutPrefix(rest, colon); ok {
					return Line{who, strings.TrimSpace(text)}, true
				}
			}
		}
	}
	return Line{}, false
}

// key is equal for examples that ask the same.
func (e Example) key() string { return e.Text + "\x00" + strings.Join(e.Context, "\x00") }

// Asked is the example without its answer.
func (e Example) Asked() Asked {
	a := Asked{Text: e.Text}
	for _, line := range e.Context {
		l, _ := readLine(line) // ParseGuideline has checked it
		a.Context = append(a.Context, l)
	}
	return a
}

// Allows says whether the guideline permits a set of labels, whatever the text.
// Faults: UnknownLabel, LabelCount, NotTogether.
func (g Guideline) Allows(labels []string) error {
	set := distinct(labels)
	switch {
	case !g.Multi && len(set) != 1:
		return LabelCount.With("count", len(set), "want", "1").At("labels")
	case len(set) > maxAnswerCount:
		return LabelCount.With("count", len(set), "want", fmt.Sprintf("0–%d", maxAnswerCount)).At("labels")
	}
	for _, id := range set {
		l, ok := g.Label(id)
		if !ok {
			return UnknownLabel.With("label", id).At("labels")
		}
		for _, other := range set {
			if len(l.OnlyWith) > 0 && other != id && !slices.Contains(l.OnlyWith, other) {
				return NotTogether.With("label", id, "other", other).At("labels")
			}
		}
	}
	return nil
}

// Label finds a label by id.
func (g Guideline) Label(id string) (Label, bool) {
	i := slices.IndexFunc(g.Labels, func(l Label) bool { return l.ID == id })
	if i < 0 {
		return Label{}, false
	}
	return g.Labels[i], true
}

// LabelIDs are the labels in their order.
func (g Guideline) LabelIDs() []string {
	out := make([]string, len(g.Labels))
	for i, l := range g.Labels {
		out[i] = l.ID
	}
	return out
}

// Examples are the examples of all labels, each once, in their order.
func (g Guideline) Examples() []Example {
	var out []Example
	seen := map[string]bool{}
	for _, l := range g.Labels {
		for _, e := range l.Examples {
			if !seen[e.key()] {
				seen[e.key()] = true
				out = append(out, e)
			}
		}
	}
	return out
}

// changed lists the labels whose meaning may differ between two versions:
// another rule, other companions or examples, or gone; and those that are new,
// which can draw rows away from any other.
func changed(old, now Guideline) []string {
	var out []string
	for _, l := range old.Labels {
		n, ok := now.Label(l.ID)
		if !ok || n.Rule != l.Rule || !slices.Equal(n.OnlyWith, l.OnlyWith) || !slices.EqualFunc(n.Examples, l.Examples, sameExample) {
			out = append(out, l.ID)
		}
	}
	for _, l := range now.Labels {
		if _, ok := old.Label(l.ID); !ok {
			out = append(out, l.ID)
		}
	}
	return out
}

func sameExample(a, b Example) bool {
	return a.key() == b.key() && setKey(a.Labels) == setKey(b.Labels)
}
