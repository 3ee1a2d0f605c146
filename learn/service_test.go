package learn_test

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
	"slices"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/spec"
	"zhuomo/internal/testkit"
	"zhuomo/learn"
	"zhuomo/learn/chain"
	"zhuomo/learn/linear"
)

// trip is a source with two intents.
type trip struct{ rows int }

func (s trip) Examples(_ context.Context, product, version string) (learn.Lesson, error) {
	d := learn.Data{Task: learn.Single, Labels: []string{"hotel", "metro"}}
	for i := range s.rows {
		d.Examples = append(d.Examples, learn.Example{RowID: fmt.Sprint(product, "-", i), Text: []string{"订酒店%d", "坐地铁%d号线"}[i%2], Labels: []int{i % 2}})
	}
	return learn.Lesson{Data: d, VersionID: "data-" + version, GuidelineVersion: "g1", Simulated: true}, nil
}

// ledger counts what is written down.
type ledger struct{ made, runs []string }

func (l *ledger) ModelMade(_ context.Context, m learn.Made, run string) error {
	l.made, l.runs = append(l.made, m.ID), append(l.runs, run)
	return nil
}

type signedIn struct{}

func (signedIn) Recognise(_ context.Context, c api.Credential) (api.Actor, error) {
	return api.Actor{ID: c.Token, Roles: []api.Role{api.Role(c.Token)}}, nil
}

func newService(t *testing.T, n learn.Needs) *learn.Service {
	t.Helper()
	n.Now, n.Learners = time.Now, []learn.Learner{linear.New()}
	s, err := learn.New(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestServiceKeepsModelsAcrossRestarts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		blobs, book := testkit.TempBlobs(t), &ledger{}
		needs := learn.Needs{DB: d, Blobs: blobs, Source: trip{60}, Ledger: book}
		s := newService(t, needs)
		first, err := s.Train(t.Context(), learn.Order{ProductID: "p", Version: "v1", Seed: 7, Actor: "ann"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if first.Number != 1 || first.Seed != 7 || first.ActorID != "ann" || first.DataVersion != "data-v1" || !first.Simulated || first.ExampleCount != 60 || !strings.HasPrefix(first.ID, "sha256:") {
			t.Errorf("kept %+v", first)
		}
		if same, err := s.Train(t.Context(), learn.Order{ProductID: "p", Version: "v1", Seed: 7}, nil); err != nil || same.Number != 1 || same.ID != first.ID {
			t.Errorf("the same training again made m%d (%v)", same.Number, err)
		}
		second, err := s.Train(t.Context(), learn.Order{ProductID: "p", Seed: 8}, nil)
		if err != nil || second.Number != 2 {
			t.Fatalf("second model: m%d, %v", second.Number, err)
		}
		if elsewhere, err := s.Train(t.Context(), learn.Order{ProductID: "q", Seed: 7}, nil); err != nil || elsewhere.Number != 1 {
			t.Errorf("another product counts from m%d (%v)", elsewhere.Number, err)
		}
		in := []learn.Input{{Text: "我坐地铁"}}
		_, warm, err := s.Open(t.Context(), "p", "m1")
		if err != nil {
			t.Fatal(err)
		}
		want, err := warm.Predict(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}

		again := newService(t, needs) // nothing in memory
		made, cold, err := again.Open(t.Context(), "p", first.ID)
		if err != nil || made.Number != 1 {
			t.Fatalf("open after restart: m%d, %v", made.Number, err)
		}
		if got, err := cold.Predict(t.Context(), in); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("after a restart the model answers %+v (%v), before %+v", got, err, want)
		}
		if w, err := cold.Witnesses(t.Context(), in[0], "metro", 1); err != nil || len(w) != 1 || !strings.HasPrefix(w[0].RowID, "p-") {
			t.Errorf("witnesses after a restart: %+v, %v", w, err)
		}
		if ids, err := again.RowIDs(t.Context(), "p", "latest"); err != nil || len(ids) != 60 || ids[59] != "p-59" {
			t.Errorf("row ids: %d, %v", len(ids), err)
		}
		if list, err := again.List(t.Context(), "p", 1<<30, 10); err != nil || len(list) != 2 || list[0].ID != second.ID {
			t.Errorf("list: %+v, %v", list, err)
		}
		if _, err := again.Find(t.Context(), "p", "m9"); !errors.Is(err, learn.NoSuchModel) {
			t.Errorf("unknown model: %v", err)
		}
		if len(book.made) < 3 {
			t.Errorf("%d models written down", len(book.made))
		}
	})
}

