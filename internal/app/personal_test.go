package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/text"
)

// canaries are what no answer may show, and canarySaid is a sentence with them all.
var canaries = []string{"13912345678", "11010519491231002X", "canary.bird@example.com"}

const canarySaid = "我叫小雀，电话13912345678，身份证11010519491231002X，邮箱canary.bird@example.com"

// canariesIn lists the canaries in a text, however wide they are written.
func canariesIn(answer string) (found []string) {
	plain := text.NarrowAll(answer)
	for _, c := range canaries {
		if strings.Contains(plain, c) {
			found = append(found, c)
		}
	}
	return found
}

// plant puts the canaries into everything that customers said and people answered
// in a product: into its tables, and into a new dataset of it.
func plant(t *testing.T, a *App, product string) (version string) {
	t.Helper()
	for _, where := range []string{
		"label_tasks SET text = %s", `label_tasks SET context_json = '[{"who":"customer","text":"' || %s || '"}]'`,
		"label_skips SET reason = %s", "label_returns SET reason = %s",
		"inbox_items SET text = %s, reply = %s", "serve_turns SET text = %s", `serve_turns SET parts = '[{"kind":"text","text":"' || %s || '"}]'`, "label_gold SET text = %s",
		"batch_rows SET cells = '[\"' || %s || '\"]'", `batches SET body = '{"id":"x","product_id":"' || product_id || '","columns":["q"]}'`,
		"eval_texts SET text = replace(text, 'checks:', 'checks:' || char(10) || '  - id: canary' || char(10) || '    kind: minimum' || char(10) || '    text: ' || %s || char(10) || '    labels: [x]') WHERE kind = 'suite'",
		"quarantine SET row_json = replace(row_json, '\"values\":[\"', '\"values\":[\"' || %s)",
	} {
		sql := "UPDATE " + strings.ReplaceAll(where, "%s", "'"+canarySaid+"'")
		err := a.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			result, err := tx.ExecContext(ctx, sql)
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); n == 0 || err != nil {
				return fmt.Errorf("%d rows, %w", n, err)
			}
			return nil
		})
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	set, err := a.Stages.Data.Create(t.Context(), product, "金丝雀")
	if err != nil {
		t.Fatal(err)
	}
	var file strings.Builder
	file.WriteString("session,text\n")
	for i := range 20 {
		fmt.Fprintf(&file, "s%d,%s\n", i/4, canarySaid)
	}
	hash, err := blob.PutBytes(t.Context(), a.Blobs, []byte(file.String()))
	if err != nil {
		t.Fatal(err)
	}
	id, err := a.Stages.Data.StartImport(t.Context(), dataset.Order{DatasetID: set.ID, Raw: string(hash), Name: "canary.csv"})
	if err != nil {
		t.Fatal(err)
	}
	finished(t, a, id)
	v, err := a.Stages.Data.Find(t.Context(), set.ID, "latest")
	if err != nil {
		t.Fatal(err)
	}
	return v.ID
}

// work has the owner clean the version, and label it: one task answered, one
// skipped, one in hand.
func work(t *testing.T, a *App, product, version string) (run, queue, task string) {
	t.Helper()
	at := "/api/v1/products/" + product
	var saved any
	ask(t, a, "PUT", at+"/recipes", `{"source":"name: 金丝雀\nsteps:\n  - use: clean.punctuation.v1\n"}`, &saved)
	var started struct {
		JobID string `json:"job_id"`
		RunID string `json:"run_id"`
	}
	ask(t, a, "POST", at+"/recipes/"+url.PathEscape("金丝雀")+"/runs", `{"version":"`+version+`"}`, &started)
	finished(t, a, started.JobID)
	var draft struct {
		Order map[string]any `json:"order"`
	}
	ask(t, a, "GET", at+"/queue-drafts/"+url.PathEscape(version), "", &draft)
	var opening struct {
		JobID string `json:"job_id"`
	}
	draft.Order["name"] = "金丝雀"
	order, err := json.Marshal(draft.Order)
	if err != nil {
		t.Fatal(err)
	}
	ask(t, a, "POST", at+"/queues", string(order), &opening)
	finished(t, a, opening.JobID)
	if err := a.DB.Reader().QueryRowContext(t.Context(), "SELECT id FROM label_queues WHERE version_id = $1", version).Scan(&queue); err != nil {
		t.Fatal(err)
	}
	var hand struct{ Items []struct{ ID string } }
	ask(t, a, "POST", "/api/v1/queues/"+queue+"/claims", `{"count":3}`, &hand)
	if len(hand.Items) < 3 {
		t.Fatalf("%d tasks in hand", len(hand.Items))
	}
	for path, body := range map[string]string{
		hand.Items[0].ID + "/annotations": `{"labels":[]}`, hand.Items[1].ID + "/skips": `{"reason":"` + canarySaid + `"}`,
	} {
		if status, answer := request(t, a, a.Owner.Actor(), "POST", "/api/v1/tasks/"+path, body); status >= 300 {
			t.Fatalf("%s: %d %s", path, status, answer)
		}
	}
	return started.RunID, queue, hand.Items[0].ID
}

