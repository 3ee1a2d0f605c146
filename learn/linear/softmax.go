package linear

import (
	"context"
	"math"
	"slices"

	"zhuomo/learn"
	"zhuomo/learn/kernel"
)

// softmax learns one label a row by dual coordinate ascent on the log loss of the
// softmax over all labels. At its end each multiplier of a row is its cost times
// what the label should have had of the probability less what it has; a step goes
// a safe part of the way there.
//
// Order:  one thread, rows in the order of the seed.
// Errors: ctx.Err() if cancelled; TooMuchForSoftmax.
// Cost:   passes × (features of the rows not at rest) × classes, twice; 4 bytes of
// memory a row and class beside the weights.
// Source: Shalev-Shwartz & Zhang 2013, "Stochastic dual coordinate ascent" (the
// step for smooth losses; the softmax is ½-smooth).
func softmax(ctx context.Context, p *problem) (*solution, error) {
	if len(p.rows) > mostWeights/p.classes {
		return nil, learn.TooMuchForSoftmax.With("rows", len(p.rows), "labels", p.classes, "limit_mb", mostWeights>>18)
	}
	stride := kernel.Pad(p.classes)
	s := &solution{w: make([]float32, p.features*stride), dual: make([][]multiplier, len(p.labels))}
	alpha := make([]float32, len(p.rows)*p.classes)
	lanes, change, probable := make([]float32, stride), make([]float32, stride), make([]float64, p.classes)
	resting := newRest(len(p.rows))
	for _, order := range p.orders() {
		for n, k := range order {
			if n%256 == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			i := p.rows[k]
			square, cost := p.x.square[i], float32(p.cost*p.weights[i])
			if square == 0 || cost == 0 || resting.skips(k) {
				continue
			}
			idx, val := p.x.row(int(i))
			clear(lanes)
			kernel.Gather(lanes, s.w, stride, idx, val)
			expect(lanes[:p.classes], probable)
			probable[p.labels[i][0]]--
			own := alpha[int(k)*p.classes:][:p.classes]
			part := 2 / (2 + float32(cost*square))
			var most float32
			for m, q := range probable {
				step := float32(part * (float32(-cost*float32(q)) - own[m]))
				own[m] += step
				change[m] = step
				most = max(most, step, -step)
			}
			kernel.Spread(change, s.w, stride, idx, val)
			resting.settle(k, most < slack*cost)
		}
		if p.tell != nil {
			p.tell()
		}
	}
	for k, i := range p.rows {
		for m, a := range alpha[k*p.classes:][:p.classes] {
			if a != 0 {
				s.dual[i] = append(s.dual[i], multiplier{uint32(m), a})
			}
		}
	}
	return s, nil
}

// expect turns scores into probabilities.
func expect(scores []float32, into []float64) {
	top, z := float64(slices.Max(scores)), 0.0
	for m, s := range scores {
		into[m] = math.Exp(float64(s) - top)
		z += into[m]
	}
	for m := range into {
		into[m] /= z
	}
}
