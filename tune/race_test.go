package tune_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"zhuomo/internal/spec"
	"zhuomo/tune"
	"zhuomo/tune/sampler"
)

// world is a simulated truth: rows of which each setting has some right.
type world struct {
	rows, folds int
	seed        uint64
	same        bool // all settings are equally good
	fits        int
}

func (w *world) groups() [][]int {
	out := make([][]int, w.folds)
	for f := range out {
		for i := range w.rows / w.folds {
			out[f] = append(out[f], i)
		}
	}
	return out
}

// skill is how often values are right, .5 to .9: best near rate 1.
func (w *world) skill(v spec.Values) float64 {
	if w.same {
		return .8
	}
	return .5 + .4*math.Exp(-math.Pow(math.Log10(v.Float("rate")), 2)/3-math.Pow(v.Float("share")-.5, 2))
}

// right answers a fold; rows are easy or hard for all settings alike, in the most part.
func (w *world) right(_ context.Context, v spec.Values, fold int) ([]bool, error) {
	w.fits++
	name := fnv.New64a()
	fmt.Fprint(name, v)
	rows := rand.New(rand.NewPCG(w.seed, uint64(fold)))
	own := rand.New(rand.NewPCG(w.seed^name.Sum64(), uint64(fold)))
	p := w.skill(v)
	out := make([]bool, w.rows/w.folds)
	for i := range out {
		u := rows.Float64()
		if own.Float64() < .2 {
			u = own.Float64()
		}
		out[i] = u < p
	}
	return out, nil
}

// full is the score of values on all folds.
func (w *world) full(v spec.Values) float64 {
	copied := *w
	var good, all float64
	for f := range w.folds {
		right, _ := copied.right(context.Background(), v, f)
		for _, r := range right {
			if all++; r {
				good++
			}
		}
	}
	return good / all
}