// logged has a program log a run of a product with canaries in all that takes words:
// a param, a tag, a file, a registered model and a request for a stage.
func logged(t *testing.T, a *App, product string) (run string) {
	t.Helper()
	say := func(method, path, body string, into any) {
		t.Helper()
		status, answer := request(t, a, a.Owner.Actor(), method, path, body)
		if status >= 300 {
			t.Fatalf("%s: %d %s", path, status, answer)
		}
		if into != nil && json.Unmarshal([]byte(answer), into) != nil {
			t.Fatal(answer)
		}
	}
	const calls = "/api/2.0/mlflow/"
	at := "/mlflow/" + product
	var made struct {
		Run struct {
			Info struct {
				ID string `json:"run_id"`
			}
		}
	}
	say("POST", at+calls+"runs/create", `{"run_name":"`+canarySaid+`"}`, &made)
	run = made.Run.Info.ID
	say("POST", at+calls+"runs/log-batch", `{"run_id":"`+run+`","params":[{"key":"p","value":"`+canarySaid+`"}],"tags":[{"key":"t","value":"`+canarySaid+`"}],"metrics":[{"key":"m","value":1,"timestamp":1,"step":1}]}`, nil)
	say("PUT", at+"/api/2.0/mlflow-artifacts/artifacts/0/"+run+"/artifacts/said.txt", canarySaid, nil)
	say("POST", at+calls+"registered-models/create", `{"name":"latest","description":"`+canarySaid+`"}`, nil)
	say("POST", at+calls+"model-versions/create", `{"name":"latest","source":"x","run_id":"`+run+`","description":"`+canarySaid+`"}`, nil)
	say("POST", "/api/v1/products/"+product+"/registered-models/latest/versions/1/stage-requests", `{"stage":"Staging","note":"`+canarySaid+`"}`, nil)
	say("POST", at+"/v1/traces", `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"`+loggedTrace+`","spanId":"00f067aa0ba902b7","name":"`+canarySaid+`","startTimeUnixNano":"1","endTimeUnixNano":"2",
		"attributes":[{"key":"input.value","value":{"stringValue":"`+canarySaid+`"}}],"events":[{"name":"`+canarySaid+`","timeUnixNano":"1"}],"status":{"code":2,"message":"`+canarySaid+`"}}]}]}]}`, nil)
	return run
}

// loggedTrace is the trace of logged.
const loggedTrace = "4bf92f3577b34da6a3ce929d0e0e4736"

