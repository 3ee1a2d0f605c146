package label_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"zhuomo/label"
)

func near(a, b, within float64) bool { return math.Abs(a-b) <= within }

// TestCohen is the textbook table of 50 grants read by two people: 20 both yes,
// 5 only A, 10 only B, 15 both no; κ = .40.
func TestCohen(t *testing.T) {
	t.Parallel()
	var a, b []string
	for _, c := range []struct {
		n    int
		a, b string
	}{{20, "yes", "yes"}, {5, "yes", "no"}, {10, "no", "yes"}, {15, "no", "no"}} {
		for range c.n {
			a, b = append(a, c.a), append(b, c.b)
		}
	}
	if k, ok := label.Cohen(a, b); !ok || !near(k, .4, 1e-12) {
		t.Errorf("κ = %v %v", k, ok)
	}
	if _, ok := label.Cohen([]string{"x", "x"}, []string{"x", "x"}); ok {
		t.Error("κ of people who always say the same one thing is not defined")
	}
}

// TestAlpha is the example of Krippendorff (2011), "Computing Krippendorff's
// alpha-reliability", section C: nominal data, any number of observers, missing
// data; α = .743.
func TestAlpha(t *testing.T) {
	t.Parallel()
	table := []string{
		"1 2 3 3 2 1 4 1 2 . . .",
		"1 2 3 3 2 2 4 1 2 5 . 3",
		". 3 3 3 2 3 4 2 2 5 1 .",
		"1 2 3 3 2 4 4 1 2 5 1 .",
	}
	texts := make([][][]string, 12)
	for _, row := range table {
		for i := range 12 {
			if v := row[2*i : 2*i+1]; v != "." {
				texts[i] = append(texts[i], []string{v})
			}
		}
	}
	m := label.Alpha(texts, label.Nominal, 1)
	if !near(m.Value, .743, .0005) || m.N != 11 || m.Low > m.Value || m.High < m.Value || m.Low == m.High {
		t.Errorf("%+v", m)
	}
	if again := label.Alpha(texts, label.Nominal, 1); again != m {
		t.Errorf("the same seed gave %+v and %+v", m, again)
	}
	// With single labels all three distances are the same measure.
	if j, s := label.Alpha(texts, label.Jaccard, 1), label.Alpha(texts, label.MASI, 1); !near(j.Value, m.Value, 1e-12) || !near(s.Value, m.Value, 1e-12) {
		t.Errorf("Jaccard %v, MASI %v", j.Value, s.Value)
	}
}

func TestDistances(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b          []string
		jaccard, masi float64
	}{
		{nil, nil, 0, 0}, {[]string{"a"}, []string{"a"}, 0, 0}, {[]string{"a"}, []string{"b"}, 1, 1}, {[]string{"a"}, nil, 1, 1},
		{[]string{"a", "b"}, []string{"a"}, .5, 1 - .5*2/3},          // one inside the other
		{[]string{"a", "b"}, []string{"b", "c"}, 2. / 3, 1 - 1./3/3}, // crossing
	} {
		if d := label.Jaccard(c.a, c.b); !near(d, c.jaccard, 1e-12) {
			t.Errorf("Jaccard %v %v: %v", c.a, c.b, d)
		}
		if d := label.MASI(c.a, c.b); !near(d, c.masi, 1e-12) || d != label.MASI(c.b, c.a) {
			t.Errorf("MASI %v %v: %v", c.a, c.b, d)
		}
	}
}

// TestAlphaByHand works one case with Jaccard out in full: two people, two texts,
// {a,b}/{a} and {c}/{c}. Observed ½·½ = ¼ over the pairs; of the 12 ordered pairs
// of the four values, {a,b}–{a} twice ½, and eight at 1: 9/12. α = 1 − ¼/¾ = ⅔.
func TestAlphaByHand(t *testing.T) {
	t.Parallel()
	m := label.Alpha([][][]string{{{"a", "b"}, {"a"}}, {{"c"}, {"c"}}}, label.Jaccard, 1)
	if !near(m.Value, 2./3, 1e-12) {
		t.Errorf("α = %v", m.Value)
	}
}

