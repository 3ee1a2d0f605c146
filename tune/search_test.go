package tune_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/learn/linear"
	"zhuomo/tune"
	"zhuomo/tune/sampler"
	"zhuomo/tune/tunetest"
)

func TestRandomConforms(t *testing.T) { tunetest.Run(t, sampler.Random()) }

func space(t *testing.T, dials ...string) tune.Space {
	t.Helper()
	s, err := tune.NewSpace(tunetest.Component(), dials, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// hill is best at rate 1.
func hill(_ context.Context, v spec.Values) (tune.Measured, error) {
	r := math.Log10(v.Float("rate"))
	return tune.Measured{Score: -r * r, Figures: map[string]float64{"log_rate": r}}, nil
}

func options(t *testing.T) tune.StudyOptions {
	t.Helper()
	return tune.StudyOptions{Space: space(t), Sampler: sampler.Random(), Seed: 4, Trials: 30, Defaults: true, Now: time.Now}
}

// plain leaves out what differs from run to run.
func plain(trials []tune.Trial) []tune.Trial {
	out := append([]tune.Trial(nil), trials...)
	for i := range out {
		out[i].Seconds, out[i].BegunUS, out[i].EndedUS, out[i].Worker = 0, 0, 0, ""
	}
	return out
}

func TestSearchTriesTheDefaultsFirstAndKeepsTheBest(t *testing.T) {
	o := options(t)
	bestSoFar := math.Inf(-1)
	o.Each = func(trial, best tune.Trial) error {
		if best.Score < bestSoFar || best.Score < trial.Score {
			t.Errorf("after trial %d the best is %v", trial.Number, best.Score)
		}
		bestSoFar = best.Score
		return nil
	}
	out, err := tune.Search(t.Context(), o, hill)
	if err != nil || len(out.Trials) != 30 {
		t.Fatalf("%d trials, %v", len(out.Trials), err)
	}
	if first := out.Trials[0]; !reflect.DeepEqual(first.Values, o.Space.Fixed) || math.Abs(first.Score+1) > 1e-9 {
		t.Errorf("trial 0 is not the defaults: %+v", first)
	}
	if out.Best.Score < -.9 || out.Best.Score != bestSoFar {
		t.Errorf("best %v, told %v", out.Best.Score, bestSoFar)
	}
	o.Workers, o.Each = 4, nil
	if side, err := tune.Search(t.Context(), o, hill); err != nil || !reflect.DeepEqual(plain(side.Trials), plain(out.Trials)) {
		t.Errorf("four workers find otherwise (%v)", err)
	}
}

func TestSearchTellsWhoMeasuredATrialWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.Trials, o.Workers = 6, 2
		slow := func(ctx context.Context, v spec.Values) (tune.Measured, error) {
			time.Sleep(time.Second)
			return hill(ctx, v)
		}
		began := time.Now().UnixMicro()
		out, err := tune.Search(t.Context(), o, slow)
		if err != nil {
			t.Fatal(err)
		}
		byWorker := map[string]int{}
		for i, trial := range out.Trials {
			byWorker[trial.Worker]++
			if want := began + int64(i/2)*1e6; trial.BegunUS != want || trial.EndedUS != want+1e6 {
				t.Errorf("trial %d ran from %d to %d, want %d", i, trial.BegunUS-began, trial.EndedUS-began, want-began)
			}
		}
		if byWorker["1"] != 3 || byWorker["2"] != 3 {
			t.Errorf("by worker: %v", byWorker)
		}
	})
}

func TestSearchGoesOnWhereItWasCancelled(t *testing.T) {
	whole, err := tune.Search(t.Context(), options(t), hill)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	o := options(t)
	part, err := tune.Search(ctx, o, func(ctx context.Context, v spec.Values) (tune.Measured, error) {
		if calls++; calls == 12 {
			cancel()
			return tune.Measured{}, ctx.Err()
		}
		return hill(ctx, v)
	})
	if !errors.Is(err, context.Canceled) || len(part.Trials) != 11 {
		t.Fatalf("%d trials, %v", len(part.Trials), err)
	}
	o.Known = part.Trials
	calls = 12
	rest, err := tune.Search(t.Context(), o, func(ctx context.Context, v spec.Values) (tune.Measured, error) {
		calls++
		return hill(ctx, v)
	})
	if err != nil || calls != 12+19 || !reflect.DeepEqual(plain(rest.Trials), plain(whole.Trials)) {
		t.Errorf("resumed: %d calls, %v", calls-12, err)
	}
}

func TestSearchBearsFailures(t *testing.T) {
	broken := errors.New("no memory")
	out, err := tune.Search(t.Context(), options(t), func(ctx context.Context, v spec.Values) (tune.Measured, error) {
		switch {
		case v.Bool("fold"):
			return tune.Measured{}, broken
		case v.String("kind") == "c":
			return tune.Measured{Score: math.NaN()}, nil
		case v.String("kind") == "b":
			panic("out of range")
		}
		return hill(ctx, v)
	})
	if err != nil || out.Best.State != tune.Done || len(out.Trials) != 30 {
		t.Fatalf("best %+v, %v", out.Best, err)
	}
	for _, trial := range out.Trials {
		bad := trial.Values.Bool("fold") || trial.Values.String("kind") != "a"
		if bad != (trial.State == tune.Failed) || bad != (trial.Problem != "") {
			t.Errorf("trial %+v", trial)
		}
	}
	if _, err := tune.Search(t.Context(), options(t), func(context.Context, spec.Values) (tune.Measured, error) { return tune.Measured{}, broken }); !errors.Is(err, tune.AllFailed) {
		t.Errorf("all failed: %v", err)
	}
	stop := errors.New("disk full")
	o := options(t)
	o.Each = func(tune.Trial, tune.Trial) error { return stop }
	if out, err := tune.Search(t.Context(), o, hill); !errors.Is(err, stop) || len(out.Trials) != 1 {
		t.Errorf("%d trials after the keeper failed: %v", len(out.Trials), err)
	}
}

