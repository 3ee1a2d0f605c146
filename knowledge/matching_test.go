package knowledge

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// TestAHiddenWordingIsHidden holds the evidence of an entry with a wording left
// out to that of an index in which the entry never had it.
func TestAHiddenWordingIsHidden(t *testing.T) {
	t.Parallel()
	entries := serviceEntries(t)[:40]
	x := NewIndex(entries)
	s := x.scratch.Get().(*scratch)
	for doc, e := range entries[:10] {
		for except := range 1 + len(e.Variants) {
			left := e
			left.Variants = slices.Clone(e.Variants)
			if except > 0 {
				left.Variants = slices.Delete(left.Variants, except-1, except)
			}
			folded := fold(e.wording(except))
			s.terms = terms(folded, s.terms)
			a := x.asking(folded, s.terms)
			found, likeness, wording := a.gather(x, s, uint32(doc), except, -1)
			if wording == e.wording(except) || likeness >= 1 {
				t.Errorf("%s: hidden wording %d is its own closest", e.ID, except)
			}
			if except == 0 {
				continue // the question cannot be taken from an entry
			}
			// The same weights of terms, so that only what is hidden differs.
			y := *NewIndex(slices.Concat(entries[:doc], []Entry{left}, entries[doc+1:]))
			y.lists, y.weights, y.average, y.sounds = x.lists, x.weights, x.average, x.sounds
			own := slices.Delete(slices.Clone(x.own[doc]), except, except+1)
			ownPieces := slices.Delete(slices.Clone(x.sounds().own[doc]), except, except+1)
			y.own = slices.Concat(x.own[:doc], [][]float32{own}, x.own[doc+1:])
			table := *x.sounds()
			table.norms = slices.Clone(table.norms)
			table.norms[doc] = table.norm(&left, -1, &scratch{})
			table.own = slices.Concat(table.own[:doc], [][]float32{ownPieces}, table.own[doc+1:])
			y.sounds = func() *sounds { return &table }
			want, _, _ := y.asking(folded, s.terms).gather(&y, s, uint32(doc), -1, -1)
			for i := range want {
				if math.Abs(found[i]-want[i]) > 1e-5 {
					t.Errorf("%s without wording %d: evidence %d is %v, want %v", e.ID, except, i, found[i], want[i])
				}
			}
		}
	}
}

// TestRankIsTheIndex holds BM25 told from an entry's text to that of the lists.
func TestRankIsTheIndex(t *testing.T) {
	t.Parallel()
	entries := serviceEntries(t)
	x := NewIndex(entries)
	s := x.scratch.Get().(*scratch)
	for _, e := range entries[:30] {
		folded := fold(e.Variants[0])
		s.terms = terms(folded, s.terms)
		a := x.asking(folded, s.terms)
		for _, doc := range x.gather(s, x.ask(s.terms), 5, SearchOptions{}) {
			score := float64(s.scores[doc])
			found, _, _ := a.gather(x, s, doc, -1, -1)
			if got := found[byRank] * a.terms.weight; math.Abs(got-score) > 1e-4*score {
				t.Errorf("%s in %s: %v, the lists say %v", e.Variants[0], entries[doc].ID, got, score)
			}
		}
		s.clear()
	}
}

// TestFitFindsWhatTells makes comparisons in which one kind of evidence tells
// the right entry, and the start believes in another.
func TestFitFindsWhatTells(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 7))
	var list []comparison
	for n := range 300 {
		c := comparison{entry: uint32(n), right: rng.IntN(8)}
		for j := range 8 {
			var e evidence
			for i := range e {
				e[i] = rng.Float64()
			}
			if j == c.right {
				e[byAnswer] += 0.5
			}
			c.found = append(c.found, e)
		}
		list = append(list, c)
	}
	start := unlearnt()
	w := fit(list[:200], start)
	if w[byAnswer] < 2 || math.Abs(w[byRank]) > 2 {
		t.Errorf("weights %v", w)
	}
	var before, after float64
	for _, c := range list[200:] {
		_, first := c.judge(start)
		before += first
		_, first = c.judge(w)
		after += first
	}
	if after < before+20 {
		t.Errorf("of 100 the right entry came first in %v, after learning in %v", before, after)
	}
	slope := func(w evidence) (norm float64) { // at the optimum the loss falls in no direction
		for i := range w {
			up, down := w, w
			up[i], down[i] = up[i]+1e-4, down[i]-1e-4
			norm += math.Abs(loss(list[:200], up, start)-loss(list[:200], down, start)) / 2e-4
		}
		return norm
	}
	if got := slope(w); got > 1e-3 || slope(start) < 1 {
		t.Errorf("the loss still falls by %v", got)
	}
}

