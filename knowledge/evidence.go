package knowledge

import (
	"math"
	"sync"
)

// What speaks for an entry, each in shares of what the sentence weighs, so that
// long and short sentences compare.
const (
	byRank       = iota // BM25 over all fields
	byCubed             // likeness of the closest wording, cubed
	byMean              // share of the sentence in a wording, the mean of all wordings
	byPieces            // likeness of the closest wording by sounds and letters
	byPiecesMean        // share by sounds and letters, the mean of all wordings
	byAnswer            // share of the sentence in the answer
	byPool              // cosine of the sentence and all wordings together, by sounds and letters
	evidenceCount
)

type evidence [evidenceCount]float64

// asking is a sentence, ready to be compared with many wordings. One goroutine
// may use it at a time.
type asking struct {
	terms, pieces wants
	times         []float64 // of a term in the sentence
	ranked        []bool    // terms that BM25 knows
	poolTimes     []float64 // of a piece in the sentence
	poolMet       []float64 // how often the wordings at hand have a piece
	poolNorm      float64
	met           []float64 // how often the entry at hand has a term, by weight of its fields
}

func (x *Index) asking(folded string, list []term) *asking {
	a := &asking{terms: x.wanted(list)}
	n := len(a.terms.weights)
	a.times, a.ranked, a.met = make([]float64, n), make([]bool, n), make([]float64, n)
	for _, t := range list {
		at := a.terms.places[t.key]
		a.times[at]++
		_, a.ranked[at] = x.lists[t.key]
	}
	a.pieces.places = map[uint64]int{}
	for _, k := range pieces(folded, nil) {
		at, seen := a.pieces.places[k]
		if !seen {
			at = len(a.pieces.weights)
			a.pieces.places[k] = at
			weight := float64(x.sounds().weigh(k))
			a.pieces.weights, a.pieces.weight = append(a.pieces.weights, weight), a.pieces.weight+weight
			a.poolTimes = append(a.poolTimes, 0)
		}
		a.poolTimes[at]++
	}
	a.poolMet = make([]float64, len(a.poolTimes))
	for i, n := range a.poolTimes {
		a.poolTimes[i] = (1 + math.Log(n)) * a.pieces.weights[i]
		a.poolNorm += a.poolTimes[i] * a.poolTimes[i]
	}
	a.poolNorm = math.Sqrt(a.poolNorm)
	a.pieces.seen = make([]uint32, len(a.pieces.weights))
	return a
}

// gather tells what speaks for an entry, and its closest wording, as if the
// wording with the number except (-1: none) were not there. rank is the entry's
// BM25 score; a negative one is computed here.
//
// Cost: one pass over the entry's text.
func (a *asking) gather(x *Index, s *scratch, doc uint32, except int, rank float64) (found evidence, likeness float64, wording string) {
	e, own, ownPieces := &x.entries[doc], x.own[doc], x.sounds().own[doc]
	clear(a.met)
	clear(a.poolMet)
	likeness = -1
	count := 0.0
	length := float64(x.lengths[doc])
	for i := range own {
		text := e.wording(i)
		folded := fold(text)
		s.other = terms(folded, s.other)
		field := weighVariant
		if i == 0 {
			field = weighQuestion
		}
		if i == except {
			length -= field * float64(len(s.other))
			continue
		}
		count++
		s.stamp++
		shared := a.terms.share(s.other, s.stamp, a.met, field)
		like := dice(shared, float64(own[i])+a.terms.weight)
		found[byMean] += shared
		if like > likeness {
			likeness, wording = like, text
		}
		s.pieces = pieces(folded, s.pieces)
		shared = 0
		for _, k := range s.pieces {
			if at, ok := a.pieces.places[k]; ok {
				a.poolMet[at]++
				if a.pieces.seen[at] != s.stamp {
					a.pieces.seen[at] = s.stamp
					shared += a.pieces.weights[at]
				}
			}
		}
		found[byPieces] = max(found[byPieces], dice(shared, float64(ownPieces[i])+a.pieces.weight))
		found[byPiecesMean] += shared
	}
	norm := x.sounds().norms[doc]
	if except >= 0 {
		norm = x.sounds().norm(e, except, s)
	}
	for i, n := range a.poolMet {
		if n > 0 {
			found[byPool] += a.poolTimes[i] * (1 + math.Log(n)) * a.pieces.weights[i]
		}
	}
	if found[byPool] > 0 && norm > 0 {
		found[byPool] /= a.poolNorm * norm
	}
	s.other = terms(fold(e.AnswerText()), s.other)
	s.stamp++
	found[byAnswer] = a.terms.share(s.other, s.stamp, a.met, weighAnswer)
	if rank < 0 {
		rank = a.rank(length / float64(x.average))
	}
	found[byRank] = rank
	found[byCubed] = max(0, likeness) * max(0, likeness) * max(0, likeness)
	if a.terms.weight > 0 {
		found[byRank] /= a.terms.weight
		found[byMean] /= a.terms.weight * max(1, count)
		found[byAnswer] /= a.terms.weight
	}
	if a.pieces.weight > 0 {
		found[byPiecesMean] /= a.pieces.weight * max(1, count)
	}
	return found, likeness, wording
}

