package chain

import (
	"context"
	"math/rand/v2"

	"zhuomo/internal/jobs"
)

// A conditional random field (Lafferty, McCallum, Pereira, ICML 2001): the
// probability of gold's tags is made as large as it can be, less ‖w‖²/(2·cost)
// for smoothness. What pulls a unit towards a tag is gold less expectation.

// descent learns it by stochastic gradient steps that shrink as 1/(1+t/t0), the
// schedule of Bottou (2012).
func descent(ctx context.Context, p *problem) (*solution, error) {
	w := p.weights()
	stride, tags := w.stride(), w.n()
	n := float64(len(p.rows))
	lambda := 1 / (float64(p.cost) * n)
	// Weights are scale·stored, so that shrinking them all is one product.
	scale, moment := 1.0, 0.0
	dual := make([]float32, p.units()*stride)
	f, l := &forward{}, &lattice{}
	order := append([]int32(nil), p.rows...)
	random := rand.New(rand.NewPCG(p.seed, 0xC4A1))
	delta := make([]float32, stride)
	const first = 0.1
	for range p.passes {
		random.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
		for k, i := range order {
			if k%64 == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			rate := first / (1 + first*lambda*moment)
			moment++
			scale *= 1 - rate*lambda
			if len(p.gold[i]) == 0 || p.weight[i] == 0 {
				continue
			}
			p.emissions(l, w, int(i))
			for at := range l.score {
				l.score[at] *= float32(scale)
			}
			o := stepOdds(w, float32(scale))
			if !f.run(l, w, o) {
				continue
			}
			step := rate * float64(p.weight[i]) / scale
			from := p.unitAt[i]
			before := tags
			for t, g := range p.gold[i] {
				clear(delta)
				for b := range tags {
					delta[b] = float32(-step * f.p(t, tags, b))
				}
				delta[g] += float32(step)
				u := from + t
				own := p.idx[p.at[u]:p.at[u+1]]
				for _, f := range own {
					for k := w.at[f]; k < w.at[f+1]; k++ {
						w.emit[k] += delta[w.label[k]]
					}
				}
				for b, d := range delta {
					dual[u*stride+b] += d
				}
				if t == 0 {
					for b := range tags {
						w.steps[tags*stride+b] += delta[b]
					}
				} else {
					for a := range tags {
						if f.alpha[(t-1)*tags+a] == 0 {
							continue
						}
						for b := range tags {
							w.steps[a*stride+b] -= float32(step * f.edge(o, t, tags, a, b))
						}
					}
					w.steps[before*stride+int(g)] += float32(step)
				}
				before = int(g)
			}
		}
		if p.tell != nil {
			p.tell()
		}
	}
	for i := range w.emit {
		w.emit[i] *= float32(scale)
	}
	for i := range w.steps {
		w.steps[i] *= float32(scale)
	}
	for i := range dual {
		dual[i] *= float32(scale)
	}
	return &solution{w: w, dual: p.sparse(dual, stride)}, nil
}

func stepOdds(w *weights, scale float32) *odds {
	return newOdds(w, float64(scale)).unsharp()
}

// unsharp takes back sharp for emissions, which are scaled already.
func (o *odds) unsharp() *odds {
	o.sharp = 1
	return o
}

func (p *problem) units() int { return p.unitAt[len(p.unitAt)-1] }

// sparse keeps the multipliers that matter.
func (p *problem) sparse(dense []float32, stride int) [][]multiplier {
	out := make([][]multiplier, len(p.gold))
	for _, i := range p.rows {
		for u := p.unitAt[i]; u < p.unitAt[i+1]; u++ {
			for tag, v := range dense[u*stride:][:p.n()] {
				if v > 1e-3 || v < -1e-3 {
					out[i] = append(out[i], multiplier{uint32(u - p.unitAt[i]), uint8(tag), v})
				}
			}
		}
	}
	return out
}

// quasiNewton learns it by L-BFGS (Liu, Nocedal, Math. Prog. 45, 1989) over all
// rows at once, on any number of workers with the same outcome.
func quasiNewton(ctx context.Context, p *problem, workers int) (*solution, error) {
	w := p.weights()
	stride := w.stride()
	chunks := (len(p.rows) + jobs.ChunkSize - 1) / jobs.ChunkSize
	g := &gradient{p: p, w: w, workers: workers, residual: make([]float32, p.units()*stride), chunkLoss: make([]float64, chunks), chunkSteps: make([][]float32, chunks)}
	g.invert()
	x := make([]float32, len(w.emit)+len(w.steps))
	w.emit, w.steps = x[:len(w.emit):len(w.emit)], x[len(w.emit):]
	if err := minimise(ctx, x, g.at, p.passes, workers, p.tell); err != nil {
		return nil, err
	}
	if _, err := g.at(ctx, make([]float32, len(x))); err != nil {
		return nil, err
	}
	for i := range g.residual {
		g.residual[i] *= -p.cost
	}
	return &solution{w: w, dual: p.sparse(g.residual, stride)}, nil
}

