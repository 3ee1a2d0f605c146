package knowledge

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// How much the fields of an entry and the kinds of terms weigh, and how soon
// repetition stops to count. Chosen on examples/service; TestRecall keeps the
// figure.
const (
	weighQuestion = 2.0
	weighVariant  = 1.0
	weighAnswer   = 1.25
	weighSingle   = 1.2 // of one character against a pair
	weighFunction = 0.1 // of 的, 是不, 能 and their like against words that name things
	saturation    = 2.5 // BM25's k1
	lengthShare   = 0.5 // BM25's b
	// weighLikeness is how much a wording that is nearly the sentence adds; its
	// cube is taken, so that half-alike wordings add little.
	weighLikeness = 2.0
	// reranked is how many of the best entries are compared wording by wording.
	reranked = 16
)

// SearchOptions narrow a search. The zero value finds up to 10 entries.
type SearchOptions struct {
	Limit    int   // default 10, at most 100
	Asker    Asker // entries whose conditions do not hold are left out
	Category string
	Drafts   bool   // also drafts
	Except   string // id of an entry to leave out
	Explain  bool   // fill Hit.Terms
}

// Hit is one entry found.
type Hit struct {
	EntryID  string  `json:"entry_id" table:"编号|id"`
	Question string  `json:"question" table:"问题|question"`
	Score    float64 `json:"score" table:"得分|score"` // comparable within one search
	// Likeness tells how much of the sentence the closest wording of the entry
	// covers and the other way round, rare pairs counting more: 0 nothing, 1 all.
	Likeness float64      `json:"likeness" table:"相似|likeness"`
	Wording  string       `json:"wording"` // the question or variant that is closest
	Terms    []TermWeight `json:"terms,omitempty"`
}

// TermWeight tells how much one piece of the sentence added to the score.
type TermWeight struct {
	Text   string  `json:"text"`
	Weight float64 `json:"weight"`
}

// Index finds entries by BM25 over characters, pairs of characters, and words
// (Robertson and Zaragoza 2009, with weighted fields), then compares the best
// few wording by wording. It never changes; all methods may be called from many
// goroutines. Same entries, same answers.
type Index struct {
	entries []Entry
	lists   map[uint64]int32
	docs    [][]uint32  // by list, rising
	impacts [][]float32 // beside docs: what the term adds to the entry's score
	most    []float32   // largest impact of a list
	rarity  []float32   // idf of a list
	unknown float32     // idf of a term that no entry has
	guarded []bool      // by entry: it has conditions or is not live
	scratch sync.Pool   // *scratch
}

type scratch struct {
	scores  []float32
	touched []uint32
	ordered []uint32
	terms   []term
	other   []term
}

// NewIndex makes an index. The entries are kept and must not be changed.
//
// Cost: about 5 µs an entry of five short variants.
func NewIndex(entries []Entry) *Index {
	x := &Index{entries: entries, lists: map[uint64]int32{}, guarded: make([]bool, len(entries))}
	lengths := make([]float32, len(entries))
	var total float64
	var buffer []term
	frequency := map[uint64]float32{}
	var keys []uint64
	for doc, e := range entries {
		clear(frequency)
		keys = keys[:0]
		field := func(s string, weight float32) {
			buffer = terms(fold(s), buffer)
			for _, t := range buffer {
				if _, seen := frequency[t.key]; !seen {
					keys = append(keys, t.key)
				}
				frequency[t.key] += weight
			}
			lengths[doc] += weight * float32(len(buffer))
		}
		field(e.Question, weighQuestion)
		for _, v := range e.Variants {
			field(v, weighVariant)
		}
		field(e.AnswerText(), weighAnswer)
		total += float64(lengths[doc])
		for _, k := range keys {
			list, ok := x.lists[k]
			if !ok {
				list = int32(len(x.docs))
				x.lists[k] = list
				x.docs, x.impacts = append(x.docs, nil), append(x.impacts, nil)
			}
			x.docs[list] = append(x.docs[list], uint32(doc))
			x.impacts[list] = append(x.impacts[list], frequency[k])
		}
		x.guarded[doc] = e.State != Live || !e.Conditions.IsZero()
	}
	average := float32(max(1, total/float64(max(1, len(entries)))))
	x.most, x.rarity = make([]float32, len(x.docs)), make([]float32, len(x.docs))
	x.unknown = idf(len(entries), 0)
	for k, list := range x.lists {
		x.rarity[list] = idf(len(entries), len(x.docs[list]))
		weight := x.rarity[list] * kindWeight(k)
		for i, doc := range x.docs[list] {
			f := x.impacts[list][i]
			f = weight * f * (saturation + 1) / (f + saturation*(1-lengthShare+lengthShare*lengths[doc]/average))
			x.impacts[list][i] = f
			x.most[list] = max(x.most[list], f)
		}
	}
	x.scratch.New = func() any { return &scratch{scores: make([]float32, len(entries))} }
	return x
}

func idf(all, holding int) float32 {
	return float32(math.Log1p((float64(all) - float64(holding) + 0.5) / (float64(holding) + 0.5)))
}

// single tells the key of one character from those of pairs and words.
func single(key uint64) bool { return key < 1<<21 }

// asked is a list that the sentence asks for, with how often.
type asked struct {
	list  int32
	times float32
}

