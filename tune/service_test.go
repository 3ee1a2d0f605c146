package tune_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/spec"
	"zhuomo/internal/testkit"
	"zhuomo/tune"
	"zhuomo/tune/sampler"
	"zhuomo/tune/tunetest"
)

// bench gives the hill of this package's tests and counts its calls.
type bench struct {
	calls atomic.Int64
	stop  atomic.Pointer[context.CancelFunc] // called in trial 5
}

func (b *bench) Spec(context.Context, string, string) (spec.Spec, error) {
	return tunetest.Component(), nil
}

func (b *bench) Tunables(context.Context, string) (tune.Tunables, error) {
	return tune.Tunables{Items: []spec.Spec{tunetest.Component()}}, nil
}

func (b *bench) Apply(_ context.Context, study tune.Study, trial tune.Trial) (tune.Applied, error) {
	return tune.Applied{Kind: "recipe", Name: fmt.Sprintf("s%d-%d", study.Number, trial.Number)}, nil
}

func (b *bench) Prepare(context.Context, string, string, string, uint64) (spec.Spec, tune.Objective, error) {
	return tunetest.Component(), func(ctx context.Context, v spec.Values) (tune.Measured, error) {
		if stop := b.stop.Load(); b.calls.Add(1) == 5 && stop != nil {
			(*stop)()
			return tune.Measured{}, ctx.Err()
		}
		return hill(ctx, v)
	}, nil
}

func (b *bench) PrepareFolds(_ context.Context, _, _ string, folds int, _ uint64) (spec.Spec, tune.Folds, error) {
	w := &world{rows: 200, folds: folds, seed: 1}
	return tunetest.Component(), tune.Folds{Groups: w.groups(), Measure: func(ctx context.Context, v spec.Values, f int) ([]bool, error) {
		if stop := b.stop.Load(); b.calls.Add(1) == 23 && stop != nil {
			(*stop)()
			return nil, ctx.Err()
		}
		return w.right(ctx, v, f)
	}}, nil
}

type signedIn struct{}

func (signedIn) Recognise(_ context.Context, c api.Credential) (api.Actor, error) {
	return api.Actor{ID: c.Token, Roles: []api.Role{api.Role(c.Token)}}, nil
}

func newService(t *testing.T, d *db.DB, b tune.Bench, runner *jobs.Runner) *tune.Service {
	t.Helper()
	s, err := tune.New(t.Context(), tune.Needs{DB: d, Now: time.Now, Jobs: runner, Samplers: []tune.Sampler{sampler.Random()}, Bench: b})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAStudyResumesFromItsKeptTrials(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		b := &bench{}
		s := newService(t, d, b, nil)
		study, err := s.Create(t.Context(), tune.Study{ProductID: "p", Objective: "exact", Trials: 10, Seed: 1<<63 + 3})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		b.stop.Store(&cancel)
		if _, err := s.Run(ctx, "p", study.ID, nil); !errors.Is(err, context.Canceled) {
			t.Fatalf("interrupted: %v", err)
		}
		if half, err := s.Study(t.Context(), "p", study.ID); err != nil || half.State != tune.Cancelled || half.DoneCount != 4 {
			t.Fatalf("after the interruption: %+v, %v", half, err)
		}
		last := 0
		out, err := newService(t, d, b, nil).Run(t.Context(), "p", study.ID, func(done, total int) { last = done })
		if err != nil || b.calls.Load() != 5+6 || len(out.Trials) != 10 || last != 10 {
			t.Fatalf("resumed: %d calls, %d trials, %v", b.calls.Load(), len(out.Trials), err)
		}
		full, err := s.Study(t.Context(), "p", study.ID)
		if err != nil || full.State != tune.Done || full.DoneCount != 10 || full.BestScore != out.Best.Score || full.DefaultScore > -.99 || full.Seed != 1<<63+3 || full.Best["rate"] != out.Best.Values["rate"] {
			t.Errorf("the study says %+v, %v; the best is %+v", full, err, out.Best)
		}
		if _, err := s.Study(t.Context(), "q", study.ID); !errors.Is(err, tune.NoSuchStudy) {
			t.Errorf("a study of another product: %v", err)
		}
	})
}