// TestTooFewWordings: nothing is learnt, and search ranks as it always did.
func TestTooFewWordings(t *testing.T) {
	t.Parallel()
	entries := serviceEntries(t)[:5]
	if m := NewIndex(entries).Learn(); m != nil {
		t.Errorf("learnt %v from %d entries", m, len(entries))
	}
	alone := slices.Clone(serviceEntries(t))
	for i := range alone {
		alone[i].Variants = nil
	}
	if m := NewIndex(alone).Learn(); m != nil {
		t.Errorf("learnt %v from entries with one wording", m)
	}
	for _, text := range []string{"", "怎么退款", "?", "🙂"} {
		if got, want := NewSnapshot(entries, nil).Search(text, SearchOptions{}), NewIndex(entries).Search(text, SearchOptions{}); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// manyWordings has enough alike wordings for something to be learnt.
func manyWordings() (entries []Entry) {
	rng := rand.New(rand.NewPCG(3, 9))
	things := []string{"订单", "发票", "酒店", "退款", "积分", "优惠券", "早餐", "押金", "行李", "接送机", "门票", "会员"}
	ways := []string{"怎么查", "在哪里看", "为什么没有", "可以改吗", "什么时候到", "要多少钱"}
	ask := []string{"请问", "你好，", "那个", "我想知道", "帮我看看", "急，", "麻烦问下", "哎"}
	for _, thing := range things {
		for _, way := range ways {
			e := Entry{ID: thing + way, Question: thing + way, State: Live, Answer: []Part{{Kind: TextPart, Text: thing + "的事，" + way + "请看这里"}}}
			for range 4 {
				e.Variants = append(e.Variants, ask[rng.IntN(len(ask))]+way+ask[rng.IntN(len(ask))]+thing)
			}
			entries = append(entries, e)
		}
	}
	return entries
}

// TestMatchingTravels: a release carries what was learnt; a file without it
// ranks as before; weights that are none are refused.
func TestMatchingTravels(t *testing.T) {
	t.Parallel()
	entries := manyWordings()
	a, b := NewIndex(entries).Learn(), NewIndex(entries).Learn()
	if a == nil || !reflect.DeepEqual(a, b) || a.After < a.Before || a.Asked < leastAsked {
		t.Fatalf("learnt %+v, then %+v", a, b)
	}
	s := NewSnapshot(entries, nil)
	body, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := NewSnapshot(entries, nil).Encode()
	if err != nil || !bytes.Equal(body, again) {
		t.Errorf("the same knowledge gave other bytes (%v)", err)
	}
	thawed, err := DecodeSnapshot(body)
	if err != nil {
		t.Fatal(err)
	}
	text := "那个，发票可以改吗"
	if got, want := thawed.Search(text, SearchOptions{}), s.Search(text, SearchOptions{}); !reflect.DeepEqual(got, want) {
		t.Errorf("thawed: %v, want %v", got, want)
	}
	old := NewSnapshot(entries, nil)
	old.matching = func() *Matching { return nil }
	body, err = old.Encode()
	if err != nil {
		t.Fatal(err)
	}
	thawed, err = DecodeSnapshot(body)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := thawed.Search(text, SearchOptions{}), NewIndex(s.Entries).Search(text, SearchOptions{}); !reflect.DeepEqual(got, want) {
		t.Errorf("from a file without weights: %v, want %v", got, want)
	}
	for _, weights := range [][]float64{nil, {1, 2}, {1, 2, 3, 4, 5, 6, 1e9}} {
		old.matching = func() *Matching { return &Matching{Weights: weights} }
		if body, err = old.Encode(); err != nil {
			t.Fatal(err)
		}
		if _, err := DecodeSnapshot(body); !errors.Is(err, BadSnapshot) {
			t.Errorf("weights %v: %v", weights, err)
		}
	}
}

func TestPieces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, a, b string
		same, of   int // pieces shared, and pieces of a
	}{
		{"characters that sound alike", "退款", "推款", 1, 1},
		{"endings that many confuse", "订金", "定京", 1, 1},
		{"other sounds", "退款", "发票", 0, 1},
		{"punctuation parts", "退，款", "退款", 0, 0},
		{"a slip in a word", "refund", "refnud", 2, 6},
		{"no word joins the next", "a b", "ab", 0, 2},
		{"nothing", "", "退款", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			list, other := pieces(c.a, nil), pieces(c.b, nil)
			same := 0
			for _, k := range list {
				if slices.Contains(other, k) {
					same++
				}
			}
			if same != c.same || len(list) != c.of {
				t.Errorf("%d of %d shared, want %d of %d", same, len(list), c.same, c.of)
			}
		})
	}
}