// TestNobodyBelowALeadSeesPersonalData walks every GET of the OpenAPI document over
// a product full of canaries, as each role: none may show one. A lead who asks sees
// them, and each such look is in the audit log: so it is known that they were there.
func TestNobodyBelowALeadSeesPersonalData(t *testing.T) {
	t.Parallel()
	a, err := Open(t.Context(), Options{DataFolder: filepath.Join(t.TempDir(), "data"), Now: anHourAhead, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { a.Close(context.Background()) }()
	var made making
	ask(t, a, "POST", "/api/v1/product-examples", `{"name":"金丝雀"}`, &made)
	finished(t, a, made.JobID)
	more(t, a, made.Product)
	version := plant(t, a, made.Product)
	byProgram := logged(t, a, made.Product)
	run, queue, task := work(t, a, made.Product, version)
	first := func(sql string, args ...any) (id string) {
		if err := a.DB.Reader().QueryRowContext(t.Context(), sql, args...).Scan(&id); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return id
	}
	values := map[string][]string{
		"journal": {"any"}, "trace": {loggedTrace}, "span": {"00f067aa0ba902b7"},
		"product": {made.Product}, "dataset": {"金丝雀"}, "version": {version, "v1", "1"}, "account": {a.Owner.ID},
		"queue": {queue, first("SELECT MIN(id) FROM label_queues")}, "task": {task},
		"run": {run, first("SELECT MIN(run_id) FROM quarantine"), byProgram}, "report": {first("SELECT MIN(id) FROM reports")},
		"turn": {first("SELECT MIN(turn_id) FROM inbox_items")}, "batch": {"x"}, "fix": {first("SELECT MIN(id) FROM fixes")},
		"model": {"latest"}, "release": {"live"}, "job": {made.JobID}, "import": {"x"},
		"row":  {first("SELECT MIN(row_id) FROM quarantine"), first("SELECT row_id FROM label_tasks WHERE id = $1", task)},
		"id":   {first("SELECT MIN(turn_id) FROM inbox_items"), "canary.csv:3", first("SELECT MIN(id) FROM runs")},
		"flow": {first("SELECT MIN(id) FROM dialog_flows")}, "entry": {first("SELECT MIN(id) FROM knowledge_entries")},
		"table": {first("SELECT MIN(name) FROM knowledge_tables")}, "recipe": {first("SELECT MIN(id) FROM recipes")}, "study": {"s1"},
	}
	eachHeld(t, a, made.Product, map[string]string{
		"queues": queue, "tasks": task, "annotations": first("SELECT MIN(id) FROM label_annotations"), "adoptions": "x", "clean-runs": run,
		"evaluations": values["report"][0], "fixes": values["fix"][0], "inbox": values["turn"][0], "jobs": made.JobID,
		"runs": values["id"][2], "threads": values["id"][0],
	})
	var doc struct {
		Paths map[string]map[string]struct {
			Role       api.Role `json:"x-role"`
			Parameters []struct{ Name string }
		}
	}
	if err := json.Unmarshal(a.Server.OpenAPI(), &doc); err != nil {
		t.Fatal(err)
	}
	asked, shown, lost := 0, map[string]bool{}, []string{}
	for path, methods := range doc.Paths {
		get, there := methods["get"]
		if !there || get.Role == api.Public || path == "/api/v1/backup" || path == "/api/v1/events" {
			continue // customers see what they said; a backup holds all, and is the owner's
		}
		personal := slices.ContainsFunc(get.Parameters, func(p struct{ Name string }) bool { return p.Name == api.UnmaskedName })
		query := url.Values{}
		for _, p := range get.Parameters {
			switch p.Name {
			case "base":
				query.Set("base", "v1")
			case "with":
				query.Set("with", "m1")
			case "metric":
				query.Set("metric", "m")
			case "path":
				if strings.HasSuffix(path, "/preview") {
					query.Set("path", "said.txt")
				}
			}
		}
		answered := false
		for _, address := range addresses(path, values) {
			for _, role := range []api.Role{api.Customer, api.Viewer, api.Labeller, api.Reviewer, api.Trainer, api.Lead, api.Owner} {
				who := api.Actor{ID: a.Owner.ID, Name: string(role), Roles: []api.Role{role}}
				status, answer := request(t, a, who, http.MethodGet, address+"?"+query.Encode(), "")
				asked++
				answered = answered || status == 200
				if found := canariesIn(answer); len(found) > 0 {
					t.Errorf("%s shows %s to a %s: %.200s", address, found, role, around(answer, found[0]))
				}
				if !personal {
					continue
				}
				plain := url.Values{api.UnmaskedName: {"true"}}
				for name := range query {
					plain.Set(name, query.Get(name))
				}
				status, answer = request(t, a, who, http.MethodGet, address+"?"+plain.Encode(), "")
				switch {
				case !who.May(api.Lead) && status != 403:
					t.Errorf("%s unmasked answers a %s with %d", address, role, status)
				case !who.May(api.Lead) && len(canariesIn(answer)) > 0:
					t.Errorf("%s unmasked shows a %s canaries", address, role)
				case who.May(api.Lead) && len(canariesIn(answer)) > 0:
					shown[path] = true
				}
				if role == api.Owner && status == 200 {
					if list := auditLines(t, a); !strings.Contains(list[len(list)-1], `"unmasked":"true"`) || !strings.HasPrefix(list[len(list)-1], "owner ") {
						t.Errorf("%s: the look is not in the audit log: %s", address, list[len(list)-1])
					}
				}
			}
		}
		if !answered {
			lost = append(lost, path)
		}
		if personal && !shown[path] {
			t.Logf("no canary reached %s", path)
		}
	}
	slices.Sort(lost)
	t.Logf("%d requests; canaries were there in %d routes; never answered: %q", asked, len(shown), lost)
	if len(lost) > 3 {
		t.Errorf("%d routes never answered: the walk is broken", len(lost))
	}
	for _, path := range []string{
		"/api/v1/products/{product}/datasets/{dataset}/versions/{version}/rows", "/api/v1/products/{product}/datasets/{dataset}/versions/{version}/profile",
		"/api/v1/queues/{queue}/tasks", "/api/v1/queues/{queue}/samples", "/api/v1/products/{product}/inbox", "/api/v1/products/{product}/turns",
		"/api/v1/products/{product}/turns/{turn}", "/api/v1/threads/{id}", "/api/v1/products/{product}/batches/{batch}/rows",
		"/api/v1/clean-runs/{run}/quarantine", "/api/v1/products/{product}/suite", "/api/v1/products/{product}/datasets/{dataset}/versions/{version}/export",
	} {
		if !shown[path] {
			t.Errorf("no canary was in %s: it was not tried", path)
		}
	}
}

// addresses gives the addresses of a pattern with every value of its parameters.
func addresses(pattern string, values map[string][]string) []string {
	out := []string{pattern}
	for _, name := range hole.FindAllString(pattern, -1) {
		var next []string
		for _, address := range out {
			for _, v := range append(values[strings.Trim(name, "{}")], []string{}...) {
				next = append(next, strings.Replace(address, name, url.PathEscape(v), 1))
			}
		}
		out = next
	}
	return out
}

func around(text, what string) string {
	at := strings.Index(text, what)
	return text[max(0, at-100):min(len(text), max(0, at)+100)]
}

// BenchmarkMaskedPage asks for a page of 100 rows of chat, masked and not.
func BenchmarkMaskedPage(b *testing.B) {
	a, err := Open(b.Context(), Options{DataFolder: filepath.Join(b.TempDir(), "data"), Now: time.Now, Workers: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close(context.Background())
	p, err := a.Stages.Data.CreateProduct(b.Context(), "p")
	if err != nil {
		b.Fatal(err)
	}
	set, err := a.Stages.Data.Create(b.Context(), p.ID, "d")
	if err != nil {
		b.Fatal(err)
	}
	v, err := a.Stages.Data.Build(b.Context(), dataset.Draft{DatasetID: set.ID, MadeBy: dataset.MadeBy{Kind: "import", ID: "x"}, Schema: dataset.Schema{Columns: []dataset.Column{{Name: "session"}, {Name: "text"}}}},
		func(add func(dataset.Row) error) error {
			for i := range 1000 {
				if err := add(dataset.Row{ID: dataset.NewRowID("x", "", i), Values: []string{fmt.Sprint("s", i), strings.Repeat("请问这个什么时候发货呀谢谢", 3) + canarySaid}}); err != nil {
					return err
				}
			}
			return nil
		})
	if err != nil {
		b.Fatal(err)
	}
	for name, query := range map[string]string{"masked": "", "unmasked": "&unmasked=true"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r, _ := http.NewRequestWithContext(b.Context(), "GET", "http://127.0.0.1/api/v1/products/p/datasets/d/versions/"+v.ID+"/rows?limit=100"+query, nil)
				answer, err := a.Server.Local(a.Owner.Actor()).RoundTrip(r)
				if err != nil || answer.StatusCode != 200 {
					b.Fatal(answer, err)
				}
				answer.Body.Close()
			}
		})
	}
}
