package feedback

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"zhuomo/evaluate"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/testkit"
	"zhuomo/learn"
	"zhuomo/learn/linear"
)

// stages stand for those above the fix loop: one live turn, one release.
type stages struct {
	shop *Shop
	live string
	put  []string
}

func (s *stages) Sights(context.Context, string, string, int) ([]Seen, error) {
	return nil, nil
}
func (s *stages) Rated(context.Context, string, int64, int) ([]Seen, error) { return nil, nil }
func (s *stages) Look(_ context.Context, turn string) (Seen, error) {
	return Seen{Item: Item{TurnID: turn, ProductID: "p", Text: "我要订房"}}, nil
}
func (s *stages) Shop(context.Context, string) (*Shop, error) { return s.shop, nil }
func (s *stages) Relabel(context.Context, string, Seen, []string, string) (row, label string, err error) {
	return "row", "label", nil
}
func (s *stages) Unlabel(context.Context, string, string, string, string) error { return nil }
func (s *stages) KeepModel(context.Context, string, learn.Model, float64, []string) (string, error) {
	return "m2", nil
}
func (s *stages) Put(_ context.Context, _ string, r NewRelease) error {
	s.live, s.put = r.ID, append(s.put, r.ModelID)
	return nil
}
func (s *stages) Back(context.Context, string, string) (bool, error)  { return false, nil }
func (s *stages) LiveRelease(context.Context, string) (string, error) { return s.live, nil }
func (s *stages) FixMade(context.Context, string, Fix) error          { return nil }

// openLoop is a fix loop over a small product; its gate wants exact of the test rows.
func openLoop(t *testing.T, d *db.DB, exact float64) (*Service, *jobs.Runner, *stages) {
	t.Helper()
	ctx := t.Context()
	runner, err := jobs.Open(ctx, d, jobs.Options{Alone: true, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	l := linear.New()
	values, err := l.Spec().Fill(nil)
	if err != nil {
		t.Fatal(err)
	}
	labels := []string{"book", "refund"}
	trainer, err := l.Trainer(learn.Single, labels, values, learn.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	var examples []learn.Example
	for i := range 20 {
		examples = append(examples, learn.Example{RowID: fmt.Sprint("b", i), Text: fmt.Sprintf("想住%d晚酒店", i), Labels: []int{0}},
			learn.Example{RowID: fmt.Sprint("r", i), Text: fmt.Sprintf("第%d单要退款，我要退", i), Labels: []int{1}})
	}
	if err := trainer.Put(examples...); err != nil {
		t.Fatal(err)
	}
	model, err := trainer.Fit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	reports, err := evaluate.New(ctx, evaluate.Needs{DB: d, Jobs: runner, Now: d.Now})
	if err != nil {
		t.Fatal(err)
	}
	s := &stages{live: "r1", shop: &Shop{Trainer: trainer, Labels: labels, Live: model, LiveID: "m1",
		Test: learn.Data{Task: learn.Single, Labels: labels, Examples: examples[:8]},
		Gate: evaluate.Gate{Name: "g", Rules: []evaluate.Rule{{ID: "exact", Metric: "exact", Min: exact}}}}}
	f, err := New(ctx, d, runner, d.Now, reports, Needs{Turns: s, Shops: s, Relabeller: s, Keeper: s, Releaser: s, Ledger: s})
	if err != nil {
		t.Fatal(err)
	}
	if err := runner.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = runner.Stop(context.WithoutCancel(ctx)) })
	return f, runner, s
}

// order asks over the route for a fix and waits until its job has ended; parts
// are the notes told on the way.
func order(t *testing.T, f *Service, runner *jobs.Runner) (id string, job jobs.Job, parts []string) {
	t.Helper()
	ctx, done := context.WithTimeout(t.Context(), 30*time.Second)
	defer done()
	events := runner.Watch(ctx)
	id, err := f.enqueue(ctx, "p", jobArgs{Turn: "t1", Labels: []string{"book"}, Actor: "lin"})
	if err != nil {
		t.Fatal(err)
	}
	for e := range events {
		if e.ID != id {
			continue
		}
		if e.NoteEN != "" && (len(parts) == 0 || parts[len(parts)-1] != e.NoteEN) {
			parts = append(parts, e.NoteEN)
		}
		if e.State.Finished() {
			return id, e, parts
		}
	}
	t.Fatalf("the fix did not end: %v", ctx.Err())
	return "", job, nil
}

func TestAFixTellsItsPartsAndKeepsALog(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		f, runner, s := openLoop(t, d, .5)
		id, job, parts := order(t, f, runner)
		if job.State != jobs.Done || job.Done != 5 || job.Total != 5 {
			t.Fatalf("job %s, %d of %d, %+v", job.State, job.Done, job.Total, job.Failure)
		}
		// A watcher may skip states in between; those that are told come in order.
		loop := "relabel train test gate release"
		at := 0
		for _, p := range parts {
			next := strings.Index(loop[at:], p)
			if next < 0 {
				t.Fatalf("parts told: %v", parts)
			}
			at += next
		}
		fix, err := f.fix(t.Context(), id)
		if err != nil || fix.State != Live || !fix.Learnt || s.live != id {
			t.Fatalf("%+v, %v", fix, err)
		}
		c := fix.Clock
		if sum := c.Relabel + c.Train + c.Test + c.Gate + c.Release; c.Train <= 0 || c.Release <= 0 || sum > fix.Seconds || sum < .8*fix.Seconds {
			t.Errorf("the parts %+v add up to %.4f s of %.4f", c, sum, fix.Seconds)
		}
		logged := map[Part]int{}
		for _, l := range fix.Log {
			logged[l.Part]++
			if l.Text.ZH == "" || l.Text.EN == "" {
				t.Errorf("a line in one language only: %+v", l)
			}
		}
		for _, p := range []Part{Relabelling, Training, Testing, Gating, Releasing} {
			if logged[p] == 0 {
				t.Errorf("nothing logged of %s: %+v", p, fix.Log)
			}
		}
	})
}

func TestARefusedFixStopsAtTheGateAndSaysWhy(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		f, runner, s := openLoop(t, d, 1.1) // more than all
		id, job, _ := order(t, f, runner)
		fix, err := f.fix(t.Context(), id)
		if err != nil || job.State != jobs.Done || fix.State != Refused || fix.Clock.Release != 0 || len(s.put) != 0 {
			t.Fatalf("%+v, %v", fix, err)
		}
		last := fix.Log[len(fix.Log)-1]
		if last.Part != Gating || !strings.Contains(last.Text.EN, "refused: exact") {
			t.Errorf("the log ends with %+v", last)
		}
	})
}
