package knowledge

import (
	"cmp"
	"slices"
)

// wants is a sentence as a set of terms with their weights.
type wants struct {
	places  map[uint64]int // of a term in the two below
	weights []float64
	seen    []uint32 // the last wording that had the term
	weight  float64  // of all terms
}

func (x *Index) weigh(key uint64) float32 {
	if list, ok := x.lists[key]; ok {
		return x.weights[list]
	}
	return x.unknown * kindWeight(key)
}

func (x *Index) wanted(list []term) wants {
	w := wants{places: make(map[uint64]int, len(list))}
	for _, t := range list {
		if _, seen := w.places[t.key]; !seen {
			w.places[t.key] = len(w.weights)
			weight := float64(x.weigh(t.key))
			w.weights, w.weight = append(w.weights, weight), w.weight+weight
		}
	}
	w.seen = make([]uint32, len(w.weights))
	return w
}

// weighWordings computes what the wordings weigh, so that a search need not.
func (x *Index) weighWordings() {
	x.own = make([][]float32, len(x.entries))
	var list []term
	for doc := range x.entries {
		e := &x.entries[doc]
		own := make([]float32, 1+len(e.Variants))
		for i := range own {
			list = terms(fold(e.wording(i)), list)
			slices.SortFunc(list, func(a, b term) int { return cmp.Compare(a.key, b.key) })
			for j, t := range list {
				if j == 0 || list[j-1].key != t.key {
					own[i] += x.weigh(t.key)
				}
			}
		}
		x.own[doc] = own
	}
}

// wording is the question (0) or a variant (from 1).
func (e *Entry) wording(i int) string {
	if i == 0 {
		return e.Question
	}
	return e.Variants[i-1]
}

// closest finds the wording of an entry that shares most with the sentence: a
// Dice measure in which each term counts by its rarity.
func (x *Index) closest(s *scratch, w wants, doc uint32) (likeness float64, wording string) {
	e := &x.entries[doc]
	likeness = -1
	for i, own := range x.own[doc] {
		text := e.wording(i)
		s.other = terms(fold(text), s.other)
		s.stamp++
		var shared float64
		for _, t := range s.other {
			if at, ok := w.places[t.key]; ok && w.seen[at] != s.stamp {
				w.seen[at] = s.stamp
				shared += w.weights[at]
			}
		}
		like := 0.0
		if total := float64(own) + w.weight; total > 0 {
			like = min(1, 2*shared/total)
		}
		if like > likeness {
			likeness, wording = like, text
		}
	}
	return likeness, wording
}

// explain tells which pieces of the sentence brought an entry up, the heaviest
// first, each as it stands in the folded sentence.
func (x *Index) explain(folded string, list []term, id string) []TermWeight {
	doc := slices.IndexFunc(x.entries, func(e Entry) bool { return e.ID == id })
	var out []TermWeight
	seen := map[string]int{}
	for _, t := range list {
		at, ok := x.lists[t.key]
		if !ok {
			continue
		}
		i, ok := slices.BinarySearch(x.docs[at], uint32(doc))
		if !ok {
			continue
		}
		text := folded[t.start:t.end]
		if n, twice := seen[text]; twice {
			out[n].Weight += float64(x.impacts[at][i])
			continue
		}
		seen[text] = len(out)
		out = append(out, TermWeight{text, float64(x.impacts[at][i])})
	}
	slices.SortStableFunc(out, func(a, b TermWeight) int { return cmp.Compare(b.Weight, a.Weight) })
	return out
}
