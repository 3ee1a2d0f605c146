package tune_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/spec"
	"zhuomo/internal/testkit"
	"zhuomo/tune"
	"zhuomo/tune/sampler"
)

// declared is what the outside studies of these tests search.
func declared() []tune.Declared {
	return []tune.Declared{
		{Name: "lr", Kind: spec.Float, Min: 1e-4, Max: 1, Log: true},
		{Name: "depth", Kind: spec.Int, Min: 1, Max: 9},
		{Name: "kind", Kind: spec.Choice, Choices: []string{"甲", "乙"}},
		{Name: "fold", Kind: spec.Bool},
	}
}

// loss is best, 0, at lr 0.01, depth 4, 乙.
func loss(v map[string]any) float64 {
	sum := math.Pow(math.Log10(v["lr"].(float64))+2, 2)
	switch depth := v["depth"].(type) {
	case int:
		sum += math.Pow(float64(depth-4)/4, 2)
	case float64: // as JSON has it
		sum += math.Pow((depth-4)/4, 2)
	}
	if v["kind"] != "乙" {
		sum++
	}
	return sum
}

// desk is a service for programs outside, with a clock to move.
func desk(t *testing.T, d *db.DB, clock *testkit.FixedClock) *tune.Service {
	t.Helper()
	s, err := tune.New(t.Context(), tune.Needs{DB: d, Now: clock.Now, Samplers: []tune.Sampler{sampler.Auto(), sampler.Random()}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func declare(t *testing.T, s *tune.Service, study tune.Study) tune.Study {
	t.Helper()
	study.ProductID, study.Minimise, study.Objective, study.Seed = "p", true, "loss", 7
	if study.Declared == nil {
		study.Declared = declared()
	}
	made, found, err := s.Declare(t.Context(), study)
	if err != nil || found {
		t.Fatalf("declare: %v, found %v", err, found)
	}
	return made
}

func ask(t *testing.T, s *tune.Service, study string, o tune.AskOptions) tune.Asked {
	t.Helper()
	given, err := s.Ask(t.Context(), "p", study, o)
	if err != nil || given.Trial == nil {
		t.Fatalf("ask: %+v, %v", given, err)
	}
	return *given.Trial
}

func tell(t *testing.T, s *tune.Service, study string, a tune.Asked) tune.Trial {
	t.Helper()
	v := loss(a.Values)
	told, err := s.Tell(t.Context(), "p", study, tune.Result{Number: a.Number, Lease: a.Lease, State: tune.Done, Value: &v})
	if err != nil {
		t.Fatal(err)
	}
	return told
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func noon() *testkit.FixedClock {
	return testkit.Clock(time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC))
}

func TestAnOutsideStudyIsAskedAndTold(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		clock := noon()
		s := desk(t, d, clock)
		study := declare(t, s, tune.Study{Trials: 12, Name: "外面的"})
		var values []spec.Values
		for i := range 12 {
			if i == 6 { // a process that begins anew goes on alike
				s = desk(t, d, clock)
			}
			a := ask(t, s, "外面的", tune.AskOptions{Worker: "w"})
			if a.Number != i || a.Tries != 1 || a.Lease == "" || a.DueUS != clock.Now().Add(10*time.Minute).UnixMicro() {
				t.Fatalf("trial %d: %+v", i, a)
			}
			clock.Add(3 * time.Second)
			told := tell(t, s, study.ID, a)
			if told.Score != -loss(a.Values) || told.Figures["loss"] != loss(a.Values) || told.Seconds != 3 {
				t.Fatalf("told %+v", told)
			}
			if told.BegunUS != a.AskedUS || told.EndedUS-told.BegunUS != 3e6 || told.Worker != "w" {
				t.Fatalf("who measured it when: %+v", told)
			}
			values = append(values, a.Values)
		}
		given, err := s.Ask(t.Context(), "p", study.ID, tune.AskOptions{})
		if err != nil || given.Trial != nil || given.State != tune.Done {
			t.Errorf("after the last trial: %+v, %v", given, err)
		}
		full, err := s.Study(t.Context(), "p", "外面的")
		if err != nil || full.State != tune.Done || full.DoneCount != 12 || full.BestScore < -1.5 || full.Component != tune.Outside {
			t.Errorf("the study: %+v, %v", full, err)
		}
		again := declare(t, s, tune.Study{})
		for i, want := range values {
			a := ask(t, s, again.ID, tune.AskOptions{})
			if !reflect.DeepEqual(a.Values, want) {
				t.Fatalf("trial %d of the same study again is %v, it was %v", i, a.Values, want)
			}
			tell(t, s, again.ID, a)
		}
	})
}

func TestATrialWhoseWorkerWentSilentIsGivenToAnother(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		clock := noon()
		s := desk(t, d, clock)
		study := declare(t, s, tune.Study{Trials: 2})
		first := ask(t, s, study.ID, tune.AskOptions{Key: "k1", Lease: time.Minute})
		if again := ask(t, s, study.ID, tune.AskOptions{Key: "k1"}); asJSON(t, again) != asJSON(t, first) {
			t.Errorf("asked again: %+v, it was %+v", again, first)
		}
		second := ask(t, s, study.ID, tune.AskOptions{})
		given, err := s.Ask(t.Context(), "p", study.ID, tune.AskOptions{})
		if err != nil || given.Trial != nil || given.State != tune.Running || given.WaitMS != 5000 {
			t.Errorf("while others have the last ones: %+v, %v", given, err)
		}
		clock.Add(time.Minute)
		other := ask(t, s, study.ID, tune.AskOptions{Worker: "other"})
		if other.Number != 0 || other.Tries != 2 || other.Lease == first.Lease || asJSON(t, other.Values) != asJSON(t, first.Values) {
			t.Errorf("taken over: %+v, it was %+v", other, first)
		}
		v := 1.0
		if _, err := s.Tell(t.Context(), "p", study.ID, tune.Result{Number: 0, Lease: first.Lease, State: tune.Failed}); !errors.Is(err, tune.LeaseLost) {
			t.Errorf("the silent one tells after all: %v", err)
		}
		if _, err := s.Report(t.Context(), "p", study.ID, 0, 1, &v, first.Lease, 0); !errors.Is(err, tune.LeaseLost) {
			t.Errorf("the silent one reports after all: %v", err)
		}
		told := tell(t, s, study.ID, other)
		clock.Add(time.Second)
		if again := tell(t, s, study.ID, other); !reflect.DeepEqual(again, told) {
			t.Errorf("told again: %+v, it was %+v", again, told)
		}
		v = loss(other.Values) + 1
		if _, err := s.Tell(t.Context(), "p", study.ID, tune.Result{Number: 0, State: tune.Done, Value: &v}); !errors.Is(err, tune.AlreadyTold) {
			t.Errorf("another result: %v", err)
		}
		if _, err := s.Tell(t.Context(), "p", study.ID, tune.Result{Number: 9, State: tune.Done, Value: &v}); !errors.Is(err, tune.NoSuchTrial) {
			t.Errorf("a number that nobody was given: %v", err)
		}
		if _, err := s.Tell(t.Context(), "p", study.ID, tune.Result{Number: 1, State: tune.Done}); !errors.Is(err, tune.NoValue) {
			t.Errorf("no value: %v", err)
		}
		// A report holds the lease.
		if _, err := s.Report(t.Context(), "p", study.ID, 1, 1, &v, second.Lease, time.Hour); err != nil {
			t.Fatal(err)
		}
		held, err := s.Report(t.Context(), "p", study.ID, 1, 2, &v, second.Lease, time.Minute)
		if err != nil || held.DueUS != clock.Now().Add(time.Hour).UnixMicro() {
			t.Errorf("a report that asks for less: due %d, %v", held.DueUS, err)
		}
		clock.Add(59 * time.Minute)
		if given, err := s.Ask(t.Context(), "p", study.ID, tune.AskOptions{}); err != nil || given.Trial != nil {
			t.Errorf("a trial that was heard of is given away: %+v, %v", given, err)
		}
		// Values that end whoever tries them count as failed in the end.
		for clock.Add(time.Minute); ; clock.Add(time.Second) {
			given, err := s.Ask(t.Context(), "p", study.ID, tune.AskOptions{Lease: time.Second})
			if err != nil {
				t.Fatal(err)
			}
			if given.Trial == nil {
				break
			}
			if given.Trial.Number != 1 || given.Trial.Tries > 5 {
				t.Fatalf("given out: %+v", given.Trial)
			}
		}
		trials, err := s.TrialsOf(t.Context(), study.ID, 0, 10)
		if err != nil || len(trials) != 1 || trials[0].State != tune.Failed || trials[0].Problem == "" {
			t.Errorf("the last trial: %+v, %v", trials, err)
		}
		if full, err := s.Study(t.Context(), "p", study.ID); err != nil || full.State != tune.Done {
			t.Errorf("the study: %+v, %v", full, err)
		}
	})
}

