package chain

import (
	"math"
	"slices"
)

// weights is what a layer has learnt: weights of pairs of feature and tag, and
// one for each tag and the tag before it; row n() of steps is for the beginning.
type weights struct {
	tags
	at    []uint32  // feature f has the pairs at[f]…at[f+1]
	label []uint8   // the tag of each pair, rising within a feature
	emit  []float32 // by pair
	steps []float32 // (n+1) × stride; weights of steps that may not be are not read
	from  [][]uint8 // by tag: which tags may come before it
	after [][]uint8 // by tag: which tags may come after it
	most  []float32 // by tag that opens: at least the weight of every step to it

	opening []bool // by tag: opens
}

// bound finds what no step to a tag weighs more than; raise keeps it so.
func (w *weights) bound() {
	w.most = grown(w.most, w.n())
	for b := range w.most {
		w.most[b] = float32(math.Inf(-1))
		for _, a := range w.from[b] {
			w.most[b] = max(w.most[b], w.steps[int(a)*w.stride()+b])
		}
	}
}

func (w *weights) raise(step int, change float32) {
	w.steps[step] += change
	if b := step % w.stride(); b < len(w.most) && step < w.n()*w.stride() {
		w.most[b] = max(w.most[b], w.steps[step])
	}
}

// of is the weight of a feature with a tag.
func (w *weights) of(f uint32, tag uint8) float32 {
	for k := w.at[f]; k < w.at[f+1]; k++ {
		if w.label[k] == tag {
			return w.emit[k]
		}
	}
	return 0
}

// add changes the weight of a feature with a tag, if the two are a pair.
func (w *weights) add(f uint32, tag uint8, value float32) {
	for k := w.at[f]; k < w.at[f+1]; k++ {
		if w.label[k] == tag {
			w.emit[k] += value
			return
		}
	}
}

func (w *weights) link() {
	w.from, w.after, w.opening = make([][]uint8, w.n()), make([][]uint8, w.n()), make([]bool, w.n())
	for b := range w.from {
		w.opening[b] = w.opens(b)
		for a := range w.n() {
			if w.follows(a, b) {
				w.from[b], w.after[a] = append(w.from[b], uint8(a)), append(w.after[a], uint8(b))
			}
		}
	}
	w.bound()
}

// lattice is the working memory for one text at a time.
type lattice struct {
	score []float32 // units × stride: emissions
	best  []float32 // units × stride
	back  []uint8   // units × stride
	alpha []float64
	beta  []float64
	logZ  float64
	seq   []uint8
	log   []float64
	close []uint8 // tags worth looking at from tags that open
}

// near gives the tags that may end at the unit before and from which a best way to
// a tag that opens may come: from others even the heaviest step does not make up
// for how far they are behind. Rounding is allowed for.
func (l *lattice) near(w *weights, before []float32) []uint8 {
	ends := w.from[outside]
	top := ends[0]
	for _, a := range ends[1:] {
		if before[a] > before[top] {
			top = a
		}
	}
	gap := float32(0)
	for b, step := range w.steps[int(top)*w.stride():][:w.n()] {
		if w.opening[b] {
			gap = max(gap, w.most[b]-step)
		}
	}
	least := before[top] - gap - 1e-4*(1+gap+max(before[top], -before[top]))
	l.close = l.close[:0]
	for _, a := range ends {
		if before[a] >= least {
			l.close = append(l.close, a)
		}
	}
	return l.close
}

// leaning takes the emissions of from, with by added where a stretch may open: each
// stretch of a reading makes it by heavier.
func (l *lattice) leaning(from *lattice, w *weights, by float32) {
	l.score = append(l.score[:0], from.score...)
	stride := w.stride()
	for t := 0; t < len(l.score); t += stride {
		for tag := 1; tag < w.n(); tag++ {
			if w.opening[tag] {
				l.score[t+tag] += by
			}
		}
	}
}

func grown[T any](list []T, n int) []T {
	return slices.Grow(list[:0], n)[:n]
}

// viterbi gives the tags with the highest score, after emissions, with its score.
// The result is valid until the next call.
func (l *lattice) viterbi(w *weights) ([]uint8, float32) {
	stride, tags := w.stride(), w.n()
	n := len(l.score) / stride
	l.best, l.back, l.seq = grown(l.best, n*stride), grown(l.back, n*stride), grown(l.seq, n)
	if n == 0 {
		return l.seq, 0
	}
	low := float32(math.Inf(-1))
	begins := w.steps[tags*stride:]
	for tag := range tags {
		l.best[tag] = low
		if w.opens(tag) {
			l.best[tag] = l.score[tag] + begins[tag]
		}
	}
	for t := 1; t < n; t++ {
		before, now, back := l.best[(t-1)*stride:][:tags], l.best[t*stride:][:tags], l.back[t*stride:][:tags]
		near := l.near(w, before)
		for b := range tags {
			top, from := low, uint8(0)
			list := w.from[b]
			if w.opening[b] {
				list = near
			}
			for _, a := range list {
				if s := before[a] + w.steps[int(a)*stride+b]; s > top {
					top, from = s, a
				}
			}
			now[b], back[b] = top+l.score[t*stride+b], from
		}
	}
	end, top := 0, low
	for tag, s := range l.best[(n-1)*stride:][:tags] {
		if s > top && w.closes(tag) {
			end, top = tag, s
		}
	}
	for t := n - 1; t >= 0; t-- {
		l.seq[t] = uint8(end)
		end = int(l.back[t*stride+end])
	}
	return l.seq, top
}

