package recommend

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// things are n candidates with features of their own, drawn by seed.
func things(n int, seed uint64) (all []Candidate) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range n {
		c := Candidate{Key: fmt.Sprint("k", i), Spread: []string{fmt.Sprint("by=", i%7)}}
		for from, most := range []int{5, 9, 3} {
			v := fmt.Sprint(rng.IntN(most))
			c.Features = append(c.Features, Feature{From: from, Name: fmt.Sprint(from, "=", v), Value: v})
		}
		all = append(all, c)
	}
	return all
}

// listened is a taste after n choices by chance.
func listened(n int, seed uint64) *Taste {
	t, all, rng := &Taste{}, things(40, seed), rand.New(rand.NewPCG(seed, 2))
	for range n {
		t.Took(all[rng.IntN(len(all))])
		t.Judge(float64(rng.IntN(21)-10) / 10)
	}
	return t
}

func TestThePosteriorIsThatOfTheReference(t *testing.T) {
	for seed := range uint64(20) {
		taste := listened(int(seed*3), seed)
		p := posteriorOf(taste.Met, taste.Sums)
		mean, covariance := posteriorRef(taste.Met, taste.Sums)
		for i := range mean {
			if math.Abs(mean[i]-p.mean[i]) > 1e-9 {
				t.Fatalf("seed %d: mean of %s is %g, by the book %g", seed, taste.Names[i], p.mean[i], mean[i])
			}
		}
		// L⁻ᵀ·(L⁻ᵀ)ᵀ is the covariance: its columns come out of draws of unit vectors.
		var columns [][]float64
		for i := range p.d {
			z := make([]float64, p.d)
			z[i] = 1
			p.draw(z, 1)
			for j := range z {
				z[j] -= p.mean[j]
			}
			columns = append(columns, z)
		}
		for i := range p.d {
			for j := range p.d {
				sum := 0.0
				for _, column := range columns {
					sum += column[i] * column[j]
				}
				if math.Abs(sum-covariance[i][j]) > 1e-9 {
					t.Fatalf("seed %d: covariance of %d and %d is %g, by the book %g", seed, i, j, sum, covariance[i][j])
				}
			}
		}
	}
}

func TestAChoiceRepeatsAndChangesNothing(t *testing.T) {
	all := things(60, 5)
	for seed := range uint64(10) {
		taste := listened(25, seed)
		before := taste.Clone()
		first, again := Thompson{Wide: .5}.Choose(taste, all, seed), Thompson{Wide: .5}.Choose(taste, all, seed)
		if !reflect.DeepEqual(first, again) {
			t.Fatalf("seed %d chose %v, then %v", seed, first, again)
		}
		if !reflect.DeepEqual(before, taste) {
			t.Fatal("choosing changed the taste")
		}
		if !slices.IsSortedFunc(first, func(a, b Scored) int { return cmp.Compare(b.Score, a.Score) }) || len(first) != ranked {
			t.Fatalf("not in order: %v", first)
		}
	}
}

func TestWhatIsLikedIsChosenMoreOften(t *testing.T) {
	all := things(60, 3)
	liked := func(c Candidate) bool { return c.Features[1].Value == "4" }
	share := func(taste *Taste) float64 {
		hits := 0
		for seed := range uint64(200) {
			if liked(all[Thompson{Wide: .5}.Choose(taste, all, seed)[0].At]) {
				hits++
			}
		}
		return float64(hits) / 200
	}
	taste, rng := &Taste{}, rand.New(rand.NewPCG(1, 1))
	start := share(taste)
	for range 60 {
		c := all[rng.IntN(len(all))]
		taste.Took(c)
		if liked(c) {
			taste.Judge(1)
		} else {
			taste.Judge(-1)
		}
	}
	if end := share(taste); end < .9 || end < start+.4 {
		t.Errorf("liked things are chosen with a share of %.2f, at the start %.2f", end, start)
	}
	top := Thompson{}.Choose(taste, all, 1)[0]
	if top.Parts[1] <= top.Parts[0] || top.Parts[1] <= top.Parts[2] {
		t.Errorf("the feature that is liked does not weigh most: %v", top.Parts)
	}
}

