package near

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"zhuomo/internal/jobs"
	"zhuomo/learn"
	"zhuomo/learn/calibrate"
	"zhuomo/learn/linear"
)

// model is the rows learnt from and how they speak. Its lists may lie in a mapped file.
type model struct {
	header
	pieces  *linear.Pieces
	index   *search
	classes *classes
	label   []uint32 // by row
	ids     []string // by row, nil when loaded without rows
	desks   *sync.Pool
}

// header is the JSON part of the file.
type header struct {
	Task        learn.Task            `json:"task"`
	Labels      []string              `json:"labels"`
	Params      map[string]any        `json:"params"`
	Seed        uint64                `json:"seed"`
	Examples    int                   `json:"examples"`
	Features    int                   `json:"features"`
	Unseen      float32               `json:"unseen"`
	Blend       blend                 `json:"blend"`
	Pieces      int                   `json:"pieces"` // of all rows, each row's counted
	Calibration calibrate.Calibration `json:"calibration"`
	Held        map[string]float64    `json:"held"`
	Dense       int                   `json:"dense,omitempty"`   // numbers of the vector that each input needs
	Encoder     string                `json:"encoder,omitempty"` // what makes it
}

// desk is what one answer needs.
type desk struct {
	alike, scores []float32
	p             []float64
	order         []int
}

// open readies a model that is complete.
func (m *model) open() {
	m.header.Pieces = len(m.index.row)
	m.desks = &sync.Pool{New: func() any {
		n := len(m.header.Labels)
		return &desk{alike: make([]float32, m.index.stride), scores: make([]float32, n), p: make([]float64, n), order: make([]int, n)}
	}}
}

// Learner, Task, Labels and Card describe the model. See learn.Model.
func (m *model) Learner() string  { return Name }
func (m *model) Task() learn.Task { return m.header.Task }
func (m *model) Labels() []string { return m.header.Labels }
func (m *model) Card() learn.Card {
	return learn.Card{
		Learner: Name, Task: m.header.Task, Params: m.header.Params, Seed: m.Seed, Examples: m.Examples,
		Labels: len(m.header.Labels), Features: m.Features, Held: m.Held,
	}
}

// fits tells whether an input has the vector that the model needs. Fault: NeedsVectors.
func (m *model) fits(in learn.Input) error {
	if m.Dense > 0 && len(in.Vector) != m.Dense {
		return learn.NeedsVectors.With("encoder", m.Encoder, "want", m.Dense, "got", len(in.Vector))
	}
	return nil
}

// Predict answers inputs in their order. See learn.Model.
func (m *model) Predict(ctx context.Context, inputs []learn.Input) ([]learn.Prediction, error) {
	out := make([]learn.Prediction, len(inputs))
	for _, in := range inputs {
		if err := m.fits(in); err != nil {
			return nil, err
		}
	}
	err := jobs.EachChunk(ctx, len(inputs), 0, func(_, from, to int) error {
		d, r := m.desks.Get().(*desk), m.pieces.Reader()
		defer r.Done()
		defer m.desks.Put(d)
		for i := from; i < to; i++ {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			out[i] = m.answer(d, r, inputs[i])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// score leaves likenesses and scores in d.
func (m *model) score(d *desk, r *linear.Reader, in learn.Input) (familiar float32) {
	idx, val, familiar := r.Read(in)
	m.index.alike(idx, val, d.alike)
	m.classes.scores(m.Blend, d.alike, d.scores)
	return familiar
}

func (m *model) answer(d *desk, r *linear.Reader, in learn.Input) learn.Prediction {
	familiar := m.score(d, r, in)
	c := &m.Calibration
	c.Probabilities(true, d.scores, d.p)
	for l := range d.order {
		d.order[l] = l
	}
	slices.SortStableFunc(d.order, func(a, b int) int { return cmp.Compare(d.scores[b], d.scores[a]) })
	into := make([]learn.LabelScore, len(d.order))
	for k, l := range d.order {
		into[k] = learn.LabelScore{Label: m.header.Labels[l], P: float32(d.p[l]), Chosen: k == 0}
	}
	foreign := c.Foreign(c.Scope.Home(d.scores, familiar))
	return learn.Prediction{Scores: into, OutOfScope: foreign, OutOfScopeFrom: c.ForeignFrom(), Foreign: c.TurnsAway(foreign, d.order[0])}
}

// look scores one input and tells what each row counts for label.
func (m *model) look(ctx context.Context, in learn.Input, label string) (l int, d *desk, part []float32, err error) {
	if l, err = learn.LabelAt(m.header.Labels, label); err != nil {
		return 0, nil, nil, err
	}
	if err := m.fits(in); err != nil {
		return 0, nil, nil, err
	}
	if err := ctx.Err(); err != nil {
		return 0, nil, nil, err
	}
	d = m.desks.Get().(*desk)
	r := m.pieces.Reader()
	defer r.Done()
	m.score(d, r, in)
	return l, d, m.classes.parts(m.Blend, l, d.alike), nil
}

// Explain shares what each piece has in common with the rows that speak for label among
// the characters where it stood. See learn.Model.
func (m *model) Explain(ctx context.Context, in learn.Input, label string) (learn.Explanation, error) {
	l, d, part, err := m.look(ctx, in, label)
	if err != nil {
		return learn.Explanation{}, err
	}
	defer m.desks.Put(d)
	m.Calibration.Probabilities(true, d.scores, d.p)
	e := learn.Explanation{Label: label, Score: d.scores[l], P: float32(d.p[l])}
	if len(m.classes.of(l)) == 0 {
		e.Base = e.Score
	}
	r := m.pieces.Reader()
	defer r.Done()
	r.Explain(in, func(f uint32) float32 { return m.index.weigh(f, part) }, &e)
	return e, nil
}

// Witnesses takes the score apart into rows: each counts its part times its likeness.
// See learn.Model.
func (m *model) Witnesses(ctx context.Context, in learn.Input, label string, most int) ([]learn.Witness, error) {
	if m.ids == nil {
		if _, err := learn.LabelAt(m.header.Labels, label); err != nil {
			return nil, err
		}
		return nil, learn.NoRows.With()
	}
	_, d, part, err := m.look(ctx, in, label)
	if err != nil {
		return nil, err
	}
	defer m.desks.Put(d)
	var pulls []learn.Pull
	for row, w := range part {
		if pull := float32(w * d.alike[row]); pull != 0 {
			pulls = append(pulls, learn.Pull{Row: row, Weight: pull})
		}
	}
	rows := m.named()
	return rows.Heaviest(pulls, most, m.header.Labels), nil
}

// Steepness is how much one more of a raw score counts in log odds.
func (m *model) Steepness() float64 { return m.Calibration.Steepness(true) }
