package linear

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"

	"zhuomo/learn"
	"zhuomo/learn/kernel"
)

// going is a fit that single examples go on from.
type going struct {
	space      *space
	rows       *matrix // of items in their order at the fit; changed and new ones after them
	solution   *solution
	calibrated calibrated
	rowOf      []int32 // row of each item; -1 = of an item that is gone
	steps      uint64  // examples since the fit
	other      bool    // the fit had another loss or cost than Refine goes on with
}

const (
	// refineRows is how many rows that share a label with a changed one are looked at
	// again, besides it; refineSweeps, how often.
	refineRows   = 150
	refineSweeps = 2
)

// Refine puts examples and goes on from the last Fit or Refine: the weights of what
// changed are taken out and found anew together with those of some rows of the
// same labels. Pieces that no row had at the last Fit stay unknown, and the
// calibration stays, until the next Fit. For several labels a row, for another loss or cost, and before the
// first fit, it fits anew.
//
// Order:  the same calls in the same order give the same model.
// Source: as crammerSinger; a step of its dual ascent needs no other rows.
func (t *trainer) Refine(ctx context.Context, examples ...learn.Example) (learn.Model, error) {
	if t.task != learn.Single || t.last == nil || t.last.other || len(t.options.Rest) > 0 {
		if err := t.Put(examples...); err != nil {
			return nil, err
		}
		return t.Fit(ctx)
	}
	g := t.last
	t.last = nil // Put forgets it, as a Fit is needed after it
	if err := t.Put(examples...); err != nil {
		t.last = g
		return nil, err
	}
	workers := t.options.Workers
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	var places []int
	for i, e := range examples {
		at, held := t.place[e.RowID]
		if e.RowID == "" || !held {
			at = len(t.items) - len(examples) + i // without an id they stand at the end, in order
		}
		if !slices.Contains(places, at) {
			places = append(places, at)
		}
	}
	slices.Sort(places)
	s := &solution{w: slices.Clone(g.solution.w), dual: slices.Clone(g.solution.dual)} // the model of before keeps its own
	stride := kernel.Pad(len(t.labels))
	texts := make([]grams, len(places))
	for k, at := range places {
		texts[k] = t.texts[at]
		if at < len(g.rowOf) && g.rowOf[at] >= 0 {
			row := g.rowOf[at]
			idx, val := g.rows.row(int(row))
			for j, f := range idx {
				for _, m := range s.dual[row] {
					s.w[int(f)*stride+int(m.class)] -= float32(m.value * val[j])
				}
			}
			s.dual[row] = nil
		}
	}
	more, err := encodeAll(ctx, texts, t.settings.shape().groups(), g.space, nil, workers)
	if err != nil {
		return nil, err
	}
	rows := g.rows.with(more)
	rowOf := append(slices.Clone(g.rowOf), make([]int32, len(t.items)-len(g.rowOf))...)
	first := int32(len(s.dual))
	for k, at := range places {
		rowOf[at] = first + int32(k)
		s.dual = append(s.dual, nil)
	}
	rng := rand.New(rand.NewPCG(t.options.Seed, g.steps))
	t.sweep(rows, rowOf, places, s, rng)
	t.last = &going{space: g.space, rows: rows, solution: s, calibrated: g.calibrated, rowOf: rowOf, steps: g.steps + uint64(len(examples))}
	return newModel(t, g.space, &solution{s.w, byItem(s.dual, rowOf)}, rows.of(rowOf), g.calibrated), nil
}

// sweep goes over the changed rows and some that share a label with them.
func (t *trainer) sweep(rows *matrix, rowOf []int32, changed []int, s *solution, rng *rand.Rand) {
	stride := kernel.Pad(len(t.labels))
	one := &corner{gap: make([]float32, stride), old: make([]float32, len(t.labels))}
	even := t.even()
	visit := func(at int) {
		i := rowOf[at]
		square, cost := rows.square[i], t.settings.cost*t.items[at].weight
		if even != nil {
			cost *= even[t.items[at].labels[0]]
		}
		if square == 0 || cost == 0 {
			return
		}
		idx, val := rows.row(int(i))
		clear(one.gap)
		kernel.Gather(one.gap, s.w, stride, idx, val)
		held := slices.Clone(s.dual[i]) // shared with the solution of before
		s.dual[i], _ = one.solve(held, t.items[at].labels[0], square, cost)
		for j, f := range idx {
			row, v := s.w[int(f)*stride:][:stride], val[j]
			for _, step := range one.steps {
				row[step.class] += float32(step.value * v)
			}
		}
	}
	touched := map[int]bool{}
	for _, at := range changed {
		visit(at)
		touched[t.items[at].labels[0]] = true
		for _, m := range s.dual[rowOf[at]] { // and the labels that it presses on
			touched[int(m.class)] = true
		}
	}
	var near []int
	for _, at := range rng.Perm(len(t.items)) {
		if len(near) == refineRows {
			break
		}
		if touched[t.items[at].labels[0]] {
			near = append(near, at)
		}
	}
	for range refineSweeps {
		for _, at := range near {
			visit(at)
		}
		for _, at := range changed {
			visit(at)
		}
	}
}

// with gives m followed by the rows of n, sharing what m holds.
func (m *matrix) with(n *matrix) *matrix {
	out := &matrix{length: append(slices.Clip(m.length), n.length...), square: append(slices.Clip(m.square), n.square...), familiar: append(slices.Clip(m.familiar), n.familiar...)}
	base := len(m.idx)
	out.idx, out.val = append(m.idx[:base:base], n.idx...), append(m.val[:base:base], n.val...)
	out.start = slices.Clip(m.start)[:len(m.start)-1]
	for _, s := range n.start {
		out.start = append(out.start, base+s)
	}
	return out
}

// of gives the rows of items, in their order.
func (m *matrix) of(rowOf []int32) *matrix {
	out := &matrix{start: make([]int, len(rowOf)+1), length: make([]int32, len(rowOf)), idx: m.idx, val: m.val}
	for k, row := range rowOf {
		out.start[k], out.length[k] = m.start[row], m.length[row]
	}
	return out
}

// byItem gives the multipliers of items, in their order.
func byItem(dual [][]multiplier, rowOf []int32) [][]multiplier {
	out := make([][]multiplier, len(rowOf))
	for k, row := range rowOf {
		out[k] = dual[row]
	}
	return out
}
