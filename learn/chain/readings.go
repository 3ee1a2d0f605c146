package chain

import (
	"cmp"
	"context"
	"math"
	"slices"

	"zhuomo/learn"
)

// said is one layer of a reading.
type said struct {
	seq   []uint8
	score float32
}

// readings gives up to k ways to read layer at of the text last encoded, best
// first, that keep to the rules, and ln Σ exp(sharp·score) of all ways that do.
func (m *model) readings(d *desk, at int, marks uint8, k int) (list []said, logZ float64) {
	w := m.layers[at]
	d.emissions(w, at)
	if m.rules != nil {
		seqs, scores, z := d.lattice.nBestRuled(w, m.rules, d.pieces, marks, k, m.Calibration.Sharp)
		for i, seq := range seqs {
			list = append(list, said{seq, scores[i]})
		}
		return list, z
	}
	for _, seq := range d.lattice.nBest(w, k) {
		list = append(list, said{seq, d.lattice.along(w, seq)})
	}
	if d.forward.run(&d.lattice, w, m.odds[at]) {
		return list, d.forward.logZ
	}
	d.lattice.sum(w, m.Calibration.Sharp)
	return list, d.lattice.logZ
}

// mostPlaces is for how many units readings are told together: of very long texts
// there are fewer.
const mostPlaces = 1 << 15

// path is a reading of some layers.
type path struct {
	layers [][]uint8
	log    float64 // of its probability
	marks  uint8
}

// Readings gives the likeliest whole readings. Each layer's are exact; of those
// layers together the best most go on to the next. See learn.Reader.
func (m *model) Readings(ctx context.Context, in learn.Input, most int) ([]learn.Reading, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	most = min(max(most, 1), learn.MostReadings)
	d := m.desk()
	defer m.desks.Put(d)
	d.reader.trace = false
	r := d.reader.read(in.Text)
	if len(r.units) == 0 {
		return []learn.Reading{{Spans: []learn.FoundSpan{}, P: 1}}, nil
	}
	known, _ := m.guesses(d, r)
	d.encode(m, r)
	most = min(most, max(1, mostPlaces/len(r.units)))
	paths := []path{{}}
	for k, w := range m.layers {
		var next []path
		for _, p := range paths {
			d.above(m, p.layers)
			// Two are asked for even where one is wanted: that also sums over all.
			list, logZ := m.readings(d, k, p.marks, max(most, 2))
			for _, s := range list {
				n := path{append(slices.Clone(p.layers), s.seq), p.log + m.Calibration.Sharp*float64(s.score) - logZ, p.marks}
				if m.rules != nil {
					n.marks |= m.rules.marked(w.read(s.seq))
				}
				next = append(next, n)
			}
		}
		slices.SortStableFunc(next, func(a, b path) int { return cmp.Compare(b.log, a.log) })
		paths = next[:min(most, len(next))]
	}
	out := make([]learn.Reading, len(paths))
	for i, p := range paths {
		out[i] = learn.Reading{Spans: []learn.FoundSpan{}, P: float32(math.Exp(min(0, p.log)))}
		for _, q := range m.pieces(p.layers) {
			s := q.found(r.units)
			found := learn.FoundSpan{Start: s.Start, End: s.End, Label: m.header.Labels[s.Label], Chosen: true}
			if at := slices.IndexFunc(known, func(g guess) bool { return g.piece == q }); at >= 0 {
				found.P = float32(known[at].p)
			}
			out[i].Spans = append(out[i].Spans, found)
		}
	}
	// A stretch that Predict does not list is as likely as the readings told that have
	// it make up, at least.
	share := map[learn.FoundSpan]float32{}
	for _, reading := range out {
		for _, s := range reading.Spans {
			share[s] += reading.P
		}
	}
	for _, reading := range out {
		for k := range reading.Spans {
			if s := &reading.Spans[k]; s.P == 0 {
				s.P = min(1, share[*s])
			}
		}
	}
	return out, nil
}

// pieces are the stretches of all layers, each once, by where they begin.
func (m *model) pieces(layers [][]uint8) (all []piece) {
	for k, seq := range layers {
		for _, p := range m.layers[k].read(seq) {
			if !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	slices.SortFunc(all, func(a, b piece) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to), cmp.Compare(a.label, b.label))
	})
	return all
}
