package tune_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"zhuomo/internal/spec"
	"zhuomo/tune"
	"zhuomo/tune/sampler"
)

func TestFrontIsWhatNothingBeats(t *testing.T) {
	t.Parallel()
	figures := []string{tune.SizeBytes, tune.RowUS}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var trials []tune.Trial
		for i := range 30 {
			trials = append(trials, tune.Trial{Number: i, State: tune.Done, Score: float64(rng.IntN(6)), Figures: map[string]float64{tune.SizeBytes: float64(rng.IntN(6)), tune.RowUS: float64(rng.IntN(6))}})
		}
		trials[3].State = tune.Over
		front := tune.Front(trials, figures)
		for _, x := range trials {
			beaten := x.State != tune.Done
			for _, y := range trials {
				least := y.Score >= x.Score && y.Figures[tune.SizeBytes] <= x.Figures[tune.SizeBytes] && y.Figures[tune.RowUS] <= x.Figures[tune.RowUS]
				same := y.Score == x.Score && reflect.DeepEqual(y.Figures, x.Figures)
				beaten = beaten || y.State == tune.Done && least && !same
			}
			if beaten == slices.Contains(front, x.Number) {
				t.Fatalf("trial %d: beaten %v, front %v", x.Number, beaten, front)
			}
		}
	}
}

// twoSided scores best at rate 1 and is smallest at rate .001; share is best at .3 for both.
func twoSided(_ context.Context, v spec.Values) (tune.Measured, error) {
	r, off := math.Log10(v.Float("rate")), v.Float("share")-.3
	return tune.Measured{Score: -r*r/9 - off*off, Figures: map[string]float64{tune.SizeBytes: math.Exp((r+3)*(r+3)/9 + off*off)}}, nil
}

// volume is the area that a front takes of the square from the worst, by score and size.
func volume(trials []tune.Trial) float64 {
	const cells = 200
	var area float64
	for i := range cells {
		size, most := float64(i)/cells*1.2, 0.0
		for _, t := range trials {
			if t.State == tune.Done && math.Log(t.Figures[tune.SizeBytes]) <= size {
				most = max(most, 1.2+t.Score)
			}
		}
		area += most / cells
	}
	return area
}

func TestSeveralGoalsSpreadAlongTheFront(t *testing.T) {
	t.Parallel()
	var many, one, chance float64
	for seed := range uint64(5) {
		o := tune.StudyOptions{Space: space(t, "rate", "share"), Sampler: sampler.Gaussian(), Seed: seed, Trials: 30, Now: time.Now}
		run := func(o tune.StudyOptions) float64 {
			out, err := tune.Search(t.Context(), o, twoSided)
			if err != nil {
				t.Fatal(err)
			}
			return volume(out.Trials)
		}
		one += run(o)
		o.Goals = []string{tune.SizeBytes}
		many += run(o)
		o.Sampler = sampler.Random()
		chance += run(o)
	}
	t.Logf("volume: several goals %.4f, one %.4f, by chance %.4f", many/5, one/5, chance/5)
	if many <= one || many <= chance {
		t.Errorf("volume: several goals %.4f, one %.4f, by chance %.4f", many/5, one/5, chance/5)
	}
}

func TestSeveralGoalsGoOnWhereTheyWereKilled(t *testing.T) {
	t.Parallel()
	for _, s := range []tune.Sampler{sampler.Gaussian(), sampler.Parzen(), sampler.Evolution(), sampler.Halton(), sampler.Random()} {
		o := tune.StudyOptions{Space: space(t), Sampler: s, Seed: 3, Trials: 18, Goals: []string{tune.SizeBytes}, Now: time.Now}
		whole, err := tune.Search(t.Context(), o, twoSided)
		if err != nil {
			t.Fatal(err)
		}
		o.Known = whole.Trials[:11]
		rest, err := tune.Search(t.Context(), o, twoSided)
		if err != nil || !reflect.DeepEqual(plain(rest.Trials), plain(whole.Trials)) {
			t.Errorf("%s goes on otherwise: %v", s.Spec().Name, err)
		}
	}
}

func TestLimitsKeepTheBestWithin(t *testing.T) {
	t.Parallel()
	o := tune.StudyOptions{Space: space(t, "rate", "share"), Sampler: sampler.Gaussian(), Trials: 30, Limits: map[string]float64{tune.SizeBytes: 1.5}, Now: time.Now}
	out, err := tune.Search(t.Context(), o, twoSided)
	if err != nil || out.Best.Figures[tune.SizeBytes] > 1.5 {
		t.Fatalf("%+v, %v", out.Best, err)
	}
	over := 0
	for _, x := range out.Trials {
		if (x.State == tune.Over) != (x.Figures[tune.SizeBytes] > 1.5) {
			t.Errorf("%+v", x)
		}
		if x.State == tune.Over {
			over++
		}
	}
	if over == 0 || over == len(out.Trials) {
		t.Errorf("%d of %d are over", over, len(out.Trials))
	}
	o.Limits[tune.SizeBytes] = 1.01 // a thousandth of the space: to be found from beyond
	if out, err = tune.Search(t.Context(), o, twoSided); err != nil || out.Best.Figures[tune.SizeBytes] > 1.01 {
		t.Errorf("tight: %+v, %v", out.Best, err)
	}
	o.Limits[tune.SizeBytes] = .1
	if _, err := tune.Search(t.Context(), o, twoSided); !errors.Is(err, tune.AllOver) {
		t.Errorf("none within: %v", err)
	}
}