// TestManyProgramsAskSideBySide lets workers of two processes share a study.
func TestManyProgramsAskSideBySide(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		const wanted, workers = 40, 6
		clock := noon()
		desks := []*tune.Service{desk(t, d, clock), desk(t, d, clock)}
		study := declare(t, desks[0], tune.Study{Trials: wanted})
		var mu sync.Mutex
		given := map[int]int{}
		var wait sync.WaitGroup
		for w := range workers {
			wait.Go(func() {
				s := desks[w%2]
				for t.Context().Err() == nil {
					g, err := s.Ask(t.Context(), "p", study.ID, tune.AskOptions{Worker: fmt.Sprint(w)})
					if err != nil {
						t.Error(err)
						return
					}
					if g.State == tune.Done || g.Trial == nil {
						return // the rest is with others, who do not go silent here
					}
					mu.Lock()
					given[g.Trial.Number]++
					mu.Unlock()
					v := loss(g.Trial.Values)
					if _, err := s.Tell(t.Context(), "p", study.ID, tune.Result{Number: g.Trial.Number, Lease: g.Trial.Lease, State: tune.Done, Value: &v}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wait.Wait()
		trials, err := desks[1].TrialsOf(t.Context(), study.ID, -1, 1000)
		if err != nil || len(trials) != wanted {
			t.Fatalf("%d trials, %v", len(trials), err)
		}
		seen := map[string]bool{}
		for i, trial := range trials {
			if trial.Number != i || given[i] != 1 || trial.Score != -loss(trial.Values) {
				t.Errorf("trial %d: given %d times, kept %+v", i, given[i], trial)
			}
			seen[fmt.Sprint(trial.Values)] = true
		}
		// Two processes that are near the best do at times give out one setting twice.
		if repeats := len(trials) - len(seen); repeats > wanted/8 {
			t.Errorf("%d of %d trials repeat others", repeats, len(trials))
		} else if repeats > 0 {
			t.Logf("%d of %d trials repeat others", repeats, len(trials))
		}
		if full, err := desks[0].Study(t.Context(), "p", study.ID); err != nil || full.State != tune.Done || full.BestScore < -1 {
			t.Errorf("the study: %+v, %v", full, err)
		}
	})
}

func TestAnOutsideStudyRestsGrowsAndMoves(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := desk(t, d, noon())
		study := declare(t, s, tune.Study{Trials: 20})
		b, err := s.Import(t.Context(), "p", study.ID, []tune.Old{
			{Values: map[string]any{"lr": 0.02, "depth": 4.0, "kind": "乙", "fold": true}, Value: ptr(0.1)},
			{Values: map[string]any{"lr": 5.0, "depth": 4.0, "kind": "乙"}, Value: ptr(8.0), State: tune.Pruned},
			{Values: map[string]any{"of": "another program"}, State: tune.Failed, Problem: "no memory"},
		})
		if err != nil || b != (tune.Brought{Added: 3, Outside: 1}) {
			t.Fatalf("import: %+v, %v", b, err)
		}
		if b, err := s.Import(t.Context(), "p", study.ID, []tune.Old{{Number: ptr(1), Values: map[string]any{}, Value: ptr(3.0)}}); err != nil || b != (tune.Brought{Known: 1}) {
			t.Errorf("the same number again: %+v, %v", b, err)
		}
		if _, err := s.Import(t.Context(), "p", study.ID, []tune.Old{{Values: map[string]any{}}}); !errors.Is(err, tune.NoValue) {
			t.Errorf("a trial that tells nothing: %v", err)
		}
		if full, err := s.Study(t.Context(), "p", study.ID); err != nil || full.Trials != 23 || full.DoneCount != 3 || full.BestScore != -0.1 {
			t.Errorf("after the import: %+v, %v", full, err)
		}

		a := ask(t, s, study.ID, tune.AskOptions{})
		if a.Number != 3 {
			t.Errorf("the first new trial is %d", a.Number)
		}
		if _, err := s.Pause(t.Context(), "p", study.ID); err != nil {
			t.Fatal(err)
		}
		if given, err := s.Ask(t.Context(), "p", study.ID, tune.AskOptions{}); err != nil || given.Trial != nil || given.State != tune.Paused || given.WaitMS == 0 {
			t.Errorf("while it rests: %+v, %v", given, err)
		}
		tell(t, s, study.ID, a) // what is under way may be told
		narrow := declared()
		narrow[0].Max, narrow[2].Choices = 0.05, []string{"乙", "丙"}
		if _, err := s.EditSpace(t.Context(), "p", study.ID, tune.Study{Declared: narrow}); err != nil {
			t.Fatal(err)
		}
		narrow[0].Max = 0
		if _, err := s.EditSpace(t.Context(), "p", study.ID, tune.Study{Declared: narrow}); !errors.Is(err, tune.BadDeclared) {
			t.Errorf("a space that is none: %v", err)
		}
		if _, err := s.Resume(t.Context(), "p", study.ID, 0); err != nil {
			t.Fatal(err)
		}
		for range 12 {
			a := ask(t, s, study.ID, tune.AskOptions{})
			if lr := a.Values.Float("lr"); lr > 0.05 || a.Values.String("kind") == "甲" {
				t.Fatalf("outside the new space: %v", a.Values)
			}
			tell(t, s, study.ID, a)
		}
		if _, err := s.End(t.Context(), "p", study.ID); err != nil {
			t.Fatal(err)
		}
		if given, err := s.Ask(t.Context(), "p", study.ID, tune.AskOptions{}); err != nil || given.Trial != nil || given.State != tune.Done {
			t.Errorf("after its end: %+v, %v", given, err)
		}
		if _, err := s.Pause(t.Context(), "p", study.ID); !errors.Is(err, tune.StudyOver) {
			t.Errorf("pause after its end: %v", err)
		}
		if _, err := s.Resume(t.Context(), "p", study.ID, 10); !errors.Is(err, tune.StudyOver) {
			t.Errorf("resume for trials that it has: %v", err)
		}
		if _, err := s.Resume(t.Context(), "p", study.ID, 17); err != nil {
			t.Fatal(err)
		}
		if a := ask(t, s, study.ID, tune.AskOptions{}); a.Number != 16 {
			t.Errorf("goes on with %d", a.Number)
		}
	})
}

func ptr[T any](v T) *T { return &v }

func TestATrialThatFallsBehindIsToldToStop(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := desk(t, d, noon())
		study := declare(t, s, tune.Study{Stopping: tune.MedianStop})
		for i := range 6 {
			a := ask(t, s, study.ID, tune.AskOptions{})
			for step := range 3 {
				r, err := s.Report(t.Context(), "p", study.ID, a.Number, step, ptr(float64(10-step+i)), a.Lease, 0)
				if err != nil || r.Stop && i < 5 {
					t.Fatalf("trial %d, step %d: %+v, %v", i, step, r, err)
				}
				if i == 5 && !r.Stop { // its 15 is worse than the median of 10 … 14
					t.Errorf("a trial behind the median goes on at step %d", step)
				}
			}
			r := tune.Result{Number: a.Number, State: tune.Done, Value: ptr(float64(i))}
			if i == 5 {
				r.State, r.Value = tune.Pruned, nil
			}
			if told, err := s.Tell(t.Context(), "p", study.ID, r); err != nil || i == 5 && (told.State != tune.Pruned || told.Score != -13) {
				t.Fatalf("%+v, %v", told, err)
			}
		}
		a := ask(t, s, study.ID, tune.AskOptions{})
		if r, err := s.Report(t.Context(), "p", study.ID, a.Number, 0, ptr(1.0), "", 0); err != nil || r.Stop {
			t.Errorf("the best so far is told to stop: %+v, %v", r, err)
		}
		if r, err := s.Report(t.Context(), "p", study.ID, a.Number, 1, ptr(99.0), "", 0); err != nil || r.Stop {
			t.Errorf("one that was good before is told to stop: %+v, %v", r, err)
		}
	})
}

