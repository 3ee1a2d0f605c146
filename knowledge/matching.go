package knowledge

import (
	"math"
	"slices"
)

// Matching is how much each thing that speaks for an entry counts when entries
// are ranked; it is learnt from the entries' own wordings. Without one, BM25
// and twice the cubed likeness count.
type Matching struct {
	Weights []float64 `json:"weights"` // in the order of the evidence
	Asked   int       `json:"asked"`   // wordings that were hidden and asked for
	Before  float64   `json:"before"`  // share of those that found their entry first without learning
	After   float64   `json:"after"`   // … with weights learnt from the other half of the entries
}

const (
	// leastAsked is how many wordings it takes to learn from.
	leastAsked = 40
	// mostAsked bounds the time of learning; larger bases are sampled evenly.
	mostAsked = 1200
	// matched is how many of the best entries are compared with learnt weights.
	matched = 32
	// sureness is how sharply the weights before learning tell the entries
	// apart, and held how strongly learning is held to them. Chosen on six bases
	// made of public sets.
	sureness = 8.0
	held     = 0.3
	steps    = 12 // of Newton's method
)

// unlearnt are the weights that rank as an index does without learning.
func unlearnt() (w evidence) {
	w[byRank], w[byCubed] = sureness, sureness*weighLikeness
	return w
}

// comparison is one hidden wording: what speaks for each entry that was found.
type comparison struct {
	entry uint32 // the right one
	right int    // its place among those found
	found []evidence
}

// Learn learns how to rank from the entries' own wordings: each in turn is
// hidden and asked for. It answers nil when there are too few, or when on the
// half of the entries that was not learnt from the right one is told apart no
// better than before. Same entries, same weights.
//
// Cost: about .2 ms a wording, at most mostAsked of them.
func (x *Index) Learn() *Matching {
	list := x.compare()
	if len(list) < leastAsked {
		return nil
	}
	var halves [2][]comparison
	for _, c := range list {
		halves[c.entry%2] = append(halves[c.entry%2], c)
	}
	before := unlearnt()
	m := &Matching{Asked: len(list)}
	var lossBefore, lossAfter float64
	for i, half := range halves {
		after := fit(halves[1-i], before)
		for _, c := range half {
			l, first := c.judge(before)
			lossBefore += l
			m.Before += first
			l, first = c.judge(after)
			lossAfter += l
			m.After += first
		}
	}
	if lossAfter >= lossBefore || m.After < m.Before {
		return nil
	}
	m.Before, m.After = m.Before/float64(len(list)), m.After/float64(len(list))
	learnt := fit(list, before)
	m.Weights = learnt[:]
	return m
}

// compare hides wordings and asks for them. An entry with one wording cannot be
// asked for.
func (x *Index) compare() (list []comparison) {
	all := 0
	for _, e := range x.entries {
		if len(e.Variants) > 0 {
			all += 1 + len(e.Variants)
		}
	}
	every := max(1, (all+mostAsked-1)/mostAsked)
	s := x.scratch.Get().(*scratch)
	defer x.scratch.Put(s)
	n := 0
	for doc := range x.entries {
		e := &x.entries[doc]
		if len(e.Variants) == 0 {
			continue
		}
		for i := range 1 + len(e.Variants) {
			if n++; n%every != 0 {
				continue
			}
			folded := fold(e.wording(i))
			s.terms = terms(folded, s.terms)
			a := x.asking(folded, s.terms)
			docs := x.gather(s, x.ask(s.terms), matched, SearchOptions{})
			c := comparison{entry: uint32(doc), right: slices.Index(docs, uint32(doc))}
			for _, d := range docs {
				except, rank := -1, float64(s.scores[d])
				if int(d) == doc {
					except, rank = i, -1
				}
				found, _, _ := a.gather(x, s, d, except, rank)
				c.found = append(c.found, found)
			}
			s.clear()
			if c.right >= 0 && len(c.found) > 1 {
				list = append(list, c)
			}
		}
	}
	return list
}

