package app

import (
	"context"
	"testing"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/testkit"
)

// TestEveryStageErasesOnBothEngines runs each statement that forgets a product and
// each that looks for its files.
func TestEveryStageErasesOnBothEngines(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		a := &App{DB: d, Blobs: testkit.TempBlobs(t), options: Options{Now: time.Now}}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		var err error
		a.Jobs, err = jobs.Open(t.Context(), d, jobs.Options{})
		must(err)
		must(d.Migrate(t.Context(), "api", api.Migrations()))
		a.Stages, err = a.join(t.Context())
		must(err)
		product, err := a.Stages.Data.CreateProduct(t.Context(), "客服")
		must(err)
		_, err = a.Stages.Data.Create(t.Context(), product.ID, "聊天")
		must(err)
		deletion, err := a.Stages.Data.BeginDeletion(t.Context(), "客服", "客服", func(context.Context, db.Tx, dataset.Deletion) error { return nil })
		must(err)
		if _, err := a.Stages.Data.FindProduct(t.Context(), product.ID); err == nil {
			t.Error("it is still found")
		}
		rows := 0
		for _, stage := range a.erasers() {
			n, err := stage.Erase(t.Context(), product.ID)
			must(err)
			rows += n
		}
		n, err := a.Jobs.Erase(t.Context(), product.ID, "")
		must(err)
		m, err := api.Erase(t.Context(), d, product.ID)
		must(err)
		if rows+n+m != 1 { // the dataset
			t.Errorf("%d + %d + %d rows", rows, n, m)
		}
		must(a.held(t.Context(), product.ID, func(h blob.Hash) { t.Errorf("it holds %s", h) }))
		must(a.held(t.Context(), "", func(h blob.Hash) { t.Errorf("somebody holds %s", h) }))
		must(a.Stages.Data.EndDeletion(t.Context(), deletion.ID, rows, 0))
		all, err := a.Stages.Data.Deletions(t.Context(), "", 10)
		must(err)
		if len(all) != 1 || all[0].EndedUS == 0 || all[0].RowCount != 1 || all[0].Name != "客服" {
			t.Errorf("%+v", all)
		}
	})
}