func TestADeclarationIsChecked(t *testing.T) {
	d := testkit.OpenDB(t)
	s := desk(t, d, noon())
	for name, c := range map[string]struct {
		change func(*tune.Study)
		want   error
	}{
		"nothing to search":          {func(s *tune.Study) { s.Declared = nil }, tune.BadDeclared},
		"a name twice":               {func(s *tune.Study) { s.Declared[1].Name = "lr" }, tune.BadDeclared},
		"a kind that is none":        {func(s *tune.Study) { s.Declared[0].Kind = spec.String }, tune.BadDeclared},
		"a range upside down":        {func(s *tune.Study) { s.Declared[0].Max = 1e-5 }, tune.BadDeclared},
		"a logarithm from 0":         {func(s *tune.Study) { s.Declared[0].Min = 0 }, tune.BadDeclared},
		"half a number":              {func(s *tune.Study) { s.Declared[1].Max = 2.5 }, tune.BadDeclared},
		"a range beyond all numbers": {func(s *tune.Study) { s.Declared[1].Max = math.MaxFloat64 }, tune.BadDeclared},
		"a choice twice":             {func(s *tune.Study) { s.Declared[2].Choices = []string{"x", "x"} }, tune.BadDeclared},
		"a default outside":          {func(s *tune.Study) { s.Declared[1].Default = 99 }, spec.OutOfRange},
		"a rule that is none":        {func(s *tune.Study) { s.Stopping = "luck" }, tune.BadStopping},
		"a sampler that is none":     {func(s *tune.Study) { s.Sampler = "tune.magic.v1" }, tune.UnknownSampler},
		"the name of a number":       {func(s *tune.Study) { s.Name = "s3" }, tune.BadName},
		"less than no trial":         {func(s *tune.Study) { s.Trials = -1 }, tune.NoBudget},
	} {
		study := tune.Study{ProductID: "p", Declared: declared()}
		c.change(&study)
		if _, _, err := s.Declare(t.Context(), study); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	one := declare(t, s, tune.Study{Name: "n"})
	two, found, err := s.Declare(t.Context(), tune.Study{ProductID: "p", Name: "n", Declared: declared()[:1]})
	if err != nil || !found || two.ID != one.ID || len(two.Declared) != 4 {
		t.Errorf("the same name again: %+v, %v, %v", two, found, err)
	}
	if other, found, err := s.Declare(t.Context(), tune.Study{ProductID: "q", Name: "n", Declared: declared()}); err != nil || found || other.ID == one.ID {
		t.Errorf("the name in another product: %v, %v", found, err)
	}
	if _, err := s.Run(t.Context(), "p", one.ID, nil); !errors.Is(err, tune.NoObjective) {
		t.Errorf("run here: %v", err)
	}
	ours := newService(t, d, &bench{}, nil)
	study, err := ours.Create(t.Context(), tune.Study{ProductID: "p", Objective: "exact", Trials: 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ours.Ask(t.Context(), "p", study.ID, tune.AskOptions{}); !errors.Is(err, tune.NotOutside) {
		t.Errorf("ask of a study that runs here: %v", err)
	}
	if _, err := ours.Run(t.Context(), "p", one.ID, nil); !errors.Is(err, tune.NotOurs) {
		t.Errorf("run an outside study here: %v", err)
	}
}

// TestAStudyThatRunsHereIsPausedAndMoved interrupts a study, narrows its space,
// brings earlier trials, and lets it go on.
// TestAStudyWhoseJobCannotGoOnStaysPaused resumes one whose job is not to be found.
func TestAStudyWhoseJobCannotGoOnStaysPaused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		runner, err := jobs.Open(t.Context(), d, jobs.Options{Workers: 1, Now: time.Now, Log: slog.New(slog.DiscardHandler), Alone: true})
		if err != nil {
			t.Fatal(err)
		}
		s := newService(t, d, &bench{}, runner)
		study, err := s.Create(t.Context(), tune.Study{ProductID: "p", Objective: "exact", Trials: 10, Dials: []string{"rate"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE studies SET state = 'paused', job_id = 'gone' WHERE id = $1`, study.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Resume(t.Context(), "p", study.ID, 20); !errors.Is(err, jobs.NotFound) {
			t.Errorf("resumed: %v", err)
		}
		if kept, err := s.Study(t.Context(), "p", study.ID); err != nil || kept.State != tune.Paused || kept.Trials != 10 {
			t.Errorf("afterwards: %s, %d trials, %v", kept.State, kept.Trials, err)
		}
	})
}

func TestAStudyThatRunsHereIsPausedAndMoved(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		b := &bench{}
		s := newService(t, d, b, nil)
		study, err := s.Create(t.Context(), tune.Study{ProductID: "p", Objective: "exact", Trials: 10, Seed: 3, Dials: []string{"rate"}})
		if err != nil {
			t.Fatal(err)
		}
		low, high := 0.5, 2.0
		narrow := tune.Study{Dials: []string{"rate"}, Ranges: map[string]tune.Range{"rate": {Min: &low, Max: &high}}}
		if _, err := s.EditSpace(t.Context(), "p", study.ID, narrow); !errors.Is(err, tune.StudyRuns) {
			t.Errorf("moved while it runs: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		stop := func() { // in trial 5
			if _, err := s.Pause(t.Context(), "p", study.ID); err != nil {
				t.Error(err)
			}
			cancel()
		}
		b.stop.Store((*context.CancelFunc)(&stop))
		if _, err := s.Run(ctx, "p", study.ID, nil); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if half, err := s.Study(t.Context(), "p", study.ID); err != nil || half.State != tune.Paused || half.DoneCount != 4 {
			t.Fatalf("paused: %+v, %v", half, err)
		}
		if _, err := s.EditSpace(t.Context(), "p", study.ID, narrow); err != nil {
			t.Fatal(err)
		}
		old := tune.Old{Values: map[string]any{"rate": 1.1, "depth": 3}, Value: ptr(-0.5)}
		if got, err := s.Import(t.Context(), "p", study.ID, []tune.Old{old}); err != nil || got != (tune.Brought{Added: 1}) {
			t.Errorf("import: %+v, %v", got, err)
		}
		if _, err := s.Resume(t.Context(), "p", study.ID, 0); err != nil {
			t.Fatal(err)
		}
		out, err := s.Run(t.Context(), "p", study.ID, nil)
		if err != nil || len(out.Trials) != 11 {
			t.Fatalf("%d trials, %v", len(out.Trials), err)
		}
		numbers := []int{}
		for _, trial := range out.Trials {
			numbers = append(numbers, trial.Number)
			if rate, ok := trial.Values["rate"].(float64); trial.Number > 4 && (!ok || rate < low || rate > high) {
				t.Errorf("trial %d after the move: %v", trial.Number, trial.Values)
			}
		}
		if !slices.Equal(numbers, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) {
			t.Errorf("numbers %v", numbers)
		}
	})
}
