package chain

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"sync"

	"zhuomo/internal/jobs"
	"zhuomo/learn"
)

// model is what was learnt: an index of features and, for each layer, weights of
// features and steps. Its arrays may lie in a mapped file.
type model struct {
	header
	index   *index
	layers  []*weights
	lists   *lists  // nil where there are none
	rules   *rules  // nil where there are none
	odds    []*odds // by layer, sharpened by the calibration
	once    sync.Once
	support *support // nil when loaded without rows
	moved   []int32  // while learning: the number that a feature got when the model settled, -1 if it was dropped
	desks   sync.Pool
}

// header is the JSON part of the file.
type header struct {
	Labels      []string           `json:"labels"`
	Params      map[string]any     `json:"params"`
	Seed        uint64             `json:"seed"`
	Examples    int                `json:"examples"`
	Fine        bool               `json:"fine"` // every character is a unit
	Ends        bool               `json:"ends"` // BIOES, not BIO
	Layers      int                `json:"layers"`
	Features    int                `json:"features"`
	Slots       int                `json:"slots"`   // of the index
	Pairs       []int              `json:"pairs"`   // of feature and tag, by layer
	Widened     int                `json:"widened"` // stretches that were widened to whole words
	Calibration calibration        `json:"calibration"`
	Held        map[string]float64 `json:"held"`
	Lists       []listHeader       `json:"lists,omitempty"`
}

// listHeader tells of a word list in the file.
type listHeader struct {
	Name   string `json:"name"`
	Values int    `json:"values"`
	Bytes  int    `json:"bytes"`
}

func (t *trainer) newModel(fine bool, widened int) *model {
	return &model{lists: t.known, rules: t.rules, header: header{
		Labels: t.labels, Params: maps.Clone(t.values), Seed: t.options.Seed, Examples: len(t.items), Fine: fine, Ends: t.settings.ends(len(t.labels)), Widened: widened,
	}}
}

func (m *model) tags() tags { return tags{len(m.header.Labels), m.Ends} }

// settle drops the pairs and features that weigh nothing.
func (m *model) settle() {
	m.moved = make([]int32, m.index.n)
	n := 0
	for f := range m.moved {
		m.moved[f] = -1
		if slices.ContainsFunc(m.layers, func(w *weights) bool {
			return f+1 < len(w.at) && slices.ContainsFunc(w.emit[w.at[f]:w.at[f+1]], func(v float32) bool { return v != 0 })
		}) {
			m.moved[f] = int32(n)
			n++
		}
	}
	x := newIndex(n)
	x.n = n
	byID := make([]uint64, m.index.n)
	for slot, key := range m.index.keys {
		if key != 0 {
			byID[m.index.ids[slot]] = key
		}
	}
	for f, key := range byID { // in the order of numbers, so that slots do not depend on the old table
		if m.moved[f] >= 0 {
			x.place(key, uint32(m.moved[f]))
		}
	}
	for _, w := range m.layers {
		for len(w.at) <= len(m.moved) { // features of later layers weigh nothing here
			w.at = append(w.at, w.at[len(w.at)-1])
		}
		at, kept := make([]uint32, 1, n+1), 0
		for f, to := range m.moved {
			if to < 0 {
				continue
			}
			for k := w.at[f]; k < w.at[f+1]; k++ {
				if w.emit[k] != 0 {
					w.label[kept], w.emit[kept] = w.label[k], w.emit[k]
					kept++
				}
			}
			at = append(at, uint32(kept))
		}
		w.at, w.label, w.emit = at, slices.Clone(w.label[:kept]), slices.Clone(w.emit[:kept])
	}
	m.index, m.Features, m.Slots, m.header.Layers = x, n, len(x.keys), len(m.layers)
	for _, w := range m.layers {
		m.Pairs = append(m.Pairs, len(w.emit))
	}
}

// desk is what one prediction needs.
type desk struct {
	reader  *reader
	sets    []encoded // by layer
	pieces  []piece   // those that labels with a shape may have
	lattice lattice
	leaning lattice // decides the first layer, where the calibration leans
	forward forward
}

// encoded are the features of a text that the model knows, as numbers: unit t has
// idx[at[t]:at[t+1]]. Those of a layer are those of the layer before with what it found.
type encoded struct {
	at, idx []uint32
	reaches []reach
}

func (m *model) desk() *desk {
	m.once.Do(func() {
		for _, w := range m.layers {
			m.odds = append(m.odds, newOdds(w, m.Calibration.Sharp))
		}
	})
	if d, ok := m.desks.Get().(*desk); ok {
		return d
	}
	return m.newDesk()
}

func (m *model) newDesk() *desk {
	return &desk{reader: &reader{fine: m.Fine, lists: m.lists.desk()}, sets: make([]encoded, len(m.layers))}
}