func TestAgree(t *testing.T) {
	t.Parallel()
	labels := []string{"a", "b", "c", "d"}
	rng := rand.New(rand.NewPCG(7, 7))
	var said []label.Said
	for i := range 400 {
		first := labels[rng.IntN(4)]
		second := first
		if i%5 == 0 { // one text in five: the second says another
			second = labels[(slices.Index(labels, first)+1)%4]
		}
		said = append(said, label.Said{Text: fmt.Sprint(i), Person: "sim-1", Labels: []string{first}}, label.Said{Text: fmt.Sprint(i), Person: "zhang", Labels: []string{second}})
	}
	said = append(said, label.Said{Text: "alone", Person: "zhang", Labels: []string{"a"}})
	a := label.Agree(said, labels, 1)
	if a.Texts != 400 || a.People != 2 || !near(a.Exact, .8, 1e-12) || !a.Simulated || len(a.PerLabel) != 4 || len(a.Pairs) != 1 {
		t.Fatalf("%+v", a)
	}
	// Four labels, about equally often: chance is ¼, so κ ≈ (.8 − .25) / .75.
	if !near(a.Pairs[0].Kappa, .733, .01) || !near(a.Alpha.Value, a.Pairs[0].Kappa, .01) || a.Alpha.Low > .733 || a.Alpha.High < .733 {
		t.Errorf("κ %v, α %+v", a.Pairs[0].Kappa, a.Alpha)
	}
	rng.Shuffle(len(said), func(i, j int) { said[i], said[j] = said[j], said[i] })
	if b := label.Agree(said, labels, 1); fmt.Sprint(a) != fmt.Sprint(b) {
		t.Error("the order of the answers changed the report")
	}
	if empty := label.Agree(nil, labels, 1); empty.Alpha.Defined || empty.Texts != 0 {
		t.Errorf("%+v", empty)
	}
}

func TestSimulated(t *testing.T) {
	t.Parallel()
	labels := []string{"a", "b", "c", "d", "e"}
	p := label.NewSimulated("li", 3, label.ErrorModel{Rate: .1, MissRate: .2, Confusable: map[string][]string{"a": {"b"}}})
	if p.Person != "sim-li" || !label.IsSimulated(p.Person) || label.NewSimulated("sim-li", 3, p.Errors).Person != "sim-li" {
		t.Errorf("%+v", p)
	}
	wrong, missed, other := 0, 0, 0
	const n = 20000
	for i := range n {
		id := fmt.Sprint(i)
		one := p.Answer([]string{"a"}, labels, id)
		if !slices.Equal(one, p.Answer([]string{"a"}, labels, id)) || len(one) != 1 {
			t.Fatalf("%v", one)
		}
		if one[0] != "a" {
			wrong++
		}
		if one[0] != "a" && one[0] != "b" {
			other++
		}
		two := p.Answer([]string{"c", "d"}, labels, id+"x")
		if len(two) == 0 {
			t.Fatal("nobody leaves a text that has labels without one")
		}
		if len(two) == 1 {
			missed++
		}
		if none := p.Answer(nil, labels, id); len(none) > 1 {
			t.Fatalf("%v", none)
		}
	}
	if rate := float64(wrong) / n; !near(rate, .1, .008) || other > 0 {
		t.Errorf("wrong %v, not as confusable %d", rate, other)
	}
	// Missing one of two, or both and then keeping one, is 1 − .8².
	if rate := float64(missed) / n; !near(rate, .36, .012) {
		t.Errorf("missed %v", rate)
	}
	if perfect := label.NewSimulated("x", 1, label.ErrorModel{}).Answer([]string{"d", "a"}, labels, "1"); !slices.Equal(perfect, []string{"a", "d"}) {
		t.Errorf("%v", perfect)
	}
	if slices.Equal(answers(p, labels), answers(label.NewSimulated("li", 4, p.Errors), labels)) || slices.Equal(answers(p, labels), answers(label.NewSimulated("wang", 3, p.Errors), labels)) {
		t.Error("another seed or person errs alike")
	}
	if s := p.Seconds("1"); s != p.Seconds("1") || s <= 0 {
		t.Errorf("%v seconds", s)
	}
}

func answers(p *label.Simulated, labels []string) (all []string) {
	for i := range 200 {
		all = append(all, p.Answer([]string{"c"}, labels, fmt.Sprint(i))...)
	}
	return all
}

// The α of a label reckoned on the texts that have it equals the one reckoned on all.
func TestLabelsAreMeasuredAsIfEveryTextWereListed(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 0))
	names := []string{"a", "b", "c", "rare", "never"}
	var said []label.Said
	texts := map[string][][]string{}
	for i := range 300 {
		text := fmt.Sprintf("t%03d", i)
		for p := range 1 + rng.IntN(3) {
			var labels []string
			for k, n := range names[:4] {
				if rng.Float64() < []float64{.5, .3, .2, .02}[k] {
					labels = append(labels, n)
				}
			}
			said = append(said, label.Said{Text: text, Person: fmt.Sprint("p", p), Labels: labels})
			texts[text] = append(texts[text], labels)
		}
	}
	got := label.Agree(said, names, 3)
	for _, m := range got.PerLabel {
		var whole [][][]string
		for _, text := range slices.Sorted(maps.Keys(texts)) {
			var answers [][]string
			for _, a := range texts[text] {
				if slices.Contains(a, m.Label) {
					answers = append(answers, []string{m.Label})
				} else {
					answers = append(answers, nil)
				}
			}
			whole = append(whole, answers)
		}
		want := label.Alpha(whole, label.Nominal, 3)
		if math.Abs(want.Value-m.Value) > 1e-12 || math.Abs(want.Low-m.Low) > 1e-12 || math.Abs(want.High-m.High) > 1e-12 || want.N != m.N || want.Defined != m.Defined {
			t.Errorf("%s: %+v, listed whole %+v", m.Label, m.Measure, want)
		}
	}
}
