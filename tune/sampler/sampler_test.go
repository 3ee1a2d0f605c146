package sampler_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"zhuomo/internal/spec"
	"zhuomo/tune"
	"zhuomo/tune/sampler"
	"zhuomo/tune/tunetest"
)

// cubeOf is a space of n numbers between 0 and 1.
func cubeOf(t testing.TB, n int) tune.Space {
	t.Helper()
	of := spec.Spec{Name: "tune.cube.v1"}
	for i := range n {
		of.Params = append(of.Params, spec.Param{Name: fmt.Sprint("x", i), Kind: spec.Float, Default: 0.0, Max: 1, Tune: true})
	}
	s, err := tune.NewSpace(of, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// search gives the best score of n trials.
func search(t testing.TB, s tune.Sampler, in tune.Space, seed uint64, n int, score func(spec.Values) float64) float64 {
	t.Helper()
	a, err := s.Start(in, seed)
	if err != nil {
		t.Fatal(err)
	}
	best := math.Inf(-1)
	for i := range n {
		v := a.Ask(i)
		got := score(v)
		a.Tell(tune.Trial{Number: i, State: tune.Done, Values: v, Score: got})
		best = max(best, got)
	}
	return best
}

// hartmann is the six-dimensional function of Hartmann, turned round: 3.32237 at its best.
func hartmann(v spec.Values) float64 {
	a := [4][6]float64{{10, 3, 17, 3.5, 1.7, 8}, {.05, 10, 17, .1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, .05, 10, .1, 14}}
	p := [4][6]float64{{.1312, .1696, .5569, .0124, .8283, .5886}, {.2329, .4135, .8307, .3736, .1004, .9991}, {.2348, .1451, .3522, .2883, .3047, .6650}, {.4047, .8828, .8732, .5743, .1091, .0381}}
	sum := 0.0
	for i, w := range []float64{1, 1.2, 3, 3.2} {
		inner := 0.0
		for j := range 6 {
			d := v.Float(fmt.Sprint("x", j)) - p[i][j]
			inner += a[i][j] * d * d
		}
		sum += w * math.Exp(-inner)
	}
	return sum
}

func TestSamplersThatLearnFindMoreThanChance(t *testing.T) {
	t.Parallel()
	mixed, err := tune.NewSpace(tunetest.Component(), nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	const seeds = 5
	mean := func(s tune.Sampler, in tune.Space, n int, score func(spec.Values) float64) float64 {
		sum := 0.0
		for seed := range uint64(seeds) {
			sum += search(t, s, in, seed, n, score)
		}
		return sum / seeds
	}
	for _, c := range []struct {
		sampler tune.Sampler
		trials  int
		least   float64 // of Hartmann's 3.32; chance comes to 1.8 in 60 and 2.4 in 240
		mixed   float64 // of 1
	}{
		{sampler.Gaussian(), 60, 3.0, .99},
		{sampler.Auto(), 60, 3.0, .99},
		{sampler.Parzen(), 240, 2.6, .95},
		{sampler.Evolution(), 240, 2.9, .95},
	} {
		name := c.sampler.Spec().Name
		if got := mean(c.sampler, cubeOf(t, 6), c.trials, hartmann); got < c.least {
			t.Errorf("%s comes to %.2f on Hartmann's function, below %.2f", name, got, c.least)
		}
		if got := mean(c.sampler, mixed, c.trials, tunetest.Bowl); got < c.mixed {
			t.Errorf("%s comes to %.3f where numbers and choices are mixed, below %.3f", name, got, c.mixed)
		}
	}
}

// TestAutoBeginsWithWhatItIsGiven tries the settings of earlier studies by number, also
// after a restart in their midst.
func TestAutoBeginsWithWhatItIsGiven(t *testing.T) {
	t.Parallel()
	in := cubeOf(t, 3)
	for i := range 6 {
		in.Begin = append(in.Begin, in.At([]float64{float64(i) / 7, .5, .25}))
	}
	score := func(v spec.Values) float64 { return -math.Abs(v.Float("x0") - .6) }
	whole, err := sampler.Auto().Start(in, 1)
	if err != nil {
		t.Fatal(err)
	}
	again, err := sampler.Auto().Start(in, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		v := whole.Ask(i)
		if i < 6 && !reflect.DeepEqual(v, in.Begin[i]) {
			t.Errorf("trial %d tries %v, not %v", i, v, in.Begin[i])
		}
		trial := tune.Trial{Number: i, State: tune.Done, Values: v, Score: score(v)}
		whole.Tell(trial)
		if i >= 3 {
			if w := again.Ask(i); !reflect.DeepEqual(v, w) {
				t.Errorf("trial %d after a restart tries %v, not %v", i, w, v)
			}
		}
		again.Tell(trial)
	}
}

// TestEvolutionFollowsANarrowValley turns and stretches its cloud along a ridge that
// lies across all dials.
func TestEvolutionFollowsANarrowValley(t *testing.T) {
	t.Parallel()
	valley := func(v spec.Values) float64 {
		x, y := v.Float("x0")-0.3, v.Float("x1")-0.6
		return -1e4*math.Pow(x-y, 2) - math.Pow(x+y, 2)
	}
	if got := search(t, sampler.Evolution(), cubeOf(t, 2), 1, 800, valley); got < -1e-9 {
		t.Errorf("the best of 800 is %g below the top", -got)
	}
}

func TestGridTriesEveryCombinationOnce(t *testing.T) {
	t.Parallel()
	in, err := tune.NewSpace(tunetest.Component(), []string{"depth", "kind", "fold"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := sampler.Grid().Start(in, 3)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for i := range 48 {
		v := a.Ask(i)
		seen[fmt.Sprint(v["depth"], v["kind"], v["fold"])]++
		if i == 17 && len(seen) != 18 { // three depths, three kinds, two folds
			t.Errorf("the first level had %d different of 18", len(seen))
		}
	}
	if len(seen) != 48 {
		t.Errorf("48 trials had %d different of 48", len(seen))
	}
}

// TestTrialsUnderWayAreNotProposedAgain asks for several before it tells.
func TestTrialsUnderWayAreNotProposedAgain(t *testing.T) {
	t.Parallel()
	for _, s := range []tune.Sampler{sampler.Gaussian(), sampler.Auto()} {
		a, err := s.Start(cubeOf(t, 2), 1)
		if err != nil {
			t.Fatal(err)
		}
		score := func(v spec.Values) float64 { return -math.Pow(v.Float("x0")-.4, 2) - math.Pow(v.Float("x1")-.7, 2) }
		var under []spec.Values
		for i := range 40 {
			if under = append(under, a.Ask(i)); len(under) == 4 {
				for j, v := range under {
					for _, w := range under[:j] {
						if math.Hypot(v.Float("x0")-w.Float("x0"), v.Float("x1")-w.Float("x1")) < 1e-6 {
							t.Errorf("%s: trials %v and %v are asked for at the same time", s.Spec().Name, v, w)
						}
					}
				}
				for j, v := range slices.Backward(under) {
					a.Tell(tune.Trial{Number: i - 3 + j, State: tune.Done, Values: v, Score: score(v)})
				}
				under = nil
			}
		}
	}
}

// BenchmarkGaussian is a search of 100 trials over six dials.
func BenchmarkGaussian(b *testing.B) {
	space, err := tune.NewSpace(tunetest.Component(), nil, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		search(b, sampler.Gaussian(), space, 1, 100, tunetest.Bowl)
	}
}
