package mlflow

import (
	"context"
	"slices"
	"testing"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
	"zhuomo/track"
)

// notes is a ledger that writes what it is told, each once: a write may be tried again.
type notes struct{ list []string }

func (n *notes) note(what string) {
	if !slices.Contains(n.list, what) {
		n.list = append(n.list, what)
	}
}

func (n *notes) LinkIn(_ context.Context, _ db.Tx, _ string, edges ...track.Edge) error {
	for _, e := range edges {
		n.note(string(e.From.Kind) + " " + e.From.ID + " of " + string(e.To.Kind) + " " + e.To.ID)
	}
	return nil
}

func (n *notes) RenameIn(_ context.Context, _ db.Tx, _ string, from, to track.Ref) error {
	n.note(from.ID + " is " + to.ID)
	return nil
}

func TestWhatIsLoggedIsWrittenIntoTheLedger(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		book := &notes{}
		s, err := New(t.Context(), d, nil, time.Now, book)
		if err != nil {
			t.Fatal(err)
		}
		run := must(t, s.createRun, `{"experiment_id":"0"}`)["run"].(map[string]any)["info"].(map[string]any)["run_id"].(string)
		must(t, s.logInputs, `{"run_id":%q,"datasets":[{"dataset":{"name":"chats","digest":"1a","source":"s","source_type":"local"}}]}`, run)
		logged := must(t, s.createLogged, `{"name":"net","source_run_id":%q}`, run)["model"].(map[string]any)["info"].(map[string]any)["model_id"].(string)
		must(t, s.logOutputs, `{"run_id":%q,"models":[{"model_id":%q,"step":1}]}`, run, logged)
		must(t, s.createModel, `{"name":"意图"}`)
		must(t, s.createVersion, `{"name":"意图","source":"models:/x","model_id":%q}`, logged)
		must(t, s.createVersion, `{"name":"意图","source":"s3://x"}`)
		must(t, s.renameModel, `{"name":"意图","new_name":"新"}`)
		want := []string{
			"logged_run " + run + " of outside_data chats@1a", "logged_model " + logged + " of logged_run " + run,
			"registered 意图/1 of logged_model " + logged, "registered 意图/1 of logged_run " + run, "意图/1 is 新/1", "意图/2 is 新/2",
		}
		if !slices.Equal(book.list, want) {
			t.Errorf("%q\nnot %q", book.list, want)
		}
	})
}
