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

	matching *Matching // learnt weights to rank by; nil: none
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
	weights []float32   // of a list: its rarity (idf) and kind
	unknown float32     // idf of a term that no entry has
	guarded []bool      // by entry: it has conditions or is not live
	own     [][]float32 // by entry and wording (question, then variants): weight of its distinct terms
	lengths []float32   // by entry: terms, counted by the weight of their field
	average float32     // of lengths, at least 1
	sounds  func() *sounds
	scratch sync.Pool // *scratch
}

type scratch struct {
	scores  []float32
	touched []uint32
	ordered []uint32
	terms   []term
	other   []term
	pieces  []uint64
	pool    map[uint64]float64
	order   []uint64
	stamp   uint32 // number of the wording being compared
}

// NewIndex makes an index. The entries are kept and must not be changed.
//
// Cost: about 5 µs an entry of five short variants.
func NewIndex(entries []Entry) *Index {
	x := &Index{entries: entries, lists: map[uint64]int32{}, guarded: make([]bool, len(entries))}
	x.lengths = make([]float32, len(entries))
	x.sounds = lazySounds(entries)
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
			x.lengths[doc] += weight * float32(len(buffer))
		}
		field(e.Question, weighQuestion)
		for _, v := range e.Variants {
			field(v, weighVariant)
		}
		field(e.AnswerText(), weighAnswer)
		total += float64(x.lengths[doc])
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
	x.average = float32(max(1, total/float64(max(1, len(entries)))))
	x.most, x.weights = make([]float32, len(x.docs)), make([]float32, len(x.docs))
	x.unknown = idf(len(entries), 0)
	for k, list := range x.lists {
		weight := idf(len(entries), len(x.docs[list])) * kindWeight(k)
		x.weights[list] = weight
		for i, doc := range x.docs[list] {
			f := x.impacts[list][i]
			f = weight * f * (saturation + 1) / (f + saturation*(1-lengthShare+lengthShare*x.lengths[doc]/x.average))
			x.impacts[list][i] = f
			x.most[list] = max(x.most[list], f)
		}
	}
	x.weighWordings()
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
// those already met are followed. Large bases take shortcuts, see gather.
func (x *Index) Search(text string, o SearchOptions) []Hit {
	limit := min(cmp.Or(max(o.Limit, 0), 10), 100)
	s := x.scratch.Get().(*scratch)
	defer x.scratch.Put(s)
	folded := fold(text)
	s.terms = terms(folded, s.terms)
	query := x.ask(s.terms)
	depth := max(limit, reranked)
	if o.matching != nil {
		depth = max(limit, matched)
	}
	hits := x.rerank(s, folded, x.gather(s, query, depth, o), o.matching)
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	hits = hits[:min(limit, len(hits))]
	if o.Explain {
		for i := range hits {
			hits[i].Terms = x.explain(folded, s.terms, hits[i].EntryID)
		}
	}
	s.clear()
	return hits
}

// rerank compares the entries met wording by wording; folded and s.terms are
// the sentence.
func (x *Index) rerank(s *scratch, folded string, docs []uint32, m *Matching) []Hit {
	hits := make([]Hit, 0, len(docs))
	if m != nil {
		a, weights := x.asking(folded, s.terms), evidence(m.Weights)
		for _, doc := range docs {
			e := &x.entries[doc]
			h := Hit{EntryID: e.ID, Question: e.Question}
			var found evidence
			found, h.Likeness, h.Wording = a.gather(x, s, doc, -1, float64(s.scores[doc]))
			h.Score = weights.weigh(&found)
			hits = append(hits, h)
		}
		return hits
	}
	wanted := x.wanted(s.terms)
	for _, doc := range docs {
		e := &x.entries[doc]
		h := Hit{EntryID: e.ID, Question: e.Question, Score: float64(s.scores[doc])}
		h.Likeness, h.Wording = x.closest(s, wanted, doc)
		h.Score += weighLikeness * h.Likeness * h.Likeness * h.Likeness * wanted.weight
		hits = append(hits, h)
	}
	return hits
}

// clear makes the scores 0 again.
func (s *scratch) clear() {
	for _, doc := range s.touched {
		s.scores[doc] = 0
	}
	s.touched = s.touched[:0]
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

// In large bases three shortcuts bound the time of a search; TestShortcuts
// measures what they miss.
const (
	// commonList is how many entries must hold a term before it brings no new
	// entry in, once enough are met. Bases up to this size are searched exactly.
	commonList = 2000
	// followed is about how many of the entries met are followed from then on.
	followed = 1024
	// slightShare is the share of a sentence's weight below which a term is left out.
	slightShare = 0.005
)

// gather sums the impacts and answers the best entries, the best first.
func (x *Index) gather(s *scratch, query []asked, most int, o SearchOptions) []uint32 {
	rest, bar := float32(0), float32(0)
	for _, a := range query {
		rest += x.most[a.list] * a.times
	}
	if slight := rest * slightShare; len(x.entries) > commonList {
		query = slices.DeleteFunc(query, func(a asked) bool { return x.most[a.list]*a.times < slight })
	}
	narrow := o.Category != "" || o.Except != ""
	alive := s.ordered[:0]
	best := float32(0)
	open := true // new entries may still reach the best
	for _, a := range query {
		docs, impacts := x.docs[a.list], x.impacts[a.list]
		if open && (len(alive) > 2*most && rest < bar || len(docs) > commonList && len(alive) >= most) {
			open = false
			if len(x.entries) > commonList && len(alive) > followed {
				alive = cutBelow(s.scores, alive, nth(s.scores, alive, followed, 0, best))
			}
			slices.Sort(alive)
		}
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
			best = max(best, follow(s.scores, alive, docs, impacts, a.times))
		}
		rest -= x.most[a.list] * a.times
		if len(alive) > 2*most && rest < best {
			bar = nth(s.scores, alive, most, bar, best)
			// A hair of room: rest has been summed in another order.
			alive = cutBelow(s.scores, alive, bar-rest*1.0001-1e-4)
		}
	}
	slices.SortFunc(alive, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(s.scores[b], s.scores[a]), cmp.Compare(a, b))
	})
	s.ordered = alive
	return alive[:min(most, len(alive))]
}

// follow adds a list's impacts to entries that are met already, and answers the
// highest score among those it changed. Both lists rise.
func follow(scores []float32, alive, docs []uint32, impacts []float32, times float32) (best float32) {
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
			best = max(best, scores[doc])
		}
		if at >= len(docs) {
			break
		}
	}
	return best
}

// cutBelow keeps the entries that score at least least, in their order.
func cutBelow(scores []float32, alive []uint32, least float32) []uint32 {
	kept := alive[:0]
	for _, doc := range alive {
		if scores[doc] >= least {
			kept = append(kept, doc)
		}
	}
	return kept
}

// nth is the n-th largest score of the entries, n from 1, which lies between low
// and high, by halving: no copy and no order needed. It may answer less.
func nth(scores []float32, docs []uint32, n int, low, high float32) float32 {
	for range 6 {
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