func (w *evidence) weigh(e *evidence) (score float64) {
	for i, v := range e {
		score += w[i] * v
	}
	return score
}

// chances are the shares of belief that weights give to the entries found.
func (c *comparison) chances(w *evidence, into []float64) []float64 {
	into = into[:0]
	best := math.Inf(-1)
	for i := range c.found {
		into = append(into, w.weigh(&c.found[i]))
		best = max(best, into[i])
	}
	sum := 0.0
	for i := range into {
		into[i] = math.Exp(into[i] - best)
		sum += into[i]
	}
	for i := range into {
		into[i] /= sum
	}
	return into
}

// judge is the loss of the right entry, and 1 when it comes first.
func (c *comparison) judge(w evidence) (loss, first float64) {
	right := w.weigh(&c.found[c.right])
	sum := 0.0
	first = 1
	best := right
	for i := range c.found {
		score := w.weigh(&c.found[i])
		best = max(best, score)
		if score > right || score == right && i < c.right {
			first = 0
		}
	}
	for i := range c.found {
		sum += math.Exp(w.weigh(&c.found[i]) - best)
	}
	return math.Log(sum) + best - right, first
}

// fit finds the weights under which the right entries are most likely against
// all others found with them (McFadden 1974, conditional logit), held to start.
func fit(list []comparison, start evidence) evidence {
	w := start
	var chances []float64
	for range steps {
		var slope evidence
		var bend [evidenceCount]evidence
		for i := range w {
			slope[i], bend[i][i] = held*(w[i]-start[i]), held
		}
		for n := range list {
			c := &list[n]
			chances = c.chances(&w, chances)
			var mean evidence
			for j, p := range chances {
				for i, v := range c.found[j] {
					mean[i] += p * v
				}
			}
			for j, p := range chances {
				var off evidence
				for i, v := range c.found[j] {
					off[i] = v - mean[i]
				}
				for i := range off {
					if j == c.right {
						slope[i] -= off[i]
					}
					for k := range off {
						bend[i][k] += p * off[i] * off[k]
					}
				}
			}
		}
		step, before := solve(bend, slope), loss(list, w, start)
		for share := 1.0; ; share /= 2 { // a whole step may lead too far
			next := w
			for i := range next {
				next[i] -= share * step[i]
			}
			if after := loss(list, next, start); after <= before {
				w = next
				break
			}
			if share < 1e-6 {
				return w // nothing is left to gain
			}
		}
	}
	return w
}

// loss is what fit makes small.
func loss(list []comparison, w, start evidence) (sum float64) {
	for i := range w {
		sum += held / 2 * (w[i] - start[i]) * (w[i] - start[i])
	}
	for i := range list {
		one, _ := list[i].judge(w)
		sum += one
	}
	return sum
}

// solve answers y of b·y = a by elimination; b is symmetric, and each of its
// pivots is at least held, because the ridge is.
func solve(b [evidenceCount]evidence, a evidence) (y evidence) {
	for i := range a {
		for j := i + 1; j < evidenceCount; j++ {
			f := b[j][i] / b[i][i]
			for k := i; k < evidenceCount; k++ {
				b[j][k] -= f * b[i][k]
			}
			a[j] -= f * a[i]
		}
	}
	for i := evidenceCount - 1; i >= 0; i-- {
		y[i] = a[i]
		for k := i + 1; k < evidenceCount; k++ {
			y[i] -= b[i][k] * y[k]
		}
		y[i] /= b[i][i]
	}
	return y
}

// usable tells whether weights of a stranger's file can be ranked by.
func (m *Matching) usable() bool {
	return len(m.Weights) == evidenceCount && !slices.ContainsFunc(m.Weights, func(w float64) bool {
		return math.IsNaN(w) || math.Abs(w) > 1e6
	})
}
