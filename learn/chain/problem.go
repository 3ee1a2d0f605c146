package chain

import (
	"context"
	"math/bits"

	"zhuomo/internal/jobs"
)

// problem is one layer to be learnt. The features of all texts lie flat: text i
// has units unitAt[i]…unitAt[i+1], unit u has idx[at[u]:at[u+1]].
type problem struct {
	tags
	unitAt   []int
	at       []int
	idx      []uint32
	features int
	rows     []int32   // texts to learn from
	gold     [][]uint8 // by text
	weight   []float32 // by text

	passes int
	fits   int // of which the mean is taken, where chance chooses the order
	cost   float32
	seed   uint64
	tell   func() // once a pass, may be nil
}

// multiplier says how much a unit of a training text pulls its features towards
// a tag. The emission weights are the sum of these over all units.
type multiplier struct {
	unit  uint32 // of the text
	tag   uint8
	value float32
}

// solution is what a solver found.
type solution struct {
	w    *weights
	dual [][]multiplier // by text
}

// emissions adds up the weights of the features of text i, for each unit and tag.
func (p *problem) emissions(l *lattice, w *weights, i int) {
	from := p.unitAt[i]
	l.fill(w, p.unitAt[i+1]-from, func(u int) []uint32 { return p.idx[p.at[from+u]:p.at[from+u+1]] })
}

// packed is a problem laid out for speed: for each feature of each unit where its
// pairs are, and tag and weight of a pair side by side.
type packed struct {
	at    []run // as problem.idx
	pairs []pair
}

type run struct{ from, to uint32 }

type pair struct {
	weight float32
	tag    uint8
}

func (p *problem) pack(w *weights) *packed {
	k := &packed{at: make([]run, len(p.idx)), pairs: make([]pair, len(w.emit))}
	for i, f := range p.idx {
		k.at[i] = run{w.at[f], w.at[f+1]}
	}
	for i, tag := range w.label {
		k.pairs[i] = pair{w.emit[i], tag}
	}
	return k
}

// emissions does what problem.emissions does.
func (k *packed) emissions(l *lattice, p *problem, stride, i int) {
	from, to := p.unitAt[i], p.unitAt[i+1]
	l.score = grown(l.score, (to-from)*stride)
	clear(l.score)
	for u := from; u < to; u++ {
		score := l.score[(u-from)*stride:][:stride]
		for _, at := range k.at[p.at[u]:p.at[u+1]] {
			for _, x := range k.pairs[at.from:at.to] {
				score[x.tag] += x.weight
			}
		}
	}
}

// fill does that for n units with the given features.
func (l *lattice) fill(w *weights, n int, features func(u int) []uint32) {
	stride := w.stride()
	l.score = grown(l.score, n*stride)
	clear(l.score)
	for u := range n {
		score := l.score[u*stride:][:stride]
		for _, f := range features(u) {
			for k := w.at[f]; k < w.at[f+1]; k++ {
				score[w.label[k]] += w.emit[k]
			}
		}
	}
}

// weights makes room for the pairs of feature and tag that occur in the rows of
// p. Others never weigh: what was not seen together says nothing, which is fewer
// weights and better answers (docs/adr/0009-chain-learner.md).
func (p *problem) weights() *weights {
	words := (p.n() + 63) / 64
	seen := make([]uint64, p.features*words)
	for _, i := range p.rows {
		for t, tag := range p.gold[i] {
			u := p.unitAt[i] + t
			for _, f := range p.idx[p.at[u]:p.at[u+1]] {
				seen[int(f)*words+int(tag)/64] |= 1 << (tag % 64)
			}
		}
	}
	w := &weights{tags: p.tags, at: make([]uint32, p.features+1)}
	for f := range p.features {
		for word, mask := range seen[f*words:][:words] {
			for ; mask != 0; mask &= mask - 1 {
				w.label = append(w.label, uint8(64*word+bits.TrailingZeros64(mask)))
			}
		}
		w.at[f+1] = uint32(len(w.label))
	}
	w.emit, w.steps = make([]float32, len(w.label)), make([]float32, (w.n()+1)*w.stride())
	w.link()
	return w
}

// collect rebuilds the emission weights as the sum of all multipliers.
func (p *problem) collect(w *weights, dual [][]multiplier) {
	clear(w.emit)
	for _, i := range p.rows {
		for _, m := range dual[i] {
			u := p.unitAt[i] + int(m.unit)
			for _, f := range p.idx[p.at[u]:p.at[u+1]] {
				w.add(f, m.tag, m.value)
			}
		}
	}
}

// each runs do for the rows of p on workers, each with a lattice of its own.
func (p *problem) each(ctx context.Context, workers int, do func(l *lattice, chunk, at int)) error {
	lattices := make(chan *lattice, max(workers, 1)) // one for each worker
	for range cap(lattices) {
		lattices <- &lattice{}
	}
	return jobs.EachChunk(ctx, len(p.rows), workers, func(chunk, from, to int) error {
		l := <-lattices
		defer func() { lattices <- l }()
		for at := from; at < to; at++ {
			do(l, chunk, at)
		}
		return ctx.Err()
	})
}
