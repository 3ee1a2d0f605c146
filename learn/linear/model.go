package linear

import (
	"context"
	"maps"
	"sync"

	"zhuomo/internal/jobs"
	"zhuomo/learn"
	"zhuomo/learn/calibrate"
	"zhuomo/learn/kernel"
)

// model is what was learnt: a space of features and a weight for each feature
// and label. Its arrays may lie in a mapped file.
type model struct {
	header
	settings settings
	space    *space
	w        []float32 // feature-major, stride lanes
	stride   int
	support  *support // nil when loaded without rows
	readers  *sync.Pool
	rising   []int // labels by their numbers where the middle one is answered, else nil
}

// header is the JSON part of the file.
type header struct {
	Task        learn.Task            `json:"task"`
	Labels      []string              `json:"labels"`
	Params      map[string]any        `json:"params"`
	Seed        uint64                `json:"seed"`
	Examples    int                   `json:"examples"`
	Features    int                   `json:"features"` // the constant one included
	Unseen      float32               `json:"unseen"`   // weight of a bucket never seen
	Calibration calibrate.Calibration `json:"calibration"`
	Held        map[string]float64    `json:"held"`
	Dense       int                   `json:"dense,omitempty"`   // numbers of the vector that each input needs
	Encoder     string                `json:"encoder,omitempty"` // what makes it
}

func newModel(t *trainer, sp *space, s *solution, x *matrix, c calibrated) *model {
	m := &model{
		header: header{
			Task: t.task, Labels: t.labels, Params: maps.Clone(t.values), Seed: t.options.Seed, Examples: len(t.items),
			Features: sp.features(), Unseen: sp.unseen, Calibration: c.Calibration, Held: c.figures, Dense: sp.dense, Encoder: t.options.Encoder,
		},
		settings: t.settings, space: sp, w: s.w, stride: kernel.Pad(len(t.labels)),
	}
	if t.settings.eitherLoss {
		m.Params["loss"] = "hinge" // unless the fit found the other better
	}
	m.support = newSupport(t.items, x, s.dual)
	m.rising = t.rising
	m.readers = m.pool()
	return m
}

// desk is what one prediction needs.
type desk struct {
	reader *reader
	idx    []uint32
	val    []float32
	lanes  []float32
	p      []float64
	order  ranking
}