func TestStudiesOverHTTP(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		runner, err := jobs.Open(t.Context(), d, jobs.Options{Workers: 1, Now: time.Now, Log: slog.New(slog.DiscardHandler), Alone: true})
		if err != nil {
			t.Fatal(err)
		}
		s := newService(t, d, &bench{}, runner)
		if err := runner.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := runner.Stop(context.Background()); err != nil {
				t.Error(err)
			}
		})
		if err := d.Migrate(t.Context(), "api", api.Migrations()); err != nil {
			t.Fatal(err)
		}
		server, err := api.NewServer(api.Options{Routes: s.Routes(), Accounts: signedIn{}, DB: d, Now: time.Now, Log: slog.New(slog.DiscardHandler), Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		h := httptest.NewServer(server)
		t.Cleanup(h.Close)
		ask := func(role, method, path, body string, want int, into any) {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), method, h.URL+"/api/v1/products/p/studies"+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+role)
			r.Header.Set("Content-Type", "application/json")
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != want {
				t.Fatalf("%s %s: %d %s", method, path, answer.StatusCode, text)
			}
			if into != nil {
				if err := json.Unmarshal(text, into); err != nil {
					t.Fatalf("%v in %s", err, text)
				}
			}
		}
		ask("viewer", "POST", "", `{"trials":3}`, http.StatusForbidden, nil)
		ask("trainer", "POST", "", `{}`, http.StatusUnprocessableEntity, nil)
		ask("trainer", "POST", "", `{"trials":3,"dials":["name"]}`, http.StatusUnprocessableEntity, nil)
		ask("trainer", "POST", "", `{"trials":3,"sampler":"tune.magic.v1"}`, http.StatusNotFound, nil)
		var started tune.StudyStarted
		ask("trainer", "POST", "", `{"trials":12,"seed":2,"dials":["rate"],"ranges":{"rate":{"min":0.1,"max":1}},"fixed":{"depth":4}}`, http.StatusAccepted, &started)
		job, err := runner.Wait(t.Context(), started.JobID)
		if err != nil || job.State != jobs.Done || job.Done != 12 || job.Total != 12 {
			t.Fatalf("job %+v, %v", job, err)
		}
		var page api.Page[tune.Study]
		ask("viewer", "GET", "", "", http.StatusOK, &page)
		if len(page.Items) != 1 || page.Items[0].State != tune.Done || page.Items[0].DoneCount != 12 || page.Items[0].ActorID != "trainer" {
			t.Fatalf("list %+v", page)
		}
		var first, second tune.StudyShown
		ask("viewer", "GET", "/"+started.Study.ID+"?limit=10", "", http.StatusOK, &first)
		ask("viewer", "GET", "/"+started.Study.ID+"?limit=10&cursor="+first.Next, "", http.StatusOK, &second)
		if len(first.Items) != 10 || len(second.Items) != 2 || second.Next != "" || second.Items[1].Number != 11 {
			t.Errorf("%d and %d trials", len(first.Items), len(second.Items))
		}
		for _, trial := range append(first.Items, second.Items...) {
			if r := trial.Values["rate"].(float64); r < 0.1 || r > 1 || trial.Values["depth"] != 4.0 {
				t.Errorf("trial %+v leaves its range", trial)
			}
		}
		if first.AllTried {
			t.Error("all numbers between .1 and 1 are said to have been tried")
		}
		ask("viewer", "GET", "/nobody", "", http.StatusNotFound, nil)
		// Of two settings no more than two are tried again and again.
		var few tune.StudyStarted
		ask("trainer", "POST", "", `{"trials":100,"dials":["fold"]}`, http.StatusAccepted, &few)
		if job, err := runner.Wait(t.Context(), few.JobID); err != nil || job.State != jobs.Done || job.Done == 100 {
			t.Fatalf("job %+v, %v", job, err)
		}
		var tried tune.StudyShown
		ask("viewer", "GET", "/"+few.Study.ID, "", http.StatusOK, &tried)
		if !tried.AllTried || tried.Study.State != tune.Done {
			t.Errorf("two settings: %+v", tried)
		}
		// A study that has ended goes on, though its job is done.
		again, err := s.Resume(t.Context(), "p", started.Study.ID, 15)
		if err != nil || again.State != tune.Running {
			t.Fatalf("resumed: %+v, %v", again, err)
		}
		if job, err := runner.Wait(t.Context(), again.JobID); err != nil || job.State != jobs.Done {
			t.Fatalf("job %+v, %v", job, err)
		}
		if after, err := s.Study(t.Context(), "p", started.Study.ID); err != nil || after.State != tune.Done || after.DoneCount != 15 {
			t.Errorf("after it: %+v, %v", after, err)
		}
	})
}

func TestARaceResumesInTheMiddleOfATrial(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ask := tune.Study{ProductID: "p", Objective: "exact", Trials: 12, Seed: 3, Race: tune.Racing{Folds: 10}}
		alone := &bench{}
		s := newService(t, d, alone, nil)
		study, err := s.Create(t.Context(), ask)
		if err != nil || study.Race.Alpha != tune.RaceAlpha {
			t.Fatalf("%+v, %v", study.Race, err)
		}
		whole, err := s.Run(t.Context(), "p", study.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		fits := alone.calls.Load()
		b := &bench{}
		s = newService(t, d, b, nil)
		again, err := s.Create(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		b.stop.Store(&cancel)
		if _, err := s.Run(ctx, "p", again.ID, nil); !errors.Is(err, context.Canceled) {
			t.Fatalf("interrupted: %v", err)
		}
		half, err := s.Study(t.Context(), "p", again.ID)
		if err != nil || half.FitCount != 22 {
			t.Fatalf("kept %d fits of 22: %v", half.FitCount, err)
		}
		out, err := newService(t, d, b, nil).Run(t.Context(), "p", again.ID, nil)
		if err != nil || b.calls.Load() != fits+1 || !reflect.DeepEqual(plain(out.Trials), plain(whole.Trials)) {
			t.Errorf("resumed: %d calls, uninterrupted %d, %v", b.calls.Load(), fits, err)
		}
		full, err := s.Study(t.Context(), "p", again.ID)
		if err != nil || full.DoneCount != 12 || int64(full.FitCount) != fits || full.BestScore != whole.Best.Score {
			t.Errorf("%+v, %v", full, err)
		}
		if _, err := s.Create(t.Context(), tune.Study{ProductID: "p", Objective: "macro_f1", Trials: 3, Race: tune.Racing{Folds: 5}}); !errors.Is(err, tune.RaceFigure) {
			t.Errorf("a race by macro F1: %v", err)
		}
	})
}