// TestANewModelIsTheNewestAtOnce asks before and right after each training.
func TestANewModelIsTheNewestAtOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newService(t, learn.Needs{DB: d, Blobs: testkit.TempBlobs(t), Source: trip{60}})
		if m, err := s.Newest(t.Context(), "p"); m != nil || !errors.Is(err, learn.NoSuchModel) {
			t.Fatalf("before: %v, %v", m, err)
		}
		for seed := range 2 {
			made, err := s.Train(t.Context(), learn.Order{ProductID: "p", Seed: uint64(seed)}, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, want, err := s.Open(t.Context(), "p", made.ID)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if got, err := s.Newest(t.Context(), "p"); err != nil || got != want {
					t.Errorf("m%d is not the newest: %v", made.Number, err)
				}
			}
		}
	})
}

func TestTrainRefusesBeforeItQueues(t *testing.T) {
	s := newService(t, learn.Needs{DB: testkit.OpenDB(t), Blobs: testkit.TempBlobs(t)})
	if _, err := s.Train(t.Context(), learn.Order{ProductID: "p"}, nil); !errors.Is(err, learn.NoSource) {
		t.Errorf("no source: %v", err)
	}
	s = newService(t, learn.Needs{DB: testkit.OpenDB(t), Blobs: testkit.TempBlobs(t), Source: trip{10}})
	if _, err := s.Train(t.Context(), learn.Order{ProductID: "p", Learner: "learn.magic.v1"}, nil); !errors.Is(err, learn.UnknownLearner) {
		t.Errorf("unknown learner: %v", err)
	}
	if _, err := s.Train(t.Context(), learn.Order{ProductID: "p", Params: map[string]any{"cost": -1.0}}, nil); err == nil {
		t.Error("a cost below zero was accepted")
	}
}