// share is the weight of the different terms of list that are wanted; how often
// each stands there is added to met.
func (w *wants) share(list []term, stamp uint32, met []float64, field float64) (shared float64) {
	for _, t := range list {
		at, ok := w.places[t.key]
		if !ok {
			continue
		}
		met[at] += field
		if w.seen[at] != stamp {
			w.seen[at] = stamp
			shared += w.weights[at]
		}
	}
	return shared
}

func dice(shared, total float64) float64 {
	if total <= 0 {
		return 0
	}
	return min(1, 2*shared/total)
}

// rank is BM25 of the terms met in an entry of that many average lengths.
func (a *asking) rank(lengths float64) (score float64) {
	for i, f := range a.met {
		if f > 0 && a.ranked[i] {
			score += a.times[i] * a.terms.weights[i] * f * (saturation + 1) / (f + saturation*(1-lengthShare+lengthShare*lengths))
		}
	}
	return score
}

// pieceBuckets is the size of the table of counts; a power of two. Pieces that
// fall into one bucket count as one.
const pieceBuckets = 1 << 16

// sounds is how rare the pieces of an index are, and what its wordings weigh by them.
type sounds struct {
	rarity []float32   // by bucket
	own    [][]float32 // by entry and wording
	norms  []float64   // by entry: length of all its pieces together
}

// norm is the length of an entry's pieces, without one wording.
func (t *sounds) norm(e *Entry, except int, s *scratch) (length float64) {
	if s.pool == nil {
		s.pool = map[uint64]float64{}
	}
	clear(s.pool)
	s.order = s.order[:0]
	for i := range 1 + len(e.Variants) {
		if i == except {
			continue
		}
		s.pieces = pieces(fold(e.wording(i)), s.pieces)
		for _, k := range s.pieces {
			if s.pool[k] == 0 {
				s.order = append(s.order, k)
			}
			s.pool[k]++
		}
	}
	for _, k := range s.order {
		v := (1 + math.Log(s.pool[k])) * float64(t.weigh(k))
		length += v * v
	}
	return math.Sqrt(length)
}

func (s *sounds) weigh(piece uint64) float32 { return s.rarity[piece%pieceBuckets] }

// lazySounds makes the table when the first sentence is compared by it.
func lazySounds(entries []Entry) func() *sounds {
	return sync.OnceValue(func() *sounds {
		s := &sounds{rarity: make([]float32, pieceBuckets), own: make([][]float32, len(entries))}
		last := make([]int32, pieceBuckets) // the last entry, from 1, that was counted
		counts := make([]int32, pieceBuckets)
		var list []uint64
		for doc := range entries {
			e := &entries[doc]
			for i := range 1 + len(e.Variants) {
				list = pieces(fold(e.wording(i)), list)
				for _, k := range list {
					if b := k % pieceBuckets; last[b] != int32(doc+1) {
						last[b] = int32(doc + 1)
						counts[b]++
					}
				}
			}
		}
		for b, n := range counts {
			s.rarity[b] = idf(len(entries), int(n))
		}
		seen := map[uint64]bool{}
		s.norms = make([]float64, len(entries))
		var around scratch
		for doc := range entries {
			e := &entries[doc]
			s.norms[doc] = s.norm(e, -1, &around)
			s.own[doc] = make([]float32, 1+len(e.Variants))
			for i := range s.own[doc] {
				clear(seen)
				list = pieces(fold(e.wording(i)), list)
				for _, k := range list {
					if !seen[k] {
						seen[k] = true
						s.own[doc][i] += s.weigh(k)
					}
				}
			}
		}
		return s
	})
}
