package app

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/testkit"
)

// TestProcessesShareADatabase starts two programs at the same moment on an empty
// PostgreSQL database, one that serves and one that works.
func TestProcessesShareADatabase(t *testing.T) {
	t.Parallel()
	address, folder := testkit.PostgresURL(t), filepath.Join(t.TempDir(), "data")
	var serving, working *App
	var wg sync.WaitGroup
	start := func(into **App, workers int) {
		wg.Go(func() {
			a, err := Open(context.Background(), Options{DataFolder: folder, Database: address, Workers: workers})
			if err != nil {
				t.Error(err)
				return
			}
			*into = a
		})
	}
	start(&serving, -1)
	start(&working, 1)
	wg.Wait()
	for _, a := range []*App{serving, working} {
		if a == nil {
			t.FailNow()
		}
		t.Cleanup(func() {
			if err := a.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	if serving.Owner.ID != working.Owner.ID {
		t.Errorf("two owners: %+v and %+v", serving.Owner, working.Owner)
	}
	var id string
	changes := serving.Jobs.Watch(t.Context())
	err := serving.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		id, err = serving.Jobs.Enqueue(ctx, tx, sweepKind, nil)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for j := range changes { // ends with the test if nothing comes
		if j.ID == id && j.State.Finished() {
			if j.State != jobs.Done {
				t.Errorf("the other process ended it as %s: %+v", j.State, j.Failure)
			}
			return
		}
	}
	t.Error("the end of the job was not heard")
}
