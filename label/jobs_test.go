package label_test

import (
	"context"
	"encoding/json"
	"testing"

	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/testkit"
	"zhuomo/label"
)

// TestAJobThatIsRunAgainFindsTheQueueThatItOpened puts an ended job back to where
// a crash would have left it: the queue is open, the job does not know.
func TestAJobThatIsRunAgainFindsTheQueueThatItOpened(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 4, nil)
		id, err := h.StartOpen(t.Context(), h.product, h.order("一", 1))
		if err != nil {
			t.Fatal(err)
		}
		opened := func() label.Queue {
			t.Helper()
			j, err := h.runner.Wait(t.Context(), id)
			if err != nil || j.State != jobs.Done {
				t.Fatalf("%+v, %v", j.Failure, err)
			}
			var q label.Queue
			if err := json.Unmarshal(j.Result, &q); err != nil {
				t.Fatal(err)
			}
			return q
		}
		first := opened()
		h.claim(t, first, "甲", 3)
		err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE jobs SET state = 'queued', result = '' WHERE id = $1", id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if again := opened(); again.ID != first.ID || again.State != "open" || again.TaskCount != first.TaskCount {
			t.Errorf("opened %+v, again %+v", first, again)
		}
		all, err := h.Queues(t.Context(), h.product, "", 10)
		if err != nil || len(all) != 1 {
			t.Errorf("%d queues, %v", len(all), err)
		}
		if held, err := h.Held(t.Context(), first.ID, "甲"); err != nil || len(held) != 3 {
			t.Errorf("%d tasks held, %v", len(held), err)
		}
	})
}