func TestTheStrongestRewardCountsOnce(t *testing.T) {
	all := things(2, 1)
	a, b := &Taste{}, &Taste{}
	a.Took(all[0])
	for _, r := range []float64{.2, 1, -.5, 1} {
		a.Judge(r)
	}
	b.Took(all[0])
	b.Judge(1)
	if !reflect.DeepEqual(a, b) {
		t.Errorf("judged step by step %+v, at once %+v", a, b)
	}
	if (&Taste{}).Judge(1) {
		t.Error("learnt without a choice")
	}
}

func TestATasteIsReadAsItWasKept(t *testing.T) {
	for _, n := range []int{0, 1, 7, 90} {
		taste := listened(n, uint64(n))
		text, err := json.Marshal(taste)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ReadTaste(text)
		if err != nil || !reflect.DeepEqual(back, taste) {
			t.Fatalf("%d choices: %v\n%s", n, err, text)
		}
	}
	for _, bad := range []string{``, `[]`, `{"names":["a"]}`, `{"names":["a"],"met":[-9000000],"sums":[1]}`, `{"names":["a"],"met":[1],"sums":[1,2]}`} {
		if _, err := ReadTaste([]byte(bad)); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

func TestATasteStaysSmall(t *testing.T) {
	taste := &Taste{}
	for i := range 400 {
		taste.Took(Candidate{Key: fmt.Sprint(i), Features: []Feature{{Name: "all"}, {Name: fmt.Sprint("own", i)}}})
		taste.Judge(.5)
	}
	if len(taste.Names) != maxNames || len(taste.Recent) != maxRecent || len(taste.Met) != maxNames*(maxNames+1)/2 {
		t.Fatalf("%d names, %d recent, %d counts", len(taste.Names), len(taste.Recent), len(taste.Met))
	}
	if at := slices.Index(taste.Names, "all"); taste.Met[cell(at, at)] != 400 || taste.Sums[at] != 200 {
		t.Error("what is met always was forgotten")
	}
	mean, _ := posteriorRef(taste.Met, taste.Sums)
	for i, p := range posteriorOf(taste.Met, taste.Sums).mean {
		if math.IsNaN(p) || math.Abs(p-mean[i]) > 1e-6 {
			t.Fatalf("mean %d is %g, by the book %g", i, p, mean[i])
		}
	}
}

func TestNothingComesAgainAtOnce(t *testing.T) {
	all, taste := things(40, 2), &Taste{}
	v := Variety{Fresh: 20, Spread: map[string]int{"by": 3}}
	var keys, by []string
	for seed := range uint64(200) {
		left, eased := v.Left(all, taste, nil)
		if eased || len(left) == 0 {
			t.Fatalf("choice %d: %d left, eased %v", seed, len(left), eased)
		}
		c := all[left[int(seed*7)%len(left)]]
		if slices.Contains(keys[max(0, len(keys)-20):], c.Key) || slices.Contains(by[max(0, len(by)-3):], c.Spread[0]) {
			t.Fatalf("choice %d: %s again", seed, c.Key)
		}
		keys, by = append(keys, c.Key), append(by, c.Spread[0])
		taste.Took(c)
	}
	few := all[:3]
	for range 9 { // of three things one is left, not that of just now
		left, _ := v.Left(few, taste, nil)
		if len(left) == 0 || len(taste.Recent) > 0 && len(left) == 1 && few[left[0]].Key == taste.Recent[len(taste.Recent)-1].Key {
			t.Fatalf("left %v", left)
		}
		taste.Took(few[left[0]])
	}
	if left, _ := v.Left(all, &Taste{}, []string{"k0"}); slices.Contains(left, 0) || len(left) != 39 {
		t.Errorf("what was shown before is left: %v", left)
	}
	if left, _ := v.Left(nil, taste, nil); len(left) != 0 {
		t.Error("out of nothing came", left)
	}
}

func FuzzReadTaste(f *testing.F) {
	f.Add([]byte(`{"names":["","a"],"met":[2,1,1],"sums":[0.5,1],"count":2,"last":{"key":"k","features":["a"]}}`))
	f.Add([]byte(`{"met":[-3,1]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		taste, err := ReadTaste(text)
		if err != nil {
			return
		}
		kept, err := json.Marshal(taste)
		if err != nil {
			t.Skip() // numbers that JSON has no words for do not come out of JSON
		}
		if _, err := ReadTaste(kept); err != nil {
			t.Errorf("%s was read, %s was not", text, kept)
		}
	})
}
