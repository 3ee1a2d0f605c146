package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/people"
)

// TestEveryChangeIsAudited lists what is left out of the audit log, and why: whoever
// adds a route that changes something has it audited, or adds it here.
func TestEveryChangeIsAudited(t *testing.T) {
	t.Parallel()
	const (
		labelling = "labelling: the stage keeps who, what and when of each, and there are thousands a day"
		computes  = "changes nothing"
		customers = "a customer talks: turns are kept by themselves"
		byHand    = "noted where it happens: the address does not tell"
		logging   = "a program logs its run, thousands of lines a run; that the run began is audited"
		measuring = "a program measures trials, thousands a study; that it was declared, moved or ended is audited"
	)
	left := map[string]string{}
	for why, list := range map[string]string{
		labelling: `POST /api/v1/annotations, DELETE /api/v1/annotations/{annotation}, POST /api/v1/queues/{queue}/claims,
			POST /api/v1/queues/{queue}/heartbeats, POST /api/v1/queues/{queue}/picks, POST /api/v1/tasks/{task}/annotations,
			POST /api/v1/tasks/{task}/asks, POST /api/v1/tasks/{task}/heartbeats, POST /api/v1/tasks/{task}/releases,
			POST /api/v1/tasks/{task}/skips, DELETE /api/v1/tasks/{task}/skips, POST /api/v1/products/{product}/guidelines/{version}/checks`,
		computes: `POST /api/v1/products/{product}/guideline-previews, POST /api/v1/products/{product}/guidelines/{version}/model-checks,
			POST /api/v1/products/{product}/recipes/{recipe}/previews, POST /api/v1/products/{product}/recipe-suggestions,
			POST /api/v1/products/{product}/datasets/{dataset}/previews, POST /api/v1/products/{product}/previews, POST /api/v1/products/{product}/previews/{raw},
			POST /api/v1/products/{product}/flow-checks, POST /api/v1/products/{product}/flow-drawings,
			POST /api/v1/products/{product}/flows/{flow}/story-runs, POST /api/v1/products/{product}/flows/{flow}/simulations,
			POST /api/v1/products/{product}/searches, POST /api/v1/products/{product}/mentions, POST /api/v1/products/{product}/lookups,
			POST /api/v1/products/{product}/replays, POST /api/v1/products/{product}/models/{model}/predictions,
			POST /api/v1/products/{product}/models/{model}/explanations,
			POST {mlflow}experiments/search, POST {mlflow}runs/search, POST {mlflow}logged-models/search, POST {mlflow}registered-models/get-latest-versions,
			POST {mlflow3}/search, POST {mlflow3}/batchGetInfos`,
		customers: `POST /api/v1/products/{product}/sessions, POST /api/v1/products/{product}/sessions/{session}/turns,
			POST /api/v1/products/{product}/sessions/{session}/streams, POST /api/v1/products/{product}/sessions/{session}/turns/{turn}/ratings,
			POST /webhooks/rest/webhook, POST /v1/embeddings, POST /webhooks/voice/{voice}`,
		byHand: `DELETE /api/v1/session`,
		measuring: `POST /api/v1/products/{product}/studies/{study}/asks, POST /api/v1/products/{product}/studies/{study}/trials/{number}/reports,
			POST /api/v1/products/{product}/studies/{study}/trials/{number}/results,
			POST /api/v1/products/{product}/journals/{journal}/lines`,
		logging: `POST {mlflow}runs/update, POST {mlflow}runs/log-metric, POST {mlflow}runs/log-parameter, POST {mlflow}runs/log-batch,
			POST {mlflow}runs/log-inputs, POST {mlflow}runs/outputs, POST {mlflow}runs/log-model, POST {mlflow}runs/set-tag, POST {mlflow}runs/delete-tag,
			PUT /mlflow/{product}/api/2.0/mlflow-artifacts/artifacts/{path...},
			POST /mlflow/{product}/v1/traces, POST {mlflow3}, PATCH {mlflow3}/{trace}/tags, DELETE {mlflow3}/{trace}/tags, POST {mlflow3}/link-to-run,
			PATCH {mlflow}traces/{trace}/tags, DELETE {mlflow}traces/{trace}/tags, POST {mlflow}traces/link-to-run`,
	} {
		for route := range strings.SplitSeq(list, ",") {
			left[strings.NewReplacer("{mlflow}", "/mlflow/{product}/api/2.0/mlflow/", "{mlflow3}", "/mlflow/{product}/api/3.0/mlflow/traces").Replace(strings.TrimSpace(route))] = why
		}
	}
	audited := 0
	for _, r := range openApp(t).Server.Routes() {
		if r.Method == http.MethodGet {
			continue
		}
		name := r.Method + " " + r.Path
		_, out := left[name]
		if r.Audited() == out {
			t.Errorf("%s: audited is %v, on the list is %v", name, r.Audited(), out)
		}
		delete(left, name)
		if r.Audited() {
			audited++
		}
	}
	for name := range left {
		t.Errorf("%s is no route", name)
	}
	if audited < 60 {
		t.Errorf("only %d routes are audited: the walk is broken", audited)
	}
}

