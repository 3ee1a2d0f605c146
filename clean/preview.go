package clean

import (
	"context"
	"math/rand/v2"
	"slices"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
)

// Preview shows what a recipe does to a sample. Personal data is masked in all of it.
type Preview struct {
	Rows  int           `json:"rows"` // in the sample
	Out   int           `json:"out"`
	Aside int           `json:"set_aside"`
	Steps []PreviewStep `json:"steps"`
	// Lines are the changed texts of the sample as one merged difference each.
	Lines []PreviewLine `json:"lines"`
	// MoreLines is how many changed texts are not listed.
	MoreLines int `json:"more_lines,omitempty"`
}

// PreviewStep shows one step.
type PreviewStep struct {
	StepCount
	// RecipeStep is the line of the recipe, from 1; a line that includes another
	// recipe has several steps.
	RecipeStep int `json:"recipe_step"`
	// Fault says why the step cannot run; the other steps are shown without it.
	Fault *StepFault `json:"fault,omitempty"`
	// WholeTable: the step looks at all rows, so that a sample shows less than
	// the run will find.
	WholeTable bool           `json:"whole_table,omitempty"`
	Changes    []PreviewCell  `json:"changes"`
	Left       []PreviewAside `json:"left"`
	More       int            `json:"more,omitempty"` // changes and rows left that are not listed
}

// PreviewCell is one changed cell.
type PreviewCell struct {
	Row    dataset.RowID `json:"row"`
	Column string        `json:"column"`
	Code   string        `json:"code"`
	Ops    []Op          `json:"ops"`
}

// PreviewAside is one row that the step sets aside.
type PreviewAside struct {
	Row    dataset.RowID     `json:"row"`
	Values map[string]string `json:"values"`
	Code   string            `json:"code"`
	Reason spec.Text         `json:"reason"`
	Twin   dataset.RowID     `json:"twin,omitempty"`
}

// StepFault is why one step cannot run.
type StepFault struct {
	Code    string    `json:"code"`
	Message spec.Text `json:"message"`
	Fix     spec.Text `json:"fix"`
}

// previewCells is how many changes, and how many rows left, a step lists.
const previewCells = 100

// Preview runs the plan on sampled rows and lists what changed, step by step.
// It is the run itself: the same rows give the same result.
func (p *Plan) Preview(ctx context.Context, rows []dataset.Row) (Preview, error) {
	lineOf := make([]int, len(p.steps))
	for i := range lineOf {
		lineOf[i] = i + 1
	}
	return p.preview(ctx, rows, lineOf, nil, 0)
}

// listed lists the result step by step.
func (p *Plan) listed(result Result, rows []dataset.Row) Preview {
	out := Preview{Rows: len(rows), Out: len(result.Rows), Aside: len(result.Aside)}
	for i, c := range result.Steps {
		out.Steps = append(out.Steps, PreviewStep{StepCount: c, WholeTable: isTable(p.steps[i]), Changes: []PreviewCell{}, Left: []PreviewAside{}})
	}
	values := make(map[dataset.RowID][]string, len(rows))
	for _, r := range rows {
		values[r.ID] = r.Values
	}
	names := p.Schema.Names()
	for _, e := range result.Journal {
		now := append([]string(nil), originOf(values, e.Row)...)
		for _, c := range e.Changes {
			before := now[c.Column]
			if after, ok := c.apply(before); ok {
				now[c.Column] = after
			}
			step := &out.Steps[c.Step-1]
			if len(step.Changes) >= previewCells {
				step.More++
				continue
			}
			_, _, ops := maskedDiff(before, now[c.Column], p.steps[c.Step-1].spec.Family == Privacy)
			step.Changes = append(step.Changes, PreviewCell{Row: e.Row, Column: names[c.Column], Code: c.Code, Ops: ops})
		}
		if e.Parts > 0 { // the parts' own entries go on from here
			values[e.Row] = now
		}
		if e.Aside != nil {
			step := &out.Steps[e.Step-1]
			if len(step.Left) >= previewCells {
				step.More++
				continue
			}
			left := PreviewAside{Row: e.Row, Values: map[string]string{}, Code: e.Aside.Code, Reason: e.Aside.Text, Twin: e.Aside.Twin}
			for i, name := range names {
				left.Values[name] = now[i]
			}
			maskValues(left.Values)
			step.Left = append(step.Left, left)
		}
	}
	return out
}

// originOf finds the values that a row's journal starts from: its own, or those
// of the row that it is a part of.
func originOf(values map[dataset.RowID][]string, id dataset.RowID) []string {
	for {
		if v, ok := values[id]; ok {
			return v
		}
		cut := len(id) - 1
		for cut >= 0 && id[cut] != '.' {
			cut--
		}
		if cut < 0 {
			return nil
		}
		id = id[:cut]
	}
}

// Sample draws n rows by chance, in the order in which they came. Feed it every
// row, then take Rows.
type Sample struct {
	n, seen int
	rng     *rand.Rand
	kept    []dataset.Row
	at      []int
}

// NewSample makes a sample of n rows that depends only on the seed and the rows.
func NewSample(n int, seed uint64) *Sample {
	return &Sample{n: n, rng: rand.New(rand.NewPCG(seed, 0x636c65616e))}
}

// place is where the next row goes, -1 for nowhere.
func (s *Sample) place() int {
	s.seen++
	if len(s.kept) < s.n {
		return len(s.kept)
	}
	if at := s.rng.IntN(s.seen); at < s.n {
		return at
	}
	return -1
}

// Add offers the next row; keep copies a row that the sample holds on to.
func (s *Sample) Add(row dataset.Row, keep func(dataset.Row) dataset.Row) {
	at := s.place()
	switch {
	case at < 0:
	case at == len(s.kept):
		s.kept, s.at = append(s.kept, keep(row)), append(s.at, s.seen)
	default:
		s.kept[at], s.at[at] = keep(row), s.seen
	}
}

// Rows gives the sample in the order of the version.
func (s *Sample) Rows() []dataset.Row {
	order := make([]int, len(s.kept))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return s.at[a] - s.at[b] })
	rows := make([]dataset.Row, len(order))
	for i, at := range order {
		rows[i] = s.kept[at]
	}
	return rows
}
