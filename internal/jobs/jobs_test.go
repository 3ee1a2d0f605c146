package jobs_test

import (
	"context"
	"testing"

	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/testkit"
)

func TestSmoke(t *testing.T) {
	d := testkit.OpenDB(t)
	r, err := jobs.Open(t.Context(), d, jobs.Options{Alone: true})
	if err != nil {
		t.Fatal(err)
	}
	r.Handle("x.y", func(ctx context.Context, j jobs.Job, p *jobs.Report) (any, error) {
		var n int
		if err := j.Args(&n); err != nil {
			return nil, err
		}
		p.Total(10)
		p.Add(10)
		return n + 1, nil
	})
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	var id string
	if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		id, err = r.Enqueue(ctx, tx, "x.y", 41)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	j, err := r.Wait(t.Context(), id)
	if err != nil || string(j.Result) != "42" || j.Done != 10 {
		t.Fatalf("%+v %v", j, err)
	}
	if err := r.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}