// gradient of the loss at w, which shares memory with the minimiser's x.
type gradient struct {
	p        *problem
	w        *weights
	workers  int
	residual []float32 // units × stride: expectation less gold
	// Units by feature: occurs[occursAt[f]:occursAt[f+1]].
	occursAt   []int
	occurs     []uint32
	chunkLoss  []float64
	chunkSteps [][]float32
}

func (g *gradient) invert() {
	p := g.p
	g.occursAt = make([]int, p.features+1)
	for _, i := range p.rows {
		for _, f := range p.idx[p.at[p.unitAt[i]]:p.at[p.unitAt[i+1]]] {
			g.occursAt[f+1]++
		}
	}
	for f := range p.features {
		g.occursAt[f+1] += g.occursAt[f]
	}
	next := append([]int(nil), g.occursAt...)
	g.occurs = make([]uint32, g.occursAt[p.features])
	for _, i := range p.rows {
		for u := p.unitAt[i]; u < p.unitAt[i+1]; u++ {
			for _, f := range p.idx[p.at[u]:p.at[u+1]] {
				g.occurs[next[f]] = uint32(u)
				next[f]++
			}
		}
	}
}

// at gives the loss and writes its gradient.
func (g *gradient) at(ctx context.Context, into []float32) (float64, error) {
	p, w := g.p, g.w
	stride, tags := w.stride(), w.n()
	o := newOdds(w, 1)
	forwards := make(chan *forward, max(g.workers, 1)) // one for each worker
	for range cap(forwards) {
		forwards <- &forward{}
	}
	for c := range g.chunkSteps {
		if g.chunkSteps[c] == nil {
			g.chunkSteps[c] = make([]float32, len(w.steps))
		}
		clear(g.chunkSteps[c])
		g.chunkLoss[c] = 0
	}
	err := p.each(ctx, g.workers, func(l *lattice, chunk, at int) {
		i := p.rows[at]
		gold := p.gold[i]
		if len(gold) == 0 || p.weight[i] == 0 {
			return
		}
		f := <-forwards
		defer func() { forwards <- f }()
		p.emissions(l, w, int(i))
		if !f.run(l, w, o) {
			return
		}
		weight := float64(p.weight[i])
		g.chunkLoss[chunk] += weight * (f.logZ - float64(l.along(w, gold)))
		steps := g.chunkSteps[chunk]
		before := tags
		for t, tag := range gold {
			r := g.residual[(p.unitAt[i]+t)*stride:][:stride]
			for b := range tags {
				r[b] = float32(weight * f.p(t, tags, b))
			}
			r[tag] -= float32(weight)
			if t == 0 {
				for b := range tags {
					steps[tags*stride+b] += r[b]
				}
			} else {
				for a := range tags {
					if f.alpha[(t-1)*tags+a] == 0 {
						continue
					}
					for _, b := range w.after[a] {
						steps[a*stride+int(b)] += float32(weight * f.edge(o, t, tags, a, int(b)))
					}
				}
				steps[before*stride+int(tag)] -= float32(weight)
			}
			before = int(tag)
		}
	})
	if err != nil {
		return 0, err
	}
	loss := 0.0
	emit, steps := into[:len(w.emit)], into[len(w.emit):]
	clear(steps)
	for c, part := range g.chunkSteps {
		loss += g.chunkLoss[c]
		for k, v := range part {
			steps[k] += v
		}
	}
	soft := 1 / p.cost
	err = jobs.EachChunk(ctx, p.features, g.workers, func(_, from, to int) error {
		for f := from; f < to; f++ {
			tag, slope := w.label[w.at[f]:w.at[f+1]], emit[w.at[f]:w.at[f+1]]
			for k, v := range w.emit[w.at[f]:w.at[f+1]] {
				slope[k] = soft * v
			}
			for _, u := range g.occurs[g.occursAt[f]:g.occursAt[f+1]] {
				residual := g.residual[int(u)*stride:][:stride]
				for k, b := range tag {
					slope[k] += residual[b]
				}
			}
		}
		return nil
	})
	square := 0.0
	for k, v := range w.steps {
		steps[k] += soft * v
		square += float64(v) * float64(v)
	}
	for _, v := range w.emit {
		square += float64(v) * float64(v)
	}
	return loss + square/2*float64(soft), err
}
