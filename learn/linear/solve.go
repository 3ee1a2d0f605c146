package linear

import (
	"context"
	"math/rand/v2"

	"zhuomo/learn/kernel"
)

// problem is what a solver minimises: ½‖w‖² + Σ cost·loss over chosen rows.
type problem struct {
	x        *matrix
	rows     []int32   // which rows of x take part
	labels   [][]int   // by row of x
	weights  []float32 // by row of x: what the row counts
	classes  int
	features int
	passes   int
	way
	seed uint64
	tell func() // called after each pass, may be nil
}

// solution is a weight vector per class, feature-major with kernel.Pad(classes)
// lanes, and the multipliers from which it is the sum: w_class = Σ value·x_row.
type solution struct {
	w    []float32
	dual [][]multiplier // by row of x, classes rising
}

type multiplier struct {
	class uint32
	value float32
}

// slack is the share of the largest possible change below which a row counts as
// settled; a settled row rests for 1, 3, 7 … 31 passes.
const (
	slack    = 0.01
	mostCalm = 5
	// negligible is the share below which a change is not carried out.
	negligible = 1e-6
)

// rest keeps for each row how long it need not be looked at.
type rest struct{ wait, calm []uint8 }

func newRest(n int) rest { return rest{make([]uint8, n), make([]uint8, n)} }

// skips tells whether row k rests in this pass.
func (r rest) skips(k int32) bool {
	if r.wait[k] == 0 {
		return false
	}
	r.wait[k]--
	return true
}

// settle notes whether the visit to row k changed anything worth mentioning.
func (r rest) settle(k int32, settled bool) {
	if !settled {
		r.calm[k] = 0
		return
	}
	r.calm[k] = min(r.calm[k]+1, mostCalm)
	r.wait[k] = 1<<r.calm[k] - 1
}

// orders gives the order of rows for each pass; the seed alone decides it.
func (p *problem) orders() [][]int32 {
	rng := rand.New(rand.NewPCG(p.seed, uint64(len(p.rows))))
	all := make([][]int32, p.passes)
	now := make([]int32, len(p.rows))
	for k := range now {
		now[k] = int32(k)
	}
	for pass := range all {
		rng.Shuffle(len(now), func(i, j int) { now[i], now[j] = now[j], now[i] })
		all[pass] = append([]int32(nil), now...)
	}
	return all
}

// crammerSinger learns one label a row by dual coordinate descent on the
// multi-class hinge loss: the right class should score 1 more than every other.
//
// Order:  one thread, rows in the order of the seed.
// Errors: ctx.Err() if cancelled.
// Cost:   passes × (features of the rows not at rest) × classes.
// Source: Crammer & Singer 2001; Keerthi et al. 2008, "A sequential dual method
// for large scale multi-class linear SVMs"; the subproblem as in LIBLINEAR.
func crammerSinger(ctx context.Context, p *problem) (*solution, error) {
	stride := kernel.Pad(p.classes)
	s := &solution{w: make([]float32, p.features*stride), dual: make([][]multiplier, len(p.labels))}
	one := &corner{gap: make([]float32, stride), old: make([]float32, p.classes)}
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
			clear(one.gap)
			kernel.Gather(one.gap, s.w, stride, idx, val)
			var most float32
			s.dual[i], most = one.solve(s.dual[i], p.labels[i][0], square, cost)
			for j, f := range idx {
				row, v := s.w[int(f)*stride:][:stride], val[j]
				for _, step := range one.steps {
					row[step.class] += float32(step.value * v)
				}
			}
			resting.settle(k, most < slack*cost)
		}
		if p.tell != nil {
			p.tell()
		}
	}
	return s, nil
}

// corner solves the subproblem of one row; its memory is reused.
type corner struct {
	gap   []float32 // in: scores of all classes
	old   []float32 // multipliers of the row, by class; zero between calls
	top   []float32
	near  []uint32     // classes that may change
	steps []multiplier // out: the changes
}

// solve finds the multipliers of a row whose right class is right, and the
// largest change. On entry gap holds the scores; held are the multipliers so far.
func (c *corner) solve(held []multiplier, right int, square, cost float32) ([]multiplier, float32) {
	for _, m := range held {
		c.old[m.class] = m.value
		c.gap[m.class] -= float32(square * m.value)
	}
	// gap is now D of LIBLINEAR's subproblem less 1: score − A·α, for the right
	// class score − A·α + A·C − 1.
	c.gap[right] += float32(square*cost) - 1
	gap, best := c.gap[:len(c.old)], float32(-1e30)
	for _, d := range gap {
		if d > best {
			best = d
		}
	}
	// Only classes above best − A·C can lie above the level sought; those that
	// have a multiplier may lose it.
	floor := best - float32(square*cost)
	c.top, c.near = c.top[:0], c.near[:0]
	for m, d := range gap {
		if d <= floor && c.old[m] == 0 && m != right {
			continue
		}
		c.near = append(c.near, uint32(m))
		if d <= floor {
			continue
		}
		at := len(c.top)
		c.top = append(c.top, d)
		for ; at > 0 && c.top[at-1] < d; at-- {
			c.top[at] = c.top[at-1]
		}
		c.top[at] = d
	}
	level, r := floor, 1
	for ; r < len(c.top) && level < float32(float32(r)*c.top[r]); r++ {
		level += c.top[r]
	}
	level /= float32(r)

	var most float32
	held, c.steps = held[:0], c.steps[:0]
	for _, m := range c.near {
		old := c.old[m]
		var value float32
		if int(m) == right {
			value = cost
		}
		if d := gap[m] - level; d > 0 {
			value -= d / square
		}
		if change := max(value-old, old-value); change < negligible*cost {
			value = old
		} else {
			c.steps = append(c.steps, multiplier{m, value - old})
			most = max(most, change)
		}
		if value != 0 {
			held = append(held, multiplier{m, value})
		}
		c.old[m] = 0
	}
	return held, most
}
