package knowledge

import (
	"cmp"
	"slices"
)

// wants is a sentence as a set of terms with their weights.
type wants struct {
	weights map[uint64]float32
	weight  float64 // of all
}

func (x *Index) weigh(key uint64) float32 {
	rarity := x.unknown
	if list, ok := x.lists[key]; ok {
		rarity = x.rarity[list]
	}
	return rarity * kindWeight(key)
}

func (x *Index) wanted(list []term) wants {
	w := wants{weights: make(map[uint64]float32, len(list))}
	for _, t := range list {
		if _, seen := w.weights[t.key]; !seen {
			w.weights[t.key] = x.weigh(t.key)
			w.weight += float64(w.weights[t.key])
		}
	}
	return w
}

// closest finds the wording of an entry that shares most with the sentence: a
// Dice measure in which each term counts by its rarity.
func (x *Index) closest(s *scratch, w wants, e *Entry) (likeness float64, wording string) {
	likeness = -1
	for i := -1; i < len(e.Variants); i++ {
		text := e.Question
		if i >= 0 {
			text = e.Variants[i]
		}
		s.other = terms(fold(text), s.other)
		slices.SortFunc(s.other, func(a, b term) int { return cmp.Compare(a.key, b.key) })
		var shared, own float64
		for j, t := range s.other {
			if j > 0 && s.other[j-1].key == t.key {
				continue
			}
			if weight, ok := w.weights[t.key]; ok {
				shared += float64(weight)
				own += float64(weight)
			} else {
				own += float64(x.weigh(t.key))
			}
		}
		like := 0.0
		if own+w.weight > 0 {
			like = 2 * shared / (own + w.weight)
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
