package learn

import (
	"slices"
	"unicode/utf8"
)

// Task is what is learnt about a text.
type Task string

const (
	Single Task = "single" // exactly one label a text
	Multi  Task = "multi"  // any number of labels, also none
	Spans  Task = "spans"  // stretches of the text, each with a label
)

// Span is a labelled stretch [Start,End) of a text, in code points.
type Span struct {
	Start, End int
	Label      int // index into Data.Labels
}

// Who spoke a turn.
type Who string

const (
	Customer Who = "customer" // 客户
	Product  Who = "product"  // 产品, or the person who stands in for it
)

// Said is one turn of a conversation.
type Said struct {
	Who  Who    `json:"who" enum:"customer,product" doc:"谁说的|who spoke"`
	Text string `json:"text" doc:"说了什么|what was said"`
}

// Input is what a model is asked about.
type Input struct {
	Text    string `json:"text" doc:"要判断的话|the text to judge"`
	History []Said `json:"history,omitempty" doc:"之前的话，先说的在前|what was said before, oldest first"`
	// Vector is what an encoder makes of Text, of length 1; nil where none is used.
	Vector []float32 `json:"-"`
}

// Example is a row with its gold, as a learner sees it.
type Example struct {
	RowID   string
	Text    string
	History []Said  // oldest first
	Labels  []int   // indices into Data.Labels; exactly one for Single, none for Spans
	Spans   []Span  // for Spans: they may lie in each other
	Weight  float32 // how much the example counts; 0 means 1
	// Group joins examples that a split must not part, such as the turns of one
	// conversation; "" stands alone.
	Group string
	// Vector is that of Input; all examples that are learnt together have one of the
	// same length, or none has.
	Vector []float32
	// Guessed says that the labels are a teacher's and not gold: the row is learnt from
	// and never held back to calibrate or to set a threshold on.
	Guessed bool
}

// Input is the example without its answer.
func (e Example) Input() Input { return Input{Text: e.Text, History: e.History, Vector: e.Vector} }

// Data is what a learner learns from.
type Data struct {
	Task     Task
	Labels   []string // names, unique
	Examples []Example
}

// Check finds what no learner can learn from. Faults: NoExamples, OneLabel,
// BadLabel.
func (d Data) Check() error {
	if len(d.Examples) == 0 {
		return NoExamples.With()
	}
	seen := make([]bool, len(d.Labels))
	for i := range d.Examples {
		if err := CheckExample(d.Task, d.Labels, &d.Examples[i], i); err != nil {
			return err
		}
		d.Examples[i].Mark(seen)
	}
	return CheckSeen(d.Task, d.Labels, seen)
}

// CheckSeen finds out whether enough labels occur; seen tells for each whether
// it does. Fault: OneLabel.
func CheckSeen(task Task, labels []string, seen []bool) error {
	need := 2
	if task != Single {
		need = 1
	}
	if count(seen) >= need {
		return nil
	}
	only := "-"
	if at := slices.Index(seen, true); at >= 0 {
		only = labels[at]
	}
	return OneLabel.With("label", only)
}

// Mark sets seen for each label that the example has.
func (e *Example) Mark(seen []bool) {
	for _, l := range e.Labels {
		seen[l] = true
	}
	for _, sp := range e.Spans {
		seen[sp.Label] = true
	}
}

// CheckExample checks the labels and the weight of one example; at is its
// place, for the message. Fault: BadLabel.
func CheckExample(task Task, labels []string, e *Example, at int) error {
	if task == Single && len(e.Labels) != 1 {
		return BadLabel.With("record", at+1, "row", e.RowID, "problem", "needs exactly one label | 要恰好一个标签")
	}
	if task == Spans && len(e.Labels) > 0 || task != Spans && len(e.Spans) > 0 {
		return BadLabel.With("record", at+1, "row", e.RowID, "problem", "labels of another task | 标签不属于这种任务")
	}
	length := 0
	if len(e.Spans) > 0 {
		length = utf8.RuneCountInString(e.Text)
	}
	for _, sp := range e.Spans {
		if sp.Label < 0 || sp.Label >= len(labels) || sp.Start < 0 || sp.End <= sp.Start || sp.End > length {
			return BadLabel.With("record", at+1, "row", e.RowID, "problem", "a span of an unknown label or outside the text | 片段的标签不存在，或超出文本")
		}
	}
	for i, l := range e.Labels {
		if l < 0 || l >= len(labels) || slices.Contains(e.Labels[:i], l) {
			return BadLabel.With("record", at+1, "row", e.RowID, "problem", "unknown or repeated label | 标签不存在或重复")
		}
	}
	if !(e.Weight >= 0 && e.Weight <= 1e6) {
		return BadLabel.With("record", at+1, "row", e.RowID, "problem", "weight outside 0–1,000,000 | 权重超出 0–1,000,000")
	}
	return nil
}

func count(flags []bool) (n int) {
	for _, f := range flags {
		if f {
			n++
		}
	}
	return n
}
