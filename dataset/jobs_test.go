package dataset_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/testkit"
)

// TestAnImportThatIsRunAgainFindsItsVersion puts a job back to where a crash
// between the commit of its version and that of its end would have left it. It
// must find the version, which is not that of the dataset's first file.
func TestAnImportThatIsRunAgainFindsItsVersion(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		blobs := testkit.TempBlobs(t)
		runner, err := jobs.Open(t.Context(), d, jobs.Options{Workers: 1, Now: time.Now, Log: slog.New(slog.DiscardHandler), Alone: true})
		if err != nil {
			t.Fatal(err)
		}
		s, err := dataset.New(t.Context(), dataset.Needs{DB: d, Blobs: blobs, Now: time.Now, Jobs: runner, Formats: formats()})
		if err != nil {
			t.Fatal(err)
		}
		if err := runner.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = runner.Stop(context.Background()) })
		p, err := s.CreateProduct(t.Context(), "产品")
		if err != nil {
			t.Fatal(err)
		}
		set, err := s.Create(t.Context(), p.ID, "对话")
		if err != nil {
			t.Fatal(err)
		}
		var last jobs.Job
		for _, name := range []string{"a", "b"} {
			raw, _, err := blobs.Put(t.Context(), strings.NewReader("id,text\n"+name+",你好\n"))
			if err != nil {
				t.Fatal(err)
			}
			id, err := s.StartImport(t.Context(), dataset.Order{DatasetID: set.ID, Raw: string(raw), Name: name + ".csv"})
			if err != nil {
				t.Fatal(err)
			}
			if last, err = runner.Wait(t.Context(), id); err != nil || last.State != jobs.Done {
				t.Fatalf("%+v %v", last.Failure, err)
			}
		}
		// The end is forgotten, the checkpoint is as the version's transaction left it.
		err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE jobs SET state = 'queued', checkpoint = result, result = '' WHERE id = $1", last.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		again, err := runner.Wait(t.Context(), last.ID)
		if err != nil || again.State != jobs.Done || string(again.Result) != string(last.Result) {
			t.Errorf("run again: %s %+v %v, before %s", again.Result, again.Failure, err, last.Result)
		}
	})
}