func (w *world) race(t *testing.T, o tune.StudyOptions) tune.Outcome {
	t.Helper()
	out, err := tune.Race(t.Context(), o, tune.Racing{Folds: w.folds}, tune.Folds{Groups: w.groups(), Measure: w.right}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Whole searches by a simulated truth, with a sampler that learns: of the trials that
// are better than the best of then, at most one in twenty is stopped; the best found is
// as good as when everything is measured; and it takes at most a third of the fits.
func TestARaceFindsAsMuchWithAThirdOfTheFits(t *testing.T) {
	t.Parallel()
	const trials = 40
	var fits, all, better, wrong, trialCount int
	var raced, whole float64
	for seed := range uint64(40) {
		w := &world{rows: 1000, folds: 10, seed: seed}
		o := tune.StudyOptions{Space: space(t, "rate", "share"), Sampler: sampler.Random(), Seed: seed, Trials: trials, Defaults: true, Now: time.Now}
		if seed%4 == 3 {
			o.Sampler = sampler.Gaussian()
		}
		out := w.race(t, o)
		fits, all = fits+w.fits, all+trials*w.folds
		holder := out.Trials[0].Score
		for _, x := range out.Trials {
			trialCount++
			is := w.full(x.Values)
			if is >= holder && x.Number > 0 {
				if better++; x.State == tune.Stopped {
					wrong++
				}
			}
			if x.State == tune.Done {
				holder = max(holder, x.Score)
			}
		}
		raced += w.skill(out.Best.Values)
		o.Defaults = true
		complete, err := tune.Search(t.Context(), o, func(_ context.Context, v spec.Values) (tune.Measured, error) {
			return tune.Measured{Score: w.full(v)}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		whole += w.skill(complete.Best.Values)
	}
	t.Logf("fits %.3f, better ones stopped %d of %d, true quality of the best %.4f, with all fits %.4f", float64(fits)/float64(all), wrong, better, raced/40, whole/40)
	if 3*fits > all {
		t.Errorf("%d of %d fits", fits, all)
	}
	if 20*wrong > better {
		t.Errorf("%d of %d trials that were better are stopped", wrong, better)
	}
	if raced < whole-40*.003 {
		t.Errorf("the best is %.4f good, with all fits %.4f", raced/40, whole/40)
	}
}

// Settings that are all alike: the best of then has been lucky, so on these rows the
// others are worse; of those that would have been better on all rows few are stopped.
func TestARaceOfEqualsStopsFewThatWouldHaveWon(t *testing.T) {
	t.Parallel()
	var better, wrong, stopped, all int
	for seed := range uint64(150) {
		w := &world{rows: 600, folds: 10, seed: seed, same: true}
		out := w.race(t, tune.StudyOptions{Space: space(t), Sampler: sampler.Random(), Seed: seed, Trials: 20, Defaults: true, Now: time.Now})
		holder := out.Trials[0].Score
		for _, x := range out.Trials[1:] {
			all++
			if x.State == tune.Stopped {
				stopped++
			}
			if w.full(x.Values) >= holder {
				if better++; x.State == tune.Stopped {
					wrong++
				}
			}
			if x.State == tune.Done {
				holder = max(holder, x.Score)
			}
		}
	}
	t.Logf("%d of %d that would have won are stopped; %d of all %d", wrong, better, stopped, all)
	if 20*wrong > better {
		t.Errorf("%d of %d that would have won are stopped", wrong, better)
	}
}

func TestARaceGoesOnWhereItWasKilled(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Sampler, o.Trials = sampler.Gaussian(), 15
	o.Space = space(t, "rate", "share")
	w := &world{rows: 500, folds: 5, seed: 9}
	whole := w.race(t, o)
	total := w.fits
	for _, at := range []int{3, 7, 12, total - 2} {
		kept := map[int]tune.Trial{}
		keep := func(x tune.Trial) error { kept[x.Number] = x; return nil }
		o := o
		o.Each = func(x, _ tune.Trial) error { return keep(x) }
		w := &world{rows: 500, folds: 5, seed: 9}
		ctx, cancel := context.WithCancel(t.Context())
		folds := tune.Folds{Groups: w.groups(), Measure: func(ctx context.Context, v spec.Values, f int) ([]bool, error) {
			if w.fits == at {
				cancel()
				return nil, ctx.Err()
			}
			return w.right(ctx, v, f)
		}}
		if _, err := tune.Race(ctx, o, tune.Racing{Folds: 5}, folds, keep); !errors.Is(err, context.Canceled) {
			t.Fatalf("killed: %v", err)
		}
		for n := range o.Trials {
			if x, ok := kept[n]; ok {
				o.Known = append(o.Known, x)
			}
		}
		folds.Measure = w.right
		out, err := tune.Race(t.Context(), o, tune.Racing{Folds: 5}, folds, keep)
		if err != nil || w.fits != total || !reflect.DeepEqual(plain(out.Trials), plain(whole.Trials)) {
			t.Errorf("killed before fit %d: %v, %d fits, uninterrupted %d", at, err, w.fits, total)
		}
	}
}

func TestARaceBearsFailuresAndRefusesNonsense(t *testing.T) {
	t.Parallel()
	w := &world{rows: 100, folds: 5, seed: 2}
	folds := tune.Folds{Groups: w.groups(), Measure: func(ctx context.Context, v spec.Values, f int) ([]bool, error) {
		switch {
		case v.Bool("fold"):
			return nil, errors.New("no memory")
		case v.String("kind") == "c":
			panic("out of range")
		case v.String("kind") == "b":
			return make([]bool, 3), nil
		}
		return w.right(ctx, v, f)
	}}
	out, err := tune.Race(t.Context(), options(t), tune.Racing{Folds: 5}, folds, nil)
	if err != nil || out.Best.State != tune.Done || len(out.Trials) != 30 {
		t.Fatalf("best %+v, %v", out.Best, err)
	}
	for _, x := range out.Trials {
		if bad := x.Values.Bool("fold") || x.Values.String("kind") != "a"; bad != (x.State == tune.Failed) || bad != (x.Problem != "") {
			t.Errorf("trial %+v", x)
		}
	}
	for _, r := range []tune.Racing{{Folds: 1}, {Folds: 21}, {Folds: 5, Alpha: 1}, {Folds: 5, Share: 2}, {Alpha: .1}} {
		if _, err := tune.Race(t.Context(), options(t), r, folds, nil); !errors.Is(err, tune.BadRace) {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

// A third of the fits of a small race is hardly more than a look at each trial; one that
// is far better is measured to its end all the same.
func TestASmallRaceMeasuresItsWinnerToTheEnd(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		w := &world{rows: 200, folds: 4, seed: seed}
		good := func(v spec.Values) bool { return v.Float("rate") > .5 || v.Float("rate") < .01 }
		folds := tune.Folds{Groups: w.groups(), Measure: func(ctx context.Context, v spec.Values, f int) ([]bool, error) {
			right, err := w.right(ctx, v, f)
			for i := range right {
				right[i] = good(v) && i%20 > 0 || i%2 > 0
			}
			return right, err
		}}
		o := tune.StudyOptions{Space: space(t, "rate"), Sampler: sampler.Random(), Seed: seed, Trials: 12, Defaults: true, Now: time.Now}
		out, err := tune.Race(t.Context(), o, tune.Racing{Folds: 4}, folds, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !good(out.Best.Values) || out.Best.Score != .94 {
			t.Errorf("seed %d: the best is #%d %v %.3f of %d", seed, out.Best.Number, out.Best.Values["rate"], out.Best.Score, w.fits)
			for _, x := range out.Trials {
				t.Log(x.Number, x.State, x.FoldCount, x.Values["rate"], x.Score)
			}
		}
		if w.fits > 12+3*4 {
			t.Errorf("seed %d: %d fits", seed, w.fits)
		}
	}
}