// request sends a body in process and gives the status and the answer.
func request(t *testing.T, a *App, actor api.Actor, method, path, body string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := a.Server.Local(actor).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// auditLines lists the audit log from the oldest entry on.
func auditLines(t *testing.T, a *App) []string {
	t.Helper()
	list, err := a.Stages.People.Audit(t.Context(), people.AuditFilter{}, 500)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(list)
	lines := []string{}
	for _, e := range list {
		object, _ := json.Marshal(e.Object)
		details, _ := json.Marshal(e.Details)
		lines = append(lines, fmt.Sprintf("%s %s %s %s %s", e.Actor, e.Action, e.Outcome, object, details))
	}
	return lines
}

func TestWhatIsDoneIsInTheAuditLogOnce(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	boss := a.Owner.Actor()
	boss.Name = "boss"
	do := func(status int, method, path, body string, header ...string) {
		t.Helper()
		if got, text := request(t, a, boss, method, path, body, header...); got != status {
			t.Fatalf("%s %s: %d %s", method, path, got, text)
		}
	}
	do(200, "POST", "/api/v1/accounts", `{"name":"小明","role":"labeller"}`, "Idempotency-Key", "one")
	do(200, "POST", "/api/v1/accounts", `{"name":"小明","role":"labeller"}`, "Idempotency-Key", "one") // replayed
	do(409, "POST", "/api/v1/accounts", `{"name":"小明","role":"labeller"}`)                           // refused: nothing was done
	do(200, "GET", "/api/v1/accounts", "")
	ming, err := a.Stages.People.Account(t.Context(), "小明")
	if err != nil {
		t.Fatal(err)
	}
	do(200, "PUT", "/api/v1/accounts/"+ming.ID+"/role", `{"role":"lead"}`)
	do(200, "GET", "/api/v1/audit/export", "")
	want := []string{
		`boss people add done null {"name":"小明","role":"labeller"}`,
		`boss people role done {"account":"` + ming.ID + `"} {"account":"` + ming.ID + `","from":"labeller","to":"lead"}`,
		`boss audit export done null null`,
	}
	if got := auditLines(t, a); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if v, err := a.Stages.People.Verify(t.Context()); err != nil || !v.Whole || v.Count != 3 {
		t.Errorf("%+v %v", v, err)
	}
}

func TestWhatCannotBeAuditedIsNotDone(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	err := a.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, `DROP TABLE people_audit_noted`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if status, text := request(t, a, a.Owner.Actor(), "POST", "/api/v1/accounts", `{"name":"小明","role":"labeller"}`); status != 500 {
		t.Errorf("an account without an entry: %d %s", status, text)
	}
	if _, err := a.Stages.People.Account(t.Context(), "小明"); err == nil {
		t.Error("the account is there")
	}
	if status, text := request(t, a, a.Owner.Actor(), "GET", "/api/v1/audit/export", ""); status != 500 {
		t.Errorf("an export without an entry: %d %s", status, text)
	}
}

func TestTheDoctorGoesAlongTheAuditLog(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	for i := range 3 {
		request(t, a, a.Owner.Actor(), "POST", "/api/v1/accounts", fmt.Sprintf(`{"name":"p%d","role":"viewer"}`, i))
	}
	look := func(deep bool) (codes []string) {
		found, err := a.examine(t.Context(), checkupArgs{Deep: deep}, func(int, int, string, string) {})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range found.Items {
			if i.Grave {
				codes = append(codes, i.Code+" "+i.Message.EN)
			}
		}
		return codes
	}
	if got := look(true); len(got) > 0 {
		t.Fatalf("before: %q", got)
	}
	err := a.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE people_audit SET entry = replace(entry, 'p1', 'p8') WHERE seq = 2`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := look(true); !slices.Equal(got, []string{"app.audit_broken entry 2 of the audit log was changed"}) {
		t.Errorf("deep: %q", got)
	}
}

func TestTheExportOfTheAuditLogCanBeCheckedWithoutUs(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	for i := range 3 {
		request(t, a, a.Owner.Actor(), "POST", "/api/v1/accounts", fmt.Sprintf(`{"name":"<p%d>","role":"viewer"}`, i))
	}
	_, text := request(t, a, a.Owner.Actor(), "GET", "/api/v1/audit/export", "")
	before, n := "", 0
	for line := range bytes.Lines([]byte(text)) {
		var l struct {
			Before, Hash string
			Entry        json.RawMessage
		}
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256([]byte(l.Before + string(l.Entry))); l.Before != before || hex.EncodeToString(sum[:]) != l.Hash {
			t.Errorf("line %d does not follow: %s", n+1, line)
		}
		before = l.Hash
		n++
	}
	if n != 4 { // with the export itself
		t.Errorf("%d lines", n)
	}
}

func TestARestoreIsInTheAuditLog(t *testing.T) {
	t.Parallel()
	from := openApp(t)
	request(t, from, from.Owner.Actor(), "POST", "/api/v1/accounts", `{"name":"小明","role":"labeller"}`)
	file := filepath.Join(t.TempDir(), "all.tar.zst")
	download(t, from, file, func() {})
	v := verified(t, file)
	folder := filepath.Join(t.TempDir(), "restored")
	if _, err := restore(t.Context(), file, v, Options{DataFolder: folder, Workers: -1}, func(int64) {}); err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), Options{DataFolder: folder, Workers: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close(context.Background())
	got := auditLines(t, a)
	if len(got) < 2 || !strings.Contains(got[len(got)-1], " restore done ") || !strings.Contains(got[0], "people add") {
		t.Errorf("got %q", got)
	}
	if v, err := a.Stages.People.Verify(t.Context()); err != nil || !v.Whole {
		t.Errorf("%+v %v", v, err)
	}
}