// sum runs forward and backward over exp(sharp·score); alpha, beta and logZ are
// natural logarithms. It is the plain twin of fast.
func (l *lattice) sum(w *weights, sharp float64) {
	stride, tags := w.stride(), w.n()
	n := len(l.score) / stride
	l.alpha, l.beta, l.log = grown(l.alpha, n*tags), grown(l.beta, n*tags), grown(l.log, tags)
	if n == 0 {
		l.logZ = 0
		return
	}
	none := math.Inf(-1)
	for tag := range tags {
		l.alpha[tag] = none
		if w.opens(tag) {
			l.alpha[tag] = sharp * float64(l.score[tag]+w.steps[tags*stride+tag])
		}
	}
	for t := 1; t < n; t++ {
		before := l.alpha[(t-1)*tags:][:tags]
		for b := range tags {
			terms := l.log[:0]
			for _, a := range w.from[b] {
				terms = append(terms, before[a]+sharp*float64(w.steps[int(a)*stride+b]))
			}
			l.alpha[t*tags+b] = logSum(terms) + sharp*float64(l.score[t*stride+b])
		}
	}
	for tag := range tags {
		l.beta[(n-1)*tags+tag] = none
		if w.closes(tag) {
			l.beta[(n-1)*tags+tag] = 0
		}
	}
	for t := n - 2; t >= 0; t-- {
		for a := range tags {
			terms := l.log[:0]
			for _, b := range w.after[a] {
				terms = append(terms, l.beta[(t+1)*tags+int(b)]+sharp*float64(w.steps[a*stride+int(b)]+l.score[(t+1)*stride+int(b)]))
			}
			l.beta[t*tags+a] = logSum(terms)
		}
	}
	terms := l.log[:0]
	for tag := range tags {
		terms = append(terms, l.alpha[(n-1)*tags+tag]+l.beta[(n-1)*tags+tag])
	}
	l.logZ = logSum(terms)
}

// logSum is ln Σ exp(x).
func logSum(terms []float64) float64 {
	top := math.Inf(-1)
	for _, x := range terms {
		top = max(top, x)
	}
	if math.IsInf(top, -1) {
		return top
	}
	sum := 0.0
	for _, x := range terms {
		if x-top > -40 {
			sum += math.Exp(x - top)
		}
	}
	return top + math.Log(sum)
}

// span gives the probability that exactly this span is there, after sum.
func (l *lattice) span(w *weights, p piece, sharp float64) float64 {
	stride, tags := w.stride(), w.n()
	n := len(l.score) / stride
	seq := w.write(p.to, []piece{p})
	log := l.alpha[p.from*tags+int(seq[p.from])]
	for t := p.from + 1; t < p.to; t++ {
		log += sharp * float64(w.steps[int(seq[t-1])*stride+int(seq[t])]+l.score[t*stride+int(seq[t])])
	}
	end := int(seq[p.to-1])
	if w.ends || p.to == n {
		return math.Exp(log + l.beta[(p.to-1)*tags+end] - l.logZ)
	}
	var terms []float64 // what comes after may not go on with the span
	for b := range tags {
		if w.opens(b) {
			terms = append(terms, l.beta[p.to*tags+b]+sharp*float64(w.steps[end*stride+b]+l.score[p.to*stride+b]))
		}
	}
	return math.Exp(log + logSum(terms) - l.logZ)
}

// nBest gives up to k sequences of tags with the highest scores, best first,
// after emissions.
func (l *lattice) nBest(w *weights, k int) [][]uint8 {
	stride, tags := w.stride(), w.n()
	n := len(l.score) / stride
	if n == 0 || k < 1 {
		return nil
	}
	type way struct {
		score float32
		tag   uint8
		from  int32 // place in the list of the unit before
	}
	lists := make([][][]way, n) // by unit and tag, best first
	for t := range n {
		lists[t] = make([][]way, tags)
		for b := range tags {
			emit := l.score[t*stride+b]
			if t == 0 {
				if w.opens(b) {
					lists[t][b] = []way{{emit + w.steps[tags*stride+b], 0, 0}}
				}
				continue
			}
			top := make([]way, 0, k+1)
			for _, a := range w.from[b] {
				step := w.steps[int(a)*stride+b] + emit
				for at, before := range lists[t-1][a] {
					score := before.score + step
					if len(top) == k && score <= top[k-1].score {
						break // what follows in this list is lower
					}
					place := len(top)
					for place > 0 && top[place-1].score < score {
						place--
					}
					top = slices.Insert(top, place, way{score, a, int32(at)})
					top = top[:min(len(top), k)]
				}
			}
			lists[t][b] = top
		}
	}
	type end struct {
		score float32
		tag   int
		at    int
	}
	var ends []end
	for b := range tags {
		for at, e := range lists[n-1][b] {
			if w.closes(b) {
				ends = append(ends, end{e.score, b, at})
			}
		}
	}
	slices.SortStableFunc(ends, func(x, y end) int { return compareFalling(x.score, y.score) })
	var out [][]uint8
	for _, e := range ends[:min(k, len(ends))] {
		seq := make([]uint8, n)
		tag, at := e.tag, e.at
		for t := n - 1; t >= 0; t-- {
			seq[t] = uint8(tag)
			step := lists[t][tag][at]
			tag, at = int(step.tag), int(step.from)
		}
		out = append(out, seq)
	}
	return out
}

func compareFalling(a, b float32) int {
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return 0
}