// encode numbers the features of text that the first layer knows.
func (d *desk) encode(m *model, r *row) {
	e := &d.sets[0]
	e.at, e.idx, e.reaches = append(e.at[:0], 0), e.idx[:0], e.reaches[:0]
	for u := range r.units {
		for k := r.at[u]; k < r.at[u+1]; k++ {
			if f, known := m.index.find(r.keys[k]); known {
				e.idx = append(e.idx, f)
				if d.reader.trace {
					e.reaches = append(e.reaches, d.reader.reach[k])
				}
			}
		}
		e.at = append(e.at, uint32(len(e.idx)))
	}
	if m.rules != nil {
		d.pieces = m.rules.pieces(d.reader)
	}
}

// above adds what the last of the layers below found, for the layer after it.
func (d *desk) above(m *model, below [][]uint8) {
	j := len(below) - 1
	if j < 0 || j+1 == len(d.sets) {
		return
	}
	was, e := &d.sets[j], &d.sets[j+1]
	e.at, e.idx, e.reaches = append(e.at[:0], 0), e.idx[:0], e.reaches[:0]
	for t := range below[j] {
		e.idx = append(e.idx, was.idx[was.at[t]:was.at[t+1]]...)
		if d.reader.trace {
			e.reaches = append(e.reaches, was.reaches[was.at[t]:was.at[t+1]]...)
		}
		d.reader.below(j, below[j], t, func(key uint64, at reach) {
			if f, known := m.index.find(key); known {
				e.idx = append(e.idx, f)
				if d.reader.trace {
					e.reaches = append(e.reaches, at)
				}
			}
		})
		e.at = append(e.at, uint32(len(e.idx)))
	}
}

// emissions fills the lattice for one layer.
func (d *desk) emissions(w *weights, layer int) {
	e := &d.sets[layer]
	d.lattice.fill(w, len(e.at)-1, func(u int) []uint32 { return e.idx[e.at[u]:e.at[u+1]] })
}

// Learner, Task, Labels and Card describe the model. See learn.Model.
func (m *model) Learner() string  { return Name }
func (m *model) Task() learn.Task { return learn.Spans }
func (m *model) Labels() []string { return m.header.Labels }
func (m *model) Card() learn.Card {
	return learn.Card{
		Learner: Name, Task: learn.Spans, Params: m.Params, Seed: m.Seed, Examples: m.Examples,
		Labels: len(m.header.Labels), Features: m.Features, Held: m.Held,
	}
}