// Search finds entries for text, the best first; equal ones in the order of the
// entries.
//
// Cost: the rarest terms first; once no new entry can reach the best, only
// those already met are followed (the answer is the same as without).
func (x *Index) Search(text string, o SearchOptions) []Hit {
	limit := min(cmp.Or(max(o.Limit, 0), 10), 100)
	s := x.scratch.Get().(*scratch)
	defer x.scratch.Put(s)
	folded := fold(text)
	s.terms = terms(folded, s.terms)
	query := x.ask(s.terms)
	candidates := x.gather(s, query, max(limit, reranked), o)
	wanted := x.wanted(s.terms)
	hits := make([]Hit, 0, len(candidates))
	for i, doc := range candidates {
		e := &x.entries[doc]
		h := Hit{EntryID: e.ID, Question: e.Question, Score: float64(s.scores[doc])}
		if i < max(limit, reranked) {
			h.Likeness, h.Wording = x.closest(s, wanted, e)
			h.Score += weighLikeness * h.Likeness * h.Likeness * h.Likeness * wanted.weight
		}
		hits = append(hits, h)
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	hits = hits[:min(limit, len(hits))]
	if o.Explain {
		for i := range hits {
			hits[i].Terms = x.explain(folded, s.terms, hits[i].EntryID)
		}
	}
	for _, doc := range s.touched {
		s.scores[doc] = 0
	}
	s.touched = s.touched[:0]
	return hits
}

// ask finds the lists of the terms, the rarest first.
func (x *Index) ask(list []term) []asked {
	query := make([]asked, 0, len(list))
	for _, t := range list {
		id, ok := x.lists[t.key]
		if !ok {
			continue
		}
		if at := slices.IndexFunc(query, func(a asked) bool { return a.list == id }); at >= 0 {
			query[at].times++
			continue
		}
		query = append(query, asked{id, 1})
	}
	slices.SortFunc(query, func(a, b asked) int {
		return cmp.Or(cmp.Compare(len(x.docs[a.list]), len(x.docs[b.list])), cmp.Compare(a.list, b.list))
	})
	return query
}

// gather sums the impacts and answers the best entries, the best first.
func (x *Index) gather(s *scratch, query []asked, most int, o SearchOptions) []uint32 {
	rest := float32(0)
	for _, a := range query {
		rest += x.most[a.list] * a.times
	}
	narrow := o.Category != "" || o.Except != ""
	alive := s.ordered[:0]
	best := float32(0) // the highest score so far, or less
	open := true       // new entries may still reach the best
	for _, a := range query {
		docs, impacts := x.docs[a.list], x.impacts[a.list]
		if open {
			for i, doc := range docs {
				if s.scores[doc] == 0 {
					s.touched = append(s.touched, doc)
					if (narrow || x.guarded[doc]) && !x.passes(doc, o) {
						s.scores[doc] = float32(math.Inf(-1))
						continue
					}
					alive = append(alive, doc)
				}
				s.scores[doc] += impacts[i] * a.times
				best = max(best, s.scores[doc])
			}
		} else {
			slices.Sort(alive)
			x.follow(s.scores, alive, docs, impacts, a.times)
		}
		rest -= x.most[a.list] * a.times
		if len(alive) > 2*most && rest < best {
			// A hair of room: rest has been summed in another order.
			alive, open = cutBelow(s.scores, alive, most, best, rest*1.0001+1e-4, open)
		}
	}
	slices.SortFunc(alive, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(s.scores[b], s.scores[a]), cmp.Compare(a, b))
	})
	s.ordered = alive
	return alive[:min(most, len(alive))]
}

// follow adds a list's impacts to entries that are met already; both rise.
func (x *Index) follow(scores []float32, alive, docs []uint32, impacts []float32, times float32) {
	at := 0
	for _, doc := range alive {
		step := 1
		for at+step < len(docs) && docs[at+step] < doc {
			at, step = at+step, step*2
		}
		end := min(at+step+1, len(docs))
		i, found := slices.BinarySearch(docs[at:end], doc)
		at += i
		if found {
			scores[doc] += impacts[at] * times
		}
		if at >= len(docs) {
			return
		}
	}
}

// cutBelow drops entries that rest cannot lift into the best, and tells whether
// an entry not yet met still could get there.
func cutBelow(scores []float32, alive []uint32, most int, best, rest float32, open bool) ([]uint32, bool) {
	bar := nth(scores, alive, most, best)
	if open && rest >= bar {
		return alive, true
	}
	kept := alive[:0]
	for _, doc := range alive {
		if scores[doc]+rest >= bar {
			kept = append(kept, doc)
		}
	}
	return kept, false
}

// nth is the n-th largest score of the entries, n from 1, by halving the range
// of values up to most: no copy and no order needed. It may answer less.
func nth(scores []float32, docs []uint32, n int, most float32) float32 {
	low, high := float32(0), most
	for range 5 {
		middle := (low + high) / 2
		above := 0
		for _, doc := range docs {
			if scores[doc] >= middle {
				above++
			}
		}
		if above >= n {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// passes tells whether an entry may be among the answers.
func (x *Index) passes(doc uint32, o SearchOptions) bool {
	e := &x.entries[doc]
	return (e.State == Live || e.State == Draft && o.Drafts) && (o.Category == "" || e.Category == o.Category) &&
		e.ID != o.Except && e.Conditions.Hold(o.Asker)
}