func TestModelsOverHTTP(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		runner, err := jobs.Open(t.Context(), d, jobs.Options{Workers: 1, Now: time.Now, Log: slog.New(slog.DiscardHandler), Alone: true})
		if err != nil {
			t.Fatal(err)
		}
		s := newService(t, learn.Needs{DB: d, Blobs: testkit.TempBlobs(t), Jobs: runner, Source: trip{80}})
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
			r, err := http.NewRequestWithContext(t.Context(), method, h.URL+"/api/v1"+path, strings.NewReader(body))
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
		const models = "/products/p/models"
		ask("viewer", "POST", models, `{}`, http.StatusForbidden, nil)
		ask("trainer", "POST", models, `{"params":{"cost":1000}}`, http.StatusUnprocessableEntity, nil)
		var started api.Started
		ask("trainer", "POST", models, `{"seed":3,"params":{"passes":4}}`, http.StatusAccepted, &started)
		job, err := runner.Wait(t.Context(), started.JobID)
		if err != nil || job.State != jobs.Done || job.Done != job.Total || job.Total == 0 {
			t.Fatalf("job %+v, %v", job, err)
		}
		var page api.Page[learn.Made]
		ask("viewer", "GET", models+"?limit=1", "", http.StatusOK, &page)
		if len(page.Items) != 1 || page.Items[0].Number != 1 || page.Items[0].Params["passes"] != 4.0 || page.Next != "" {
			t.Fatalf("list %+v", page)
		}
		var made learn.Made
		ask("viewer", "GET", models+"/"+page.Items[0].ID, "", http.StatusOK, &made)
		if made.Seed != 3 || made.ActorID != "trainer" {
			t.Errorf("show %+v", made)
		}
		ask("viewer", "GET", models+"/m9", "", http.StatusNotFound, nil)
		var answers api.Page[learn.Prediction]
		ask("labeller", "POST", models+"/latest/predictions", `{"inputs":[{"text":"坐地铁","history":[{"who":"customer","text":"你好"}]}],"most":1}`, http.StatusOK, &answers)
		if len(answers.Items) != 1 || len(answers.Items[0].Scores) != 1 || answers.Items[0].Top().Label != "metro" {
			t.Errorf("predict %+v", answers)
		}
		// A model that finds stretches tells several readings, others say that they cannot.
		ask("labeller", "POST", models+"/m1/predictions", `{"inputs":[{"text":"坐地铁"}],"best":2}`, http.StatusUnprocessableEntity, nil)
		found := learn.Data{Task: learn.Spans, Labels: []string{"line"}}
		for i := range 20 {
			found.Examples = append(found.Examples, learn.Example{RowID: fmt.Sprint(i), Text: fmt.Sprintf("坐%d号线", i%5), Spans: []learn.Span{{Start: 1, End: 4, Label: 0}}})
		}
		values, err := chain.New().Spec().Fill(nil)
		if err != nil {
			t.Fatal(err)
		}
		tagger, err := chain.New().Fit(t.Context(), found, values, learn.Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Keep(t.Context(), "p", tagger, learn.Facts{}); err != nil {
			t.Fatal(err)
		}
		ask("labeller", "POST", models+"/m2/predictions", `{"inputs":[{"text":"坐3号线"}],"best":2}`, http.StatusOK, &answers)
		if list := answers.Items[0].Readings; len(list) != 2 || len(list[0].Spans) != 1 || list[0].Spans[0].Label != "line" || list[0].P < list[1].P {
			t.Errorf("readings %+v", list)
		}
		var why learn.Explained
		ask("labeller", "POST", models+"/m1/explanations", `{"text":"坐地铁","most":3}`, http.StatusOK, &why)
		if len(why.Explanation.Text) != 3 || len(why.Witnesses) != 3 || why.Explanation.Label != "metro" {
			t.Errorf("explain %+v", why)
		}
		var learners api.Page[learn.LearnerInfo]
		ask("viewer", "GET", "/learners", "", http.StatusOK, &learners)
		if len(learners.Items) != 1 || learners.Items[0].Name != linear.Name {
			t.Errorf("learners %+v", learners)
		}
	})
}

// outside is a learner that is a program of its own.
type outside struct {
	learn.Learner
	environ []string
	failing bool
}

func (*outside) RunsOutside() {}

func (o *outside) Fit(ctx context.Context, d learn.Data, v spec.Values, options learn.Options) (learn.Model, error) {
	o.environ = options.Environ
	if o.failing {
		return nil, context.DeadlineExceeded
	}
	return o.Learner.Fit(ctx, d, v, options)
}

// logbook notes what begins and how it ends.
type logbook struct{ notes []string }

func (l *logbook) Begin(_ context.Context, product, name string) (learn.Log, error) {
	l.notes = append(l.notes, "begin "+product+" "+name)
	return learn.Log{Run: "run1", Environ: []string{"RUN=1"}, End: func(_ context.Context, failed bool) error {
		l.notes = append(l.notes, fmt.Sprint("end ", failed))
		return nil
	}}, nil
}

func TestAProgramOfItsOwnGetsARunToLogTo(t *testing.T) {
	book, down, program := &logbook{}, &ledger{}, &outside{Learner: linear.New()}
	s, err := learn.New(t.Context(), learn.Needs{
		DB: testkit.OpenDB(t), Blobs: testkit.TempBlobs(t), Now: time.Now, Source: trip{60}, Logbook: book, Ledger: down, Learners: []learn.Learner{program},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Train(t.Context(), learn.Order{ProductID: "p"}, nil); err != nil {
		t.Fatal(err)
	}
	program.failing = true
	if _, err := s.Train(t.Context(), learn.Order{ProductID: "p"}, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the failure was lost: %v", err)
	}
	if got := strings.Join(book.notes, ", "); got != "begin p learn.linear.v1, end false, begin p learn.linear.v1, end true" || len(program.environ) != 1 {
		t.Errorf("%s; %v", got, program.environ)
	}
	if !slices.Equal(down.runs, []string{"run1"}) {
		t.Errorf("the model came of %v", down.runs)
	}
}
