package chain

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"sync"
)

// meanPassive learns fits times, each time with the texts in other orders, and gives
// the mean: what only one order brought about evens out. The seed and the number of
// fits tell the outcome, not the workers.
func meanPassive(ctx context.Context, p *problem, fits, workers int) (*solution, error) {
	found := make([]*solution, fits)
	turns := make(chan int, fits) // all fits that are still to be made
	for k := range fits {
		turns <- k
	}
	close(turns)
	faults := make([]error, fits)
	var group sync.WaitGroup
	for range min(max(workers, 1), fits) {
		group.Go(func() {
			for k := range turns {
				found[k], faults[k] = passiveAggressive(ctx, p, uint64(k))
			}
		})
	}
	group.Wait()
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	mean := found[0]
	for _, s := range found[1:] {
		for i, v := range s.w.emit {
			mean.w.emit[i] += v
		}
		for i, v := range s.w.steps {
			mean.w.steps[i] += v
		}
		for i, dual := range s.dual {
			for _, d := range dual {
				mean.add(i, d)
			}
		}
	}
	share := 1 / float32(fits)
	for i := range mean.w.emit {
		mean.w.emit[i] *= share
	}
	for i := range mean.w.steps {
		mean.w.steps[i] *= share
	}
	for i := range mean.dual {
		for k := range mean.dual[i] {
			mean.dual[i][k].value *= share
		}
	}
	return mean, nil
}

// add adds to what text i pulls.
func (s *solution) add(i int, d multiplier) {
	for k, own := range s.dual[i] {
		if own.unit == d.unit && own.tag == d.tag {
			s.dual[i][k].value += d.value
			return
		}
	}
	s.dual[i] = append(s.dual[i], d)
}

// passiveAggressive learns by mending: where the best tags are not gold's, the
// weights move just so far that gold leads by the root of the number of wrong
// tags (PA-I, Crammer and others, JMLR 7, 2006), and the weights of all moments
// are averaged (Collins, EMNLP 2002). turn chooses the order of texts.
func passiveAggressive(ctx context.Context, p *problem, turn uint64) (*solution, error) {
	w := p.weights()
	stride := w.stride()
	sum := make([]float64, len(w.steps)) // Σ change × moment, to average steps
	s := &solution{w: w, dual: make([][]multiplier, len(p.gold))}
	moments := make([][]float64, len(p.gold)) // beside dual: Σ value × moment
	l, c, packed := &lattice{}, newChange(len(w.emit)+len(w.steps)), p.pack(w)
	order := append([]int32(nil), p.rows...)
	random := rand.New(rand.NewPCG(p.seed, 0xC4A1+turn))
	moment := 0.0 // texts looked at
	for range p.passes {
		w.bound()
		random.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
		loss := 0
		for n, i := range order {
			if n%256 == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			moment++
			gold := p.gold[i]
			if len(gold) == 0 || p.weight[i] == 0 {
				continue
			}
			packed.emissions(l, p, stride, int(i))
			seq, top := l.viterbi(w)
			wrong := 0
			for t := range gold {
				if seq[t] != gold[t] {
					wrong++
				}
			}
			if wrong == 0 {
				continue
			}
			loss++
			c.begin()
			before, bestBefore := w.n(), w.n()
			for t := range gold {
				g, b := gold[t], seq[t]
				if g != b {
					u := p.unitAt[i] + t
					for _, at := range packed.at[p.at[u]:p.at[u+1]] {
						for k := at.from; k < at.to; k++ {
							switch packed.pairs[k].tag {
							case g:
								c.add(int(k), 1)
							case b:
								c.add(int(k), -1)
							}
						}
					}
				}
				c.add(len(w.emit)+before*stride+int(g), 1)
				c.add(len(w.emit)+bestBefore*stride+int(b), -1)
				before, bestBefore = int(g), int(b)
			}
			lead := top - l.along(w, gold)
			step := min(p.cost*p.weight[i], (lead+float32(math.Sqrt(float64(wrong))))/c.square())
			for _, k := range c.touched {
				change := step * c.by[k]
				if k < len(w.emit) {
					packed.pairs[k].weight += change
				} else {
					w.raise(k-len(w.emit), change)
					sum[k-len(w.emit)] += float64(change) * moment
				}
			}
			for t := range gold {
				if g, b := gold[t], seq[t]; g != b {
					s.note(moments, i, t, g, step, moment)
					s.note(moments, i, t, b, -step, moment)
				}
			}
		}
		if p.tell != nil {
			p.tell()
		}
		if loss == 0 {
			break
		}
	}
	if moment > 0 {
		for i := range w.steps {
			w.steps[i] -= float32(sum[i] / moment)
		}
		for i := range s.dual {
			for k := range s.dual[i] {
				s.dual[i][k].value -= float32(moments[i][k] / moment)
			}
		}
		p.collect(w, s.dual)
	}
	return s, nil
}

// note adds to the multiplier of one unit and tag of text i.
func (s *solution) note(moments [][]float64, i int32, t int, tag uint8, value float32, moment float64) {
	for k, m := range s.dual[i] {
		if m.unit == uint32(t) && m.tag == tag {
			s.dual[i][k].value += value
			moments[i][k] += float64(value) * moment
			return
		}
	}
	s.dual[i] = append(s.dual[i], multiplier{uint32(t), tag, value})
	moments[i] = append(moments[i], float64(value)*moment)
}

// along is the score of the tags seq, after emissions.
func (l *lattice) along(w *weights, seq []uint8) (score float32) {
	stride, before := w.stride(), w.n()
	for t, tag := range seq {
		score += w.steps[before*stride+int(tag)] + l.score[t*stride+int(tag)]
		before = int(tag)
	}
	return score
}

// change is a sparse sum: gold's features less those of the best reading.
type change struct {
	by      []float32 // by weight
	listed  []bool
	touched []int
}

func newChange(weights int) *change {
	return &change{by: make([]float32, weights), listed: make([]bool, weights)}
}

func (c *change) begin() {
	for _, k := range c.touched {
		c.by[k], c.listed[k] = 0, false
	}
	c.touched = c.touched[:0]
}

func (c *change) add(k int, v float32) {
	if !c.listed[k] {
		c.listed[k] = true
		c.touched = append(c.touched, k)
	}
	c.by[k] += v
}

// square is the squared length. What several units share counts squared: with
// the units taken apart, span F1 on uner-zh was 6 points lower.
func (c *change) square() (sum float32) {
	for _, k := range c.touched {
		sum += c.by[k] * c.by[k]
	}
	return max(sum, 1)
}
