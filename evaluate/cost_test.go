package evaluate

import (
	"math"
	"math/rand/v2"
	"testing"

	"zhuomo/learn"
)

func said(foreign bool, labels ...any) learn.Prediction {
	p := learn.Prediction{Foreign: foreign}
	for i := 0; i < len(labels); i += 2 {
		p.Scores = append(p.Scores, learn.LabelScore{Label: labels[i].(string), P: float32(labels[i+1].(float64))})
	}
	return p
}

// TestTurnOutcomes goes through what a flow would do with a row, and what that is.
func TestTurnOutcomes(t *testing.T) {
	c := Costs{Wrong: 1, Missed: 1, Handover: 1, Ask: 1, Person: []string{"human"}}
	usual := Bands{Answer: .5, Offer: .2}
	for name, x := range map[string]struct {
		gold  []string
		said  learn.Prediction
		bands Bands
		want  Outcome
	}{
		"the wanted label, sure":                 {[]string{"a"}, said(false, "a", .8, "b", .1), usual, Right},
		"another label, sure":                    {[]string{"a"}, said(false, "b", .8, "a", .1), usual, Wrong},
		"both wanted, both sure":                 {[]string{"a", "b"}, said(false, "a", .8, "b", .6), usual, Right},
		"one of two wanted":                      {[]string{"a", "b"}, said(false, "a", .8, "b", .3), usual, Right},
		"a wrong one beside the wanted":          {[]string{"a"}, said(false, "a", .8, "b", .6), usual, Wrong},
		"the wrong one is just below":            {[]string{"a"}, said(false, "a", .8, "b", .6), Bands{.7, .2}, Right},
		"unsure, the wanted is among three":      {[]string{"c"}, said(false, "a", .4, "b", .3, "c", .25), usual, Asked},
		"unsure, the wanted is the fourth":       {[]string{"d"}, said(false, "a", .3, "b", .25, "c", .22, "d", .21), usual, AskedIdly},
		"unsure, the wanted is below the border": {[]string{"b"}, said(false, "a", .4, "b", .1), usual, AskedIdly},
		"not understood":                         {[]string{"a"}, said(false, "a", .1, "b", .1), usual, Handed},
		"foreign, so nothing is offered":         {[]string{"a"}, said(true, "a", .4), usual, Handed},
		"foreign, but sure":                      {[]string{"a"}, said(true, "a", .9), usual, Right},
		"none of these, answered":                {nil, said(false, "a", .9), usual, Missed},
		"none of these, offered":                 {nil, said(false, "a", .4), usual, Asked},
		"none of these, handed over":             {nil, said(false, "a", .1), usual, Right},
		"wants a person, gets one":               {[]string{"human"}, said(false, "human", .9), usual, Right},
		"wants a person and more, gets one":      {[]string{"human", "a"}, said(false, "a", .9, "human", .6), usual, Right},
		"wants a person, is answered":            {[]string{"human"}, said(false, "a", .9), usual, Missed},
		"gets a person unasked":                  {[]string{"a"}, said(false, "human", .9), usual, Handed},
		"gets a person beside what was wanted":   {[]string{"a"}, said(false, "a", .9, "human", .6), usual, Handed},
		"gets a person and something wrong":      {[]string{"a"}, said(false, "b", .9, "human", .6), usual, Wrong},
		"a border of 1 is reached by certainty":  {[]string{"a"}, said(false, "a", 1.0), Bands{1, 1}, Right},
		"a border of 0 takes up what has a p":    {[]string{"a"}, said(false, "b", .001, "a", 0.0), Bands{0, 0}, Wrong},
		"no probability at all":                  {[]string{"a"}, said(false, "a", 0.0), Bands{0, 0}, Handed},
		"no label":                               {[]string{"a"}, said(false), usual, Handed},
	} {
		if got := c.turnOf(x.gold, x.said).outcome(x.bands); got != x.want {
			t.Errorf("%s: %s, want %s", name, got, x.want)
		}
	}
}

// TestStep is the highest border that a probability reaches, also where its
// hundredths cannot be written in binary.
func TestStep(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	ps := []float64{0, 1, .29, float64(float32(.29)), .57, 1e-9, .999999}
	for range 2000 {
		ps = append(ps, rng.Float64())
	}
	for k := range steps + 1 {
		ps = append(ps, float64(k)/steps, math.Nextafter(float64(k)/steps, 0))
	}
	for _, p := range ps {
		want := -1
		for k := range steps + 1 {
			if p > 0 && p >= float64(k)/steps {
				want = k
			}
		}
		if got := step(p); got != want {
			t.Errorf("step(%v) = %d, want %d", p, got, want)
		}
	}
}

// TestSurfaceIsTheSumOfOutcomes holds the quick sums to the plain ones: every turn
// looked at for each pair of borders.
func TestSurfaceIsTheSumOfOutcomes(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	labels := []string{"a", "b", "c", "d", "human"}
	c := Costs{Wrong: 7, Missed: 31, Handover: 5, Ask: .3, Person: []string{"human"}}
	var turns []turn
	for range 300 {
		var p learn.Prediction
		left := 1.0
		for _, i := range rng.Perm(len(labels))[:rng.IntN(len(labels)+1)] {
			v := left * rng.Float64()
			if rng.IntN(3) == 0 {
				v = math.Round(v*steps) / steps
			}
			left = v
			p.Scores = append(p.Scores, learn.LabelScore{Label: labels[i], P: float32(v)})
		}
		p.Foreign = rng.IntN(4) == 0
		var gold []string
		for _, i := range rng.Perm(len(labels))[:rng.IntN(3)] {
			gold = append(gold, labels[i])
		}
		turns = append(turns, c.turnOf(gold, p))
	}
	s := c.surfaceOf(turns)
	low := math.Inf(1)
	for a := range steps + 1 {
		for o := range a + 1 {
			want := 0.0
			for _, x := range turns {
				want += c.of(x.outcome(Bands{float64(a) / steps, float64(o) / steps}))
			}
			if math.Abs(s[a][o]-want) > 1e-6 {
				t.Fatalf("borders %d and %d: %v, want %v", a, o, s[a][o], want)
			}
			low = min(low, want)
		}
	}
	if a, o := s.lowest(); s[a][o] > low+1e-6 {
		t.Errorf("%d/%d costs %v, but %v is possible", a, o, s[a][o], low)
	}
}

// TestChooseFollowsTheCosts: dear mistakes raise the border, dear hand-overs lower it.
func TestChooseFollowsTheCosts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	turnsFor := func(c Costs) (turns []turn) {
		for range 2000 { // calibrated: right as often as it says
			p := rng.Float64()
			gold := []string{"b"}
			if rng.Float64() < p {
				gold = []string{"a"}
			}
			turns = append(turns, c.turnOf(gold, said(true, "a", p)))
		}
		return turns
	}
	for wrong, want := range map[float64]float64{1: 0, 2: .5, 4: .75, 20: .95} { // answer when (1-p)·wrong < 1, at most
		c := Costs{Wrong: wrong, Handover: 1, Ask: 1}
		turns := turnsFor(c)
		b := c.choose(turns)
		if math.Abs(b.Answer-want) > .06 {
			t.Errorf("wrong costs %v: border %v, want about %v", wrong, b.Answer, want)
		}
	}
}
