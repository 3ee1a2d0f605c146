package linear

import (
	"context"
	"sync"

	"zhuomo/learn/kernel"
)

// blockLanes is how many classes oneAgainstRest solves together: one cache line
// of each feature's weights. It is part of the answer, so it never changes.
const blockLanes = 16

// oneAgainstRest learns each class against all others by dual coordinate
// descent on the squared hinge loss; a row may have any number of labels.
// Classes do not touch each other, so blocks of them run side by side.
//
// Order:  blocks are fixed and each walks the rows in the order of the seed:
// the same weights on any number of workers.
// Errors: ctx.Err() if cancelled.
// Source: Hsieh et al. 2008, "A dual coordinate descent method for large-scale linear SVM".
func oneAgainstRest(ctx context.Context, p *problem, workers int) (*solution, error) {
	stride := kernel.Pad(p.classes)
	s := &solution{w: make([]float32, p.features*stride), dual: make([][]multiplier, len(p.labels))}
	orders := p.orders()
	blocks := (stride + blockLanes - 1) / blockLanes
	found := make([][][]multiplier, blocks)
	var (
		wait  sync.WaitGroup
		slots = make(chan struct{}, workers) // one for each worker
		mu    sync.Mutex                     // guards told
		told  = make([]int, p.passes)
	)
	for b := range blocks {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			from := b * blockLanes
			found[b] = p.solveBlock(ctx, s.w, stride, from, min(from+blockLanes, stride), orders, func(pass int) {
				mu.Lock()
				defer mu.Unlock()
				if told[pass]++; told[pass] == blocks && p.tell != nil {
					p.tell()
				}
			})
		})
	}
	wait.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, block := range found {
		for k, m := range block {
			s.dual[p.rows[k]] = append(s.dual[p.rows[k]], m...)
		}
	}
	return s, nil
}

// solveBlock solves the classes [from,to) and gives the multipliers by place in
// p.rows. It gives up early when ctx ends.
func (p *problem) solveBlock(ctx context.Context, w []float32, stride, from, to int, orders [][]int32, tell func(pass int)) [][]multiplier {
	lanes := to - from
	alpha := make([]float32, len(p.rows)*lanes)
	score, change := make([]float32, lanes), make([]float32, lanes)
	sign := make([]float32, lanes)
	resting := newRest(len(p.rows))
	for pass, order := range orders {
		for n, k := range order {
			if n%256 == 0 && ctx.Err() != nil {
				return nil
			}
			i := p.rows[k]
			square, cost := p.x.square[i], float32(p.cost*p.weights[i])
			if square == 0 || cost == 0 || resting.skips(k) {
				continue
			}
			for m := range sign {
				sign[m] = -1
			}
			for _, l := range p.labels[i] {
				if l >= from && l < to {
					sign[l-from] = 1
				}
			}
			idx, val := p.x.row(int(i))
			clear(score)
			kernel.Gather(score, w[from:], stride, idx, val)
			most := steps(alpha[int(k)*lanes:][:min(lanes, p.classes-from)], score, sign, change, square, 0.5/cost)
			if most > 0 {
				kernel.Spread(change, w[from:], stride, idx, val)
			}
			resting.settle(k, float32(most*square) < 5*slack)
		}
		tell(pass)
	}
	held := make([][]multiplier, len(p.rows))
	for k := range held {
		i := p.rows[k]
		for m := range min(lanes, p.classes-from) {
			if a := alpha[k*lanes+m]; a != 0 {
				if !has(p.labels[i], from+m) {
					a = -a
				}
				held[k] = append(held[k], multiplier{uint32(from + m), a})
			}
		}
	}
	return held
}

// steps moves the multipliers alpha of one row to their best values, writes the
// signed changes, and gives the largest.
func steps(alpha, score, sign, change []float32, square, diagonal float32) float32 {
	var most float32
	inverse := 1 / (square + diagonal)
	for m, old := range alpha {
		slope := float32(sign[m]*score[m]) - 1 + float32(old*diagonal)
		value := max(0, old-float32(slope*inverse))
		step := value - old
		alpha[m], change[m] = value, float32(step*sign[m])
		most = max(most, step, -step)
	}
	return most
}

func has(labels []int, label int) bool {
	for _, l := range labels {
		if l == label {
			return true
		}
	}
	return false
}
