package app

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zhuomo/dataset"
	"zhuomo/examples"
	"zhuomo/examples/spoil"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
)

// stays are the tables that belong to no product: people, what the program knows
// of itself, and what is kept of a deleted product.
var stays = []string{"people_accounts", "people_links", "people_sessions", "people_tokens", "people_identities", "people_visits", "people_audit", "people_audit_head", "people_audit_noted", "product_deletions", "serve_signers"}

// anHourAhead is a clock by which all files are idle.
func anHourAhead() time.Time { return time.Now().Add(time.Hour) }

// TestADeletedProductLeavesNothing makes an example product beside another one
// that shares files with it, through a restart of the program in the middle;
// deletes it, and compares every table and every file with what there was before.
// A new table must come into the example, or into more below, or the test fails:
// nobody can forget to erase it.
func TestADeletedProductLeavesNothing(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	open := func() *App {
		a, err := Open(t.Context(), Options{DataFolder: folder, Now: anHourAhead, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := open()
	defer func() { a.Close(context.Background()) }()
	neighbour(t, a)
	tables, files := contents(t, a), walk(t, a)

	var made making
	ask(t, a, "POST", "/api/v1/product-examples", `{"name":"要删的"}`, &made)
	comesTo(t, a, made.JobID, 4)
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	a = open()
	finished(t, a, made.JobID)
	sets, err := a.Stages.Data.Datasets(t.Context(), made.Product, "", 10)
	if err != nil || len(sets) != 2 { // the chats and the corrected turns
		t.Errorf("after a restart there are the data sets %+v, %v", sets, err)
	}
	if live, err := a.Stages.Serve.Release(t.Context(), made.Product, "live"); err != nil || live.Number > 3 {
		t.Errorf("live is %+v, %v", live, err)
	}
	more(t, a, made.Product)
	for name, rows := range contents(t, a) {
		if len(rows) <= len(tables[name]) && !slices.Contains(stays, name) {
			t.Errorf("the product has no row in %s: add one to more, and the table to its stage's Erase", name)
		}
	}
	if len(walk(t, a)) <= len(files) {
		t.Error("the product has no files")
	}

	if status, code := call(t, a, a.Owner.Actor(), "DELETE", "/api/v1/products/"+made.Product+"?name=another"); status != 422 && status != 400 || code != "dataset.other_name" {
		t.Errorf("another name gave %d %s", status, code)
	}
	var gone deleting
	ask(t, a, "DELETE", "/api/v1/products/"+made.Product+"?name=%E8%A6%81%E5%88%A0%E7%9A%84", "", &gone)
	if status, _ := call(t, a, a.Owner.Actor(), "GET", "/api/v1/products/"+made.Product+"/overview"); status != 404 {
		t.Errorf("the product is still seen: %d", status)
	}
	job := finished(t, a, gone.JobID)
	t.Logf("deleted: %s", job.Result)

	after := contents(t, a)
	for name, rows := range after {
		if slices.Contains(stays, name) {
			continue
		}
		for row := range rows {
			if !tables[name][row] && !(name == "jobs" && strings.Contains(row, deleteKind)) {
				t.Errorf("%s still has %.200s", name, row)
			}
		}
		for row := range tables[name] {
			if !rows[row] {
				t.Errorf("%s has lost the neighbour's %.200s", name, row)
			}
		}
	}
	left := walk(t, a)
	for _, h := range slices.Sorted(maps.Keys(left)) {
		if !files[h] {
			body, _ := blob.ReadAll(t.Context(), a.Blobs, h)
			t.Errorf("the file %s is still there: %.80q", h, body)
		}
	}
	for h := range files {
		if !left[h] {
			t.Errorf("the neighbour's file %s is gone", h)
		}
	}
	deletions, err := a.Stages.Data.Deletions(t.Context(), "", 10)
	if err != nil || len(deletions) != 1 || deletions[0].Name != "要删的" || deletions[0].Actor != a.Owner.Name || deletions[0].RowCount < 1000 || deletions[0].EndedUS == 0 {
		t.Errorf("deletions: %+v, %v", deletions, err)
	}
	// The name is free again.
	if _, err := a.Stages.Data.CreateProduct(t.Context(), "要删的"); err != nil {
		t.Errorf("the name: %v", err)
	}
}

// TestAStoppedExampleStays stops an example: what runs for it ends too, it is not
// begun again over what a person may have done, and it can be deleted.
func TestAStoppedExampleStays(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	var made making
	ask(t, a, "POST", "/api/v1/product-examples", `{"lang":"en"}`, &made)
	if made.Name != "Travel service" {
		t.Errorf("it is called %s", made.Name)
	}
	if status, code := call(t, a, a.Owner.Actor(), "POST", "/api/v1/product-examples"); status != 400 && status != 422 {
		t.Errorf("no body: %d %s", status, code)
	}
	comesTo(t, a, made.JobID, 2)
	if err := a.Jobs.Cancel(t.Context(), made.JobID); err != nil {
		t.Fatal(err)
	}
	job, err := a.Jobs.Wait(t.Context(), made.JobID)
	if err != nil || job.State != jobs.Cancelled {
		t.Fatalf("%s, %v", job.State, err)
	}
	if err := a.Jobs.End(t.Context(), made.Product, ""); err != nil { // its parts were told to end
		t.Fatal(err)
	}
	if raw, err := a.Stages.Data.Datasets(t.Context(), made.Product, "", 10); err != nil || len(raw) != 1 || raw[0].RowCount == 0 {
		t.Errorf("what was made stays: %+v, %v", raw, err)
	}
	if err := a.Jobs.Retry(t.Context(), made.JobID); err != nil {
		t.Fatal(err)
	}
	if job, err = a.Jobs.Wait(t.Context(), made.JobID); err != nil || job.State != jobs.Failed || job.Failure.Code != "app.example_stopped" {
		t.Errorf("tried again: %s %v %v", job.State, job.Failure, err)
	}
	var gone deleting
	ask(t, a, "DELETE", "/api/v1/products/"+made.Product+"?name=Travel+service", "", &gone)
	var e erased
	if err := json.Unmarshal(finished(t, a, gone.JobID).Result, &e); err != nil || e.Rows == 0 || e.Later == 0 || e.Files != 0 {
		t.Errorf("files that were put just now go later: %+v, %v", e, err)
	}
	later, _, err := a.Jobs.List(t.Context(), jobs.Filter{Kind: sweepKind})
	if err != nil || len(later) != 1 || later[0].RunAtUS < time.Now().Add(idleFiles/2).UnixMicro() {
		t.Errorf("the sweep: %+v, %v", later, err)
	}
}

// comesTo waits until a job has done so many units.
func comesTo(t *testing.T, a *App, id string, done int64) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for j := range a.Jobs.Watch(ctx) {
		if j.ID == id && (j.Done >= done || j.State.Finished()) {
			if j.State.Finished() {
				t.Fatalf("it was faster: %s %s", j.State, failure(j))
			}
			return
		}
	}
}

// neighbour is a product that shares a raw file and a flow with the example.
func neighbour(t *testing.T, a *App) {
	t.Helper()
	example, err := examples.Find("")
	if err != nil {
		t.Fatal(err)
	}
	material, err := example.Material()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	truth, err := spoil.Spoil(material, 1, folder, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	product, err := a.Stages.Data.CreateProduct(t.Context(), "邻居")
	if err != nil {
		t.Fatal(err)
	}
	chats, err := a.Stages.Data.Create(t.Context(), product.ID, "会话")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(folder, truth.Files[0].Name))
	if err != nil {
		t.Fatal(err)
	}
	hash, err := blob.PutBytes(t.Context(), a.Blobs, raw)
	if err != nil {
		t.Fatal(err)
	}
	id, err := a.Stages.Data.StartImport(t.Context(), dataset.Order{DatasetID: chats.ID, Raw: string(hash), Name: truth.Files[0].Name})
	if err != nil {
		t.Fatal(err)
	}
	finished(t, a, id)
	flow, err := example.File("flow.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.Stages.Dialog.Save(t.Context(), product.ID, "", 0, flow); err != nil {
		t.Fatal(err)
	}
}

// more gives the product a row in each table that the example leaves empty.
func more(t *testing.T, a *App, product string) {
	t.Helper()
	of := func(table string) (id string) {
		err := a.DB.Reader().QueryRowContext(t.Context(), "SELECT MIN(id) FROM "+table+" WHERE product_id = $1", product).Scan(&id)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	var task string
	if err := a.DB.Reader().QueryRowContext(t.Context(), "SELECT MIN(id) FROM label_tasks WHERE queue_id = $1", of("label_queues")).Scan(&task); err != nil {
		t.Fatal(err)
	}
	queue, report := of("label_queues"), of("reports")
	rows := [][]any{
		{"INSERT INTO label_skips (task_id, person, reason, at_us) VALUES ($1, 'x', 'x', 1)", task},
		{"INSERT INTO label_returns (id, queue_id, task_id, person, labels_json, reason, actor_id, at_us) VALUES ('x', $1, $2, 'x', '[]', 'x', 'x', 1)", queue, task},
		{"INSERT INTO label_checks (id, product_id, version, who, report_json, at_us) VALUES ('x', $1, 1, 'x', '{}', 1)", product},
		{"INSERT INTO label_adoptions (id, product_id, version_id, column_name, guideline_version, created_us) VALUES ('x', $1, 'x', 'x', 1, 1)", product},
		{"INSERT INTO eval_verdicts (report_id, row_id, verdict, at_us) VALUES ($1, 'x', 'x', 1)", report},
		{"INSERT INTO eval_signatures (report_id, release_id, release_name, at_us) VALUES ($1, 'x', 'x', 1)", report},
		{"INSERT INTO eval_curves (product_id, model_id, body, at_us) VALUES ($1, 'x', '{}', 1)", product},
		{"INSERT INTO eval_crossed (product_id, model_id, body, at_us) VALUES ($1, 'x', '[]', 1)", product},
		{"INSERT INTO batches (id, product_id, name, body, created_us) VALUES ('x', $1, 'x', '{}', 1)", product},
		{"INSERT INTO batch_rows (batch_id, at, cells) VALUES ('x', 1, '[]')"},
		{"INSERT INTO asked (study_id, number, state, lease, value_json, asked_us, due_us) VALUES ($1, 999, 'told', 'x', '{}', 1, 1)", of("studies")},
		{"INSERT INTO reported (study_id, number, step, value) VALUES ($1, 999, 1, 1)", of("studies")},
		{"INSERT INTO journal_lines (product_id, journal, number, line) VALUES ($1, 'x', 0, 'x')", product},
		{"INSERT INTO knowledge_dismissals (product_id, entry_id, wording_key, dismissed_us, dismissed_by) VALUES ($1, 'x', 'x', 1, 'x')", product},
		{"INSERT INTO thread_reveals (id, product_id, thing) VALUES ('x', $1, 'x')", product},
		{"INSERT INTO mlflow_experiments (product_id, id, name, stage, made_ms, changed_ms) VALUES ($1, 'x', 'x', 'x', 1, 1)", product},
		{"INSERT INTO mlflow_runs (id, product_id, experiment_id, name, status, stage, start_ms) VALUES ('x', $1, 'x', 'x', 'x', 'x', 1)", product},
		{"INSERT INTO mlflow_texts (run_id, kind, key, product_id, value) VALUES ('x', 'x', 'x', $1, 'x')", product},
		{"INSERT INTO mlflow_metrics (run_id, key, step, at_ms, value, product_id) VALUES ('x', 'x', 1, 1, 1, $1)", product},
		{"INSERT INTO mlflow_latest (run_id, key, product_id, step, at_ms, value) VALUES ('x', 'x', $1, 1, 1, 1)", product},
		{"INSERT INTO mlflow_artifacts (product_id, path, hash, bytes) VALUES ($1, 'x', 'x', 1)", product},
		{"INSERT INTO mlflow_models (product_id, kind, id, body_json, changed_ms) VALUES ($1, 'x', 'x', '{}', 1)", product},
		{"INSERT INTO serve_tastes (product_id, customer, table_name, body, revision, changed_us) VALUES ($1, 'x', 'x', '{}', 1, 1)", product},
		{"INSERT INTO serve_voices (id, product_id, name, platform, created_us) VALUES ('x', $1, 'x', 'x', 1)", product},
		{"INSERT INTO serve_heard (voice_id, request_id, product_id, until_us) VALUES ('x', 'x', $1, 1)", product},
		{"INSERT INTO serve_untold (session_id, turn_id, product_id, at_us) VALUES ('x', 'x', $1, 1)", product},
		{"INSERT INTO mlflow_points (run_id, key, seq, product_id, held, packed) VALUES ('x', 'x', 0, $1, 0, '')", product},
		{"INSERT INTO mlflow_traces (product_id, id, experiment_id) VALUES ($1, 'x', 'x')", product},
		{"INSERT INTO mlflow_spans (product_id, trace_id, id, begun_ns, ended_ns, span_json) VALUES ($1, 'x', 'x', 1, 1, '{}')", product},
		{"INSERT INTO mlflow_requests (id, product_id, model, version, from_stage, to_stage, state, asked_us) VALUES ('x', $1, 'x', '1', 'x', 'x', 'x', 1)", product},
		{"INSERT INTO serve_ratings (turn_id, product_id, good, at_us) VALUES ('x', $1, TRUE, 1)", product},
		{"INSERT INTO api_answers (actor, key, product_id, fingerprint, status, created_us) VALUES ('x', 'x', $1, 'x', 200, 1)", product},
	}
	for _, r := range rows {
		err := a.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.ExecContext(ctx, r[0].(string), r[1:]...)
			return err
		})
		if err != nil {
			t.Fatalf("%s: %v", r[0], err)
		}
	}
}

// contents is every row of every table, as text.
func contents(t *testing.T, a *App) map[string]map[string]bool {
	t.Helper()
	tables, err := db.All[string](queried(a.DB.Reader().QueryContext(t.Context(), `SELECT name FROM sqlite_master
		WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'schema_%' ORDER BY name`)))
	if err != nil || len(tables) < 40 {
		t.Fatalf("tables %v: %v", tables, err)
	}
	all := map[string]map[string]bool{}
	for _, name := range tables {
		rows, err := a.DB.Reader().QueryContext(t.Context(), "SELECT * FROM "+name)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		all[name] = map[string]bool{}
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}
			var line strings.Builder
			for i, v := range values {
				fmt.Fprintf(&line, "%s=%v ", columns[i], *v.(*any))
			}
			all[name][line.String()] = true
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func queried(rows *sql.Rows, err error) (*sql.Rows, error, func(*string) []any) {
	return rows, err, func(s *string) []any { return []any{s} }
}

func walk(t *testing.T, a *App) map[blob.Hash]bool {
	t.Helper()
	all := map[blob.Hash]bool{}
	err := a.Blobs.Walk(t.Context(), func(h blob.Hash, _ int64) error { all[h] = true; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// ask sends JSON as the owner and reads the answer.
func ask(t *testing.T, a *App, method, path, body string, into any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := a.Server.Local(a.Owner.Actor()).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %s %v", method, path, response.StatusCode, text, err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s %s: %s: %v", method, path, text, err)
	}
}

// finished waits for a job, which must end well.
func finished(t *testing.T, a *App, id string) jobs.Job {
	t.Helper()
	job, err := a.Jobs.Wait(t.Context(), id)
	if err != nil || job.State != jobs.Done {
		t.Fatalf("job %s: %s %s %v", job.Kind, job.State, failure(job), err)
	}
	return job
}
