package chain

import "math"

// odds are exp(sharp·step) of a layer's steps, 0 where a step may not be.
type odds struct {
	sharp float64
	step  []float64 // (n+1) × n
}

func newOdds(w *weights, sharp float64) *odds {
	n := w.n()
	o := &odds{sharp: sharp, step: make([]float64, (n+1)*n)}
	for a := range n + 1 {
		for b := range n {
			if a == n && w.opens(b) || a < n && w.follows(a, b) {
				o.step[a*n+b] = math.Exp(sharp * float64(w.steps[a*w.stride()+b]))
			}
		}
	}
	return o
}

// forward is forward-backward in probabilities, scaled at each unit (Rabiner,
// Proc. IEEE 77, 1989): no logarithm in its loops.
type forward struct {
	emit, alpha, beta []float64 // units × n
	scale             []float64 // alpha of each unit is divided by it
	logZ              float64
}

// run fills f from the emissions in l. It tells false where the numbers do not
// fit; lattice.sum always does.
func (f *forward) run(l *lattice, w *weights, o *odds) bool {
	end, fits := f.ahead(l, w, o)
	if !fits || len(f.scale) == 0 {
		return fits
	}
	tags, n := w.n(), len(f.scale)
	f.beta = grown(f.beta, n*tags)
	for b := range tags {
		f.beta[(n-1)*tags+b] = 0
		if w.closes(b) {
			f.beta[(n-1)*tags+b] = 1 / end
		}
	}
	for t := n - 2; t >= 0; t-- {
		next, after, beta := f.emit[(t+1)*tags:][:tags], f.beta[(t+1)*tags:][:tags], f.beta[t*tags:][:tags]
		for a := range beta {
			sum := 0.0
			for b, step := range o.step[a*tags:][:tags] {
				sum += step * next[b] * after[b]
			}
			beta[a] = sum / f.scale[t+1]
		}
	}
	return true
}

// ahead is the forward half: alpha, and logZ. end is how likely a text may end.
func (f *forward) ahead(l *lattice, w *weights, o *odds) (end float64, fits bool) {
	stride, tags := w.stride(), w.n()
	n := len(l.score) / stride
	f.emit, f.alpha, f.scale = grown(f.emit, n*tags), grown(f.alpha, n*tags), grown(f.scale, n)
	f.logZ = 0
	for t := range n {
		score := l.score[t*stride:][:tags]
		top := score[0]
		for _, s := range score {
			top = max(top, s)
		}
		emit, alpha := f.emit[t*tags:][:tags], f.alpha[t*tags:][:tags]
		for b, s := range score {
			emit[b] = math.Exp(o.sharp * float64(s-top))
		}
		if t == 0 {
			for b, begins := range o.step[tags*tags:] {
				alpha[b] = begins * emit[b]
			}
		} else {
			clear(alpha)
			for a, before := range f.alpha[(t-1)*tags:][:tags] {
				if before == 0 {
					continue
				}
				for b, step := range o.step[a*tags:][:tags] {
					alpha[b] += before * step
				}
			}
			for b := range alpha {
				alpha[b] *= emit[b]
			}
		}
		sum := 0.0
		for _, x := range alpha {
			sum += x
		}
		if !(sum > 1e-250 && sum < 1e250) {
			return 0, false
		}
		for b := range alpha {
			alpha[b] /= sum
		}
		f.scale[t] = sum
		f.logZ += math.Log(sum) + o.sharp*float64(top)
	}
	if n == 0 {
		return 1, true
	}
	for b := range tags {
		if w.closes(b) {
			end += f.alpha[(n-1)*tags+b]
		}
	}
	f.logZ += math.Log(end)
	return end, end > 1e-250
}

// p is the probability of a tag at unit t, after run.
func (f *forward) p(t, tags, tag int) float64 { return f.alpha[t*tags+tag] * f.beta[t*tags+tag] }

// edge is the probability of tag a at t-1 and b at t, after run; t ≥ 1.
func (f *forward) edge(o *odds, t, tags, a, b int) float64 {
	return f.alpha[(t-1)*tags+a] * o.step[a*tags+b] * f.emit[t*tags+b] * f.beta[t*tags+b] / f.scale[t]
}

// span gives the probability that exactly this span is there, after run.
func (f *forward) span(w *weights, o *odds, p piece) float64 {
	tags, n := w.n(), len(f.scale)
	seq := w.write(p.to, []piece{p})
	x := f.alpha[p.from*tags+int(seq[p.from])]
	for t := p.from + 1; t < p.to; t++ {
		x *= o.step[int(seq[t-1])*tags+int(seq[t])] * f.emit[t*tags+int(seq[t])] / f.scale[t]
	}
	end := int(seq[p.to-1])
	if w.ends || p.to == n {
		return x * f.beta[(p.to-1)*tags+end]
	}
	after := 0.0 // what comes after may not go on with the span
	for b := range tags {
		if w.opens(b) {
			after += o.step[end*tags+b] * f.emit[p.to*tags+b] * f.beta[p.to*tags+b]
		}
	}
	return x * after / f.scale[p.to]
}