// Predict answers inputs in their order. See learn.Model.
func (m *model) Predict(ctx context.Context, inputs []learn.Input) ([]learn.Prediction, error) {
	out := make([]learn.Prediction, len(inputs))
	err := jobs.EachChunk(ctx, len(inputs), 0, func(_, from, to int) error {
		d := m.desk()
		defer m.desks.Put(d)
		for i := from; i < to; i++ {
			out[i] = m.answer(d, inputs[i].Text)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// guess is a stretch that may be there.
type guess struct {
	piece
	layer  int
	p      float64
	chosen bool
}

// leastP keeps candidates off the list that hardly anybody would take.
const leastP = 0.02

// guesses lists what may be there, and how sure the best reading is: the mean
// over units of its logarithmic probability.
func (m *model) guesses(d *desk, r *row) (list []guess, sure float64) {
	d.encode(m, r)
	n := len(r.units)
	if n == 0 {
		return nil, 0
	}
	most, _ := m.Params["candidates"].(int)
	var below [][]uint8
	marks := uint8(0)
	for k, w := range m.layers {
		d.above(m, below)
		d.emissions(w, k)
		fast := d.forward.run(&d.lattice, w, m.odds[k])
		if !fast {
			d.lattice.sum(w, m.Calibration.Sharp)
		}
		if k == 0 {
			_, score := d.lattice.viterbi(w)
			sure = m.Calibration.Sharp*float64(score) - d.logZ(fast)
			sure /= float64(n)
		}
		more := most
		if m.rules == nil && sure >= -1e-4 {
			more = 0
		}
		best, others := m.decide(d, k, marks, more)
		if m.rules != nil {
			marks |= m.rules.marked(w.read(best))
		}
		below = append(below, best)
		add := func(seq []uint8, chosen bool) {
			for _, p := range w.read(seq) {
				if at := slices.IndexFunc(list, func(g guess) bool { return g.piece == p }); at >= 0 {
					list[at].chosen = list[at].chosen || chosen
					continue
				}
				g := guess{piece: p, layer: k, p: min(1, d.span(w, m.odds[k], p, fast)), chosen: chosen}
				if chosen || g.p >= leastP {
					list = append(list, g)
				}
			}
		}
		add(below[k], true)
		for _, seq := range others {
			add(seq, false)
		}
	}
	slices.SortFunc(list, func(a, b guess) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to), cmp.Compare(a.label, b.label))
	})
	return list, sure
}

// decide gives the answer of layer at, after emissions, and up to more other
// readings. The first layer leans as the calibration says.
func (m *model) decide(d *desk, at int, marks uint8, more int) (best []uint8, others [][]uint8) {
	w, l := m.layers[at], &d.lattice
	if at == 0 && m.Calibration.Lean != 0 {
		l = &d.leaning
		l.leaning(&d.lattice, w, float32(m.Calibration.Lean))
	}
	switch {
	case m.rules != nil:
		list, _, _ := l.nBestRuled(w, m.rules, d.pieces, marks, more+1, m.Calibration.Sharp)
		if len(list) > 0 { // a text without units has none
			return list[0], list[1:]
		}
	case more > 0:
		list := l.nBest(w, more+1)
		best, others = list[0], list[1:]
	default:
		seq, _ := l.viterbi(w)
		best = slices.Clone(seq)
	}
	return best, others
}

func (d *desk) logZ(fast bool) float64 {
	if fast {
		return d.forward.logZ
	}
	return d.lattice.logZ
}

func (d *desk) span(w *weights, o *odds, p piece, fast bool) float64 {
	if fast {
		return d.forward.span(w, o, p)
	}
	return d.lattice.span(w, p, o.sharp)
}

func (m *model) answer(d *desk, text string) learn.Prediction {
	d.reader.trace = false
	r := d.reader.read(text)
	list, sure := m.guesses(d, r)
	p := learn.Prediction{Scores: make([]learn.LabelScore, len(m.header.Labels))}
	for l, name := range m.header.Labels {
		p.Scores[l].Label = name
	}
	for _, g := range list {
		s := g.found(r.units)
		p.Spans = append(p.Spans, learn.FoundSpan{Start: s.Start, End: s.End, Label: m.header.Labels[s.Label], P: float32(g.p), Chosen: g.chosen})
		score := &p.Scores[g.label]
		score.P, score.Chosen = max(score.P, float32(g.p)), score.Chosen || g.chosen
	}
	slices.SortStableFunc(p.Scores, func(a, b learn.LabelScore) int { return compareFalling(a.P, b.P) })
	p.OutOfScopeFrom = 1 // stretches are found or not; the sentence is never turned away
	if len(r.units) > 0 {
		p.OutOfScope = m.Calibration.foreign(float32(sure))
	}
	return p
}

// target is the stretch that an explanation of label is about: the likeliest
// one, or else the single unit that leans most towards it.
func (m *model) target(d *desk, r *row, label int) (g guess, ok bool) {
	list, _ := m.guesses(d, r)
	for _, x := range list {
		if x.label == label && (!ok || x.p > g.p) {
			g, ok = x, true
		}
	}
	if ok || len(r.units) == 0 {
		return g, ok
	}
	w := m.layers[0]
	part := begin
	if w.ends {
		part = single
	}
	tag := w.tag(label, part)
	d.emissions(w, 0)
	top := float32(math.Inf(-1))
	for t := range r.units {
		if s := d.lattice.score[t*w.stride()+tag]; s > top {
			top, g = s, guess{piece: piece{t, t + 1, label}}
		}
	}
	return g, true
}

// Explain shares each feature's part of the score of the likeliest stretch with
// this label among the characters that it looked at. See learn.Model.
func (m *model) Explain(ctx context.Context, in learn.Input, label string) (learn.Explanation, error) {
	l, err := learn.LabelAt(m.header.Labels, label)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return learn.Explanation{}, err
	}
	d := m.desk()
	defer m.desks.Put(d)
	d.reader.trace = true
	r := d.reader.read(in.Text)
	e := learn.Explanation{Label: label, Text: make([]float32, len([]rune(in.Text))), History: make([][]float32, len(in.History))}
	for turn, said := range in.History {
		e.History[turn] = make([]float32, len([]rune(said.Text)))
	}
	g, ok := m.target(d, r, l)
	if !ok {
		return e, nil
	}
	w := m.layers[g.layer]
	e.P = float32(g.p)
	seq, set := w.write(g.to, []piece{g.piece}), &d.sets[g.layer]
	for t := g.from; t < g.to; t++ {
		tag := int(seq[t])
		if t > g.from {
			e.Base += w.steps[int(seq[t-1])*w.stride()+tag]
		}
		for k := set.at[t]; k < set.at[t+1]; k++ {
			part := w.of(set.idx[k], seq[t])
			e.Score += part
			from, to := max(0, t+int(set.reaches[k].from)), min(len(r.units)-1, t+int(set.reaches[k].to))
			if from > to { // it looked beyond the text only
				e.Rest += part
				continue
			}
			share := part / float32(to-from+1)
			for u := from; u <= to; u++ {
				width := r.units[u].to - r.units[u].from
				for c := r.units[u].from; c < r.units[u].to; c++ {
					e.Text[c] += share / float32(width)
				}
			}
		}
	}
	e.Score += e.Base
	return e, nil
}

// Witnesses takes the score of the likeliest stretch with this label apart into
// training rows. See learn.Model.
func (m *model) Witnesses(ctx context.Context, in learn.Input, label string, most int) ([]learn.Witness, error) {
	l, err := learn.LabelAt(m.header.Labels, label)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	if m.support == nil {
		return nil, learn.NoRows.With()
	}
	d := m.desk()
	defer m.desks.Put(d)
	d.reader.trace = false
	r := d.reader.read(in.Text)
	g, ok := m.target(d, r, l)
	if !ok {
		return []learn.Witness{}, nil
	}
	return m.support.heaviest(d, m.layers[g.layer], g, m.Features, most, m.header.Labels), nil
}
