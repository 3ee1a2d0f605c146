package calibrate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// rowsWhere gives rows of three scores whose best one is right as often as right tells of
// the margin; the temperature's own shape, a softmax, is right = nil.
func rowsWhere(n int, seed uint64, right func(margin float64) float64) (scores []float32, labels [][]int) {
	rng := rand.New(rand.NewPCG(seed, 7))
	for range n {
		margin := rng.Float64() * 4
		scores = append(scores, float32(margin), 0, 0)
		p := math.Exp(margin) / (math.Exp(margin) + 2)
		if right != nil {
			p = right(margin)
		}
		own := 0
		if rng.Float64() >= p {
			own = 1 + rng.IntN(2)
		}
		labels = append(labels, []int{own})
	}
	return scores, labels
}

// step is no softmax at any temperature: half right up to a border, and then nearly always.
func step(margin float64) float64 {
	if margin < 2 {
		return .5
	}
	return .97
}

func TestACurveIsDrawnWhereTheTemperatureCannotFollow(t *testing.T) {
	scores, labels := rowsWhere(4000, 1, step)
	fresh, gold := rowsWhere(4000, 2, step)
	c := Fit(Usual{Temperature: 1, Slope: 1}, true, true, scores, 3, labels)
	if c.Curve == nil {
		t.Fatal("no curve")
	}
	bent := c.Figures(true, fresh, 3, gold)
	c.Curve = nil
	straight := c.Figures(true, fresh, 3, gold)
	if bent["ece"] > .03 || straight["ece"] < .08 || bent["log_loss"] >= straight["log_loss"] {
		t.Errorf("with the curve ece %.3f loss %.3f, without %.3f %.3f", bent["ece"], bent["log_loss"], straight["ece"], straight["log_loss"])
	}
}

func TestNoCurveWhereTheTemperatureIsRight(t *testing.T) {
	drawn := 0
	for seed := range uint64(20) {
		scores, labels := rowsWhere(2000, seed, nil)
		if Fit(Usual{Temperature: 1, Slope: 1}, true, true, scores, 3, labels).Curve != nil {
			drawn++
		}
	}
	if drawn > 3 { // one standard error is passed by chance now and then
		t.Errorf("a curve was drawn in %d of 20 samples that need none", drawn)
	}
	scores, labels := rowsWhere(60, 1, step)
	if Fit(Usual{Temperature: 1, Slope: 1}, true, true, scores, 3, labels).Curve != nil {
		t.Error("a curve was drawn from 60 rows")
	}
}

func TestBentProbabilitiesStayOnes(t *testing.T) {
	curves := []*Curve{
		{Stated: []float32{.5}, Came: []float32{.01}}, // would make the best label the worst
		{Stated: []float32{.2, .9}, Came: []float32{0, 1}},
		{Stated: []float32{.3, .6, .99}, Came: []float32{.5, .5, .7}},
	}
	rng := rand.New(rand.NewPCG(3, 3))
	for _, curve := range curves {
		c := Calibration{Temperature: .3, Curve: curve}
		for range 500 {
			scores := make([]float32, 2+rng.IntN(6))
			for m := range scores {
				scores[m] = float32(rng.NormFloat64() * math.Exp(3*rng.NormFloat64()))
			}
			p := make([]float64, len(scores))
			c.Probabilities(true, scores, p)
			sum, best := 0.0, Best(scores)
			for m, v := range p {
				sum += v
				if !(v >= 0 && v <= 1+1e-9) || v > p[best]+1e-9 {
					t.Fatalf("curve %v, scores %v: %v at %d, best %v", curve, scores, v, m, p[best])
				}
			}
			if math.Abs(sum-1) > 1e-9 {
				t.Fatalf("curve %v, scores %v: sum %v", curve, scores, sum)
			}
		}
	}
}

func TestTheCurveNeverFalls(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for range 200 {
		var of tally
		for range 1 + rng.IntN(400) {
			p := rng.Float64()
			of.add(p, rng.Float64() < p*rng.Float64())
		}
		c := of.curve()
		if !c.whole() {
			t.Fatalf("curve %+v", c)
		}
		last := 0.0
		for k := range 101 {
			v := c.at(float64(k) / 100)
			if v < last-1e-7 {
				t.Fatalf("falls at %d: %v after %v", k, v, last)
			}
			last = v
		}
	}
	same := tally{}
	for range 50 {
		same.add(.8, true)
	}
	if c := same.curve(); len(c.Stated) != 1 || math.Abs(float64(c.Came[0])-(50+4*.8)/54) > 1e-6 {
		t.Errorf("one level: %+v", c)
	}
}

func TestBrokenCurvesAreRefused(t *testing.T) {
	nan := float32(math.NaN())
	for name, curve := range map[string]*Curve{
		"empty": {}, "uneven": {Stated: []float32{.1}}, "falling": {Stated: []float32{.1, .2}, Came: []float32{.5, .4}},
		"not a number": {Stated: []float32{.1, .2}, Came: []float32{.1, nan}}, "twice": {Stated: []float32{.1, .1}, Came: []float32{.1, .2}},
		"above one": {Stated: []float32{.1}, Came: []float32{1.5}}, "long": {Stated: slices.Repeat([]float32{.1}, 3000), Came: slices.Repeat([]float32{.1}, 3000)},
	} {
		c := Calibration{Temperature: 1, Tops: []float32{0, 1}, Curve: curve}
		if c.Check(true, 2) == nil {
			t.Errorf("%s is let in", name)
		}
	}
}