func (m *model) pool() *sync.Pool {
	return &sync.Pool{New: func() any {
		return &desk{reader: newReader(m.settings.shape()), lanes: make([]float32, m.stride), p: make([]float64, len(m.Labels()))}
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

// Predict answers inputs in their order. See learn.Model.
func (m *model) Predict(ctx context.Context, inputs []learn.Input) ([]learn.Prediction, error) {
	out := make([]learn.Prediction, len(inputs))
	if len(inputs) == 0 {
		return out, nil
	}
	for _, in := range inputs {
		if err := m.vectorFits(in); err != nil {
			return nil, err
		}
	}
	classes := len(m.header.Labels)
	scores := make([]learn.LabelScore, len(inputs)*classes)
	err := jobs.EachChunk(ctx, len(inputs), 0, func(_, from, to int) error {
		d := m.readers.Get().(*desk)
		defer m.readers.Put(d)
		for i := from; i < to; i++ {
			out[i] = m.answer(d, inputs[i], scores[i*classes:][:classes:classes])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// vectorFits tells whether an input has the vector that the model needs. Fault: NeedsVectors.
func (m *model) vectorFits(in learn.Input) error {
	if m.Dense > 0 && len(in.Vector) != m.Dense {
		return learn.NeedsVectors.With("encoder", m.Encoder, "want", m.Dense, "got", len(in.Vector))
	}
	return nil
}

// score leaves the raw scores of all labels in d.lanes.
func (m *model) score(d *desk, in learn.Input) (familiar float32) {
	g := d.reader.read(in)
	d.idx, d.val, familiar = m.space.encode(g, m.settings.shape().groups(), nil, d.idx[:0], d.val[:0])
	clear(d.lanes)
	kernel.Gather(d.lanes, m.w, m.stride, d.idx, d.val)
	return familiar
}

func (m *model) answer(d *desk, in learn.Input, into []learn.LabelScore) learn.Prediction {
	familiar := m.score(d, in)
	single := m.header.Task == learn.Single
	scores := d.lanes[:len(d.p)]
	m.Calibration.Probabilities(single, scores, d.p)
	d.order.sort(scores)
	answer := d.order.at(len(into) - 1)
	if m.rising != nil {
		answer = middle(m.rising, d.p)
	}
	for k := range into {
		l := d.order.at(len(into) - 1 - k)
		p := d.p[l]
		chosen := p >= m.Calibration.Threshold || k == 0 && m.Calibration.Always
		if single {
			chosen = l == answer
		}
		into[k] = learn.LabelScore{Label: m.header.Labels[l], P: float32(p), Chosen: chosen}
	}
	foreign := m.Calibration.Foreign(m.Calibration.Scope.Home(scores, familiar))
	return learn.Prediction{
		Scores: into, OutOfScope: foreign, OutOfScopeFrom: m.Calibration.ForeignFrom(),
		Foreign: m.Calibration.TurnsAway(foreign, d.order.at(len(into)-1)),
	}
}

// Explain shares each feature's part of the score among the characters where it
// stood. See learn.Model.
func (m *model) Explain(ctx context.Context, in learn.Input, label string) (learn.Explanation, error) {
	l, err := learn.LabelAt(m.header.Labels, label)
	if err := firstOf(err, m.vectorFits(in), ctx.Err()); err != nil {
		return learn.Explanation{}, err
	}
	d := m.readers.Get().(*desk)
	defer m.readers.Put(d)
	d.reader.trace = true
	defer func() { d.reader.trace = false }()
	m.score(d, in)

	e := learn.Explanation{Label: label, Score: d.lanes[l]}
	m.Calibration.Probabilities(m.header.Task == learn.Single, d.lanes[:len(d.p)], d.p)
	e.P = float32(d.p[l])
	part := share(&e, in, m.space, d.reader.spans, d.idx, d.val, func(f uint32) float32 { return m.w[int(f)*m.stride+l] })
	if m.space.bias > 0 {
		e.Base = part[uint32(len(m.space.idf))]
	}
	return e, nil
}

// share fills Text, History and Rest of e with what each feature did, its value times
// weight, among the characters where it stood; it gives those by feature.
func share(e *learn.Explanation, in learn.Input, sp *space, spans []span, idx []uint32, val []float32, weight func(feature uint32) float32) map[uint32]float32 {
	e.Text, e.History = make([]float32, len([]rune(in.Text))), make([][]float32, len(in.History))
	for turn, said := range in.History {
		e.History[turn] = make([]float32, len([]rune(said.Text)))
	}
	part := make(map[uint32]float32, len(idx))
	for j, f := range idx {
		part[f] = float32(val[j] * weight(f))
	}
	stood := make(map[uint32]int, len(part))
	for _, s := range spans {
		if f, ok := sp.find(s.bucket); ok {
			stood[f]++
		}
	}
	for _, s := range spans {
		f, ok := sp.find(s.bucket)
		if !ok {
			continue
		}
		own := part[f] / float32(stood[f])
		if s.from == s.to {
			e.Rest += own
			continue
		}
		chars := e.Text
		if s.turn >= 0 {
			chars = e.History[s.turn]
		}
		for at := s.from; at < s.to; at++ {
			chars[at] += own / float32(s.to-s.from)
		}
	}
	for _, f := range idx { // what an encoder adds stands at no character
		if int(f) >= sp.firstDense() {
			e.Rest += part[f]
		}
	}
	return part
}

// Witnesses takes the score apart into training rows: it is the sum over rows
// of multiplier times likeness. See learn.Model.
func (m *model) Witnesses(ctx context.Context, in learn.Input, label string, most int) ([]learn.Witness, error) {
	l, err := learn.LabelAt(m.header.Labels, label)
	if err := firstOf(err, m.vectorFits(in), ctx.Err()); err != nil {
		return nil, err
	}
	if m.support == nil {
		return nil, learn.NoRows.With()
	}
	d := m.readers.Get().(*desk)
	defer m.readers.Put(d)
	m.score(d, in)
	return m.support.heaviest(d.idx, d.val, m.Features, uint32(l), most, m.header.Labels), nil
}

// Steepness is how much one more of a raw score counts in log odds.
func (m *model) Steepness() float64 { return m.Calibration.Steepness(m.header.Task == learn.Single) }