func TestSearchEndsWhenEverythingWasTried(t *testing.T) {
	t.Parallel()
	for _, s := range []tune.Sampler{sampler.Auto(), sampler.Random(), sampler.Parzen()} {
		o := options(t)
		o.Space, o.Sampler, o.Trials = space(t, "fold", "kind"), s, 200
		seen := map[string]bool{}
		out, err := tune.Search(t.Context(), o, func(ctx context.Context, v spec.Values) (tune.Measured, error) {
			seen[o.Space.Key(v)] = true
			return hill(ctx, v)
		})
		if err != nil || len(seen) != 6 || len(out.Trials) == 200 {
			t.Errorf("%s: %d settings of 6 in %d trials, %v", s.Spec().Name, len(seen), len(out.Trials), err)
		}
	}
}

func TestSearchKeepsToItsBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.Trials, o.Budget = 0, time.Second
		out, err := tune.Search(t.Context(), o, func(ctx context.Context, v spec.Values) (tune.Measured, error) {
			time.Sleep(300 * time.Millisecond) // a bubble's clock: takes no time
			return hill(ctx, v)
		})
		if err != nil || len(out.Trials) != 4 {
			t.Errorf("%d trials of .3 s in 1 s: %v", len(out.Trials), err)
		}
		o.Budget = 0
		if _, err := tune.Search(t.Context(), o, hill); !errors.Is(err, tune.NoBudget) {
			t.Errorf("no budget: %v", err)
		}
	})
}

func TestSpaceRefusesWhatCannotBeSearched(t *testing.T) {
	low, high := 5.0, 20.0
	for name, c := range map[string]struct {
		dials  []string
		fixed  map[string]any
		ranges map[string]tune.Range
		want   error
	}{
		"a text":              {[]string{"name"}, nil, nil, tune.NoDial},
		"an unknown name":     {[]string{"colour"}, nil, nil, tune.NoDial},
		"an unknown range":    {nil, nil, map[string]tune.Range{"colour": {Min: &low}}, tune.NoDial},
		"outside":             {nil, nil, map[string]tune.Range{"depth": {Max: &high}}, tune.BadRange},
		"empty":               {nil, nil, map[string]tune.Range{"rate": {Min: &high}}, tune.BadRange},
		"an unknown choice":   {nil, nil, map[string]tune.Range{"kind": {Choices: []string{"z"}}}, tune.BadRange},
		"choices of a number": {nil, nil, map[string]tune.Range{"rate": {Choices: []string{"1"}}}, tune.BadRange},
		"a bad fixed value":   {nil, map[string]any{"depth": 99}, nil, spec.OutOfRange},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := tune.NewSpace(tunetest.Component(), c.dials, c.fixed, c.ranges); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	s, err := tune.NewSpace(tunetest.Component(), nil, map[string]any{"depth": 2}, map[string]tune.Range{"kind": {Choices: []string{"b"}}})
	if err != nil || len(s.Dials) != 5 || s.Fixed.Int("depth") != 2 {
		t.Errorf("a fixed parameter is still a dial: %+v, %v", s.Dials, err)
	}
}

func TestPointsCoverWholeNumbersEvenly(t *testing.T) {
	s := space(t, "depth")
	counts := map[int]int{}
	for i := range 8000 {
		counts[s.At([]float64{(float64(i) + .5) / 8000}).Int("depth")]++
	}
	for depth, n := range counts {
		if n != 1000 {
			t.Errorf("depth %d has %d of 8000 points", depth, n)
		}
	}
}

// The search that the demo runs: the linear learner's own dials on a held-out part.
func TestSearchTunesTheLinearLearner(t *testing.T) {
	train := learn.Data{Task: learn.Single, Labels: []string{"hotel", "metro", "taxi"}}
	test := train
	for i := range 120 {
		e := learn.Example{Text: []string{"订酒店第%d天", "坐地铁%d号线", "打车%d公里"}[i%3], Labels: []int{i % 3}}
		if i%4 == 0 {
			test.Examples = append(test.Examples, e)
		} else {
			train.Examples = append(train.Examples, e)
		}
	}
	l := linear.New()
	s, err := tune.NewSpace(l.Spec(), nil, map[string]any{"hash_bits": 16}, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := tune.StudyOptions{Space: s, Sampler: sampler.Random(), Seed: 1, Trials: 6, Defaults: true, Now: time.Now}
	out, err := tune.Search(t.Context(), o, func(ctx context.Context, v spec.Values) (tune.Measured, error) {
		m, err := l.Fit(ctx, train, v, learn.Options{Seed: 1})
		if err != nil {
			return tune.Measured{}, err
		}
		right := 0.0
		for _, e := range test.Examples {
			answers, err := m.Predict(ctx, []learn.Input{e.Input()})
			if err != nil {
				return tune.Measured{}, err
			}
			if answers[0].Top().Label == train.Labels[e.Labels[0]] {
				right++
			}
		}
		return tune.Measured{Score: right / float64(len(test.Examples))}, nil
	})
	if err != nil || out.Best.Score < .9 || len(out.Trials) != 6 {
		t.Errorf("best %+v, %v", out.Best, err)
	}
}
