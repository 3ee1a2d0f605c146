package clean_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/testkit"
)

func TestRoutes(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "api", api.Migrations()); err != nil {
			t.Fatal(err)
		}
		h := build(t, d, chats(300, 21))
		server, err := api.NewServer(api.Options{Routes: h.clean.Routes(), DB: d, Now: time.Now, Log: slog.New(slog.DiscardHandler), Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		client := http.Client{Transport: server.Local(api.Actor{ID: "me", Name: "林", Roles: []api.Role{api.Trainer}})}
		call := func(method, path, body string, want int) map[string]any {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), method, "http://zhuomo/api/v1"+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if method == "DELETE" {
				r.Header.Set("If-Match", `"1"`)
			}
			if body != "" {
				r.Header.Set("Content-Type", "application/json")
			}
			answer, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			raw, err := io.ReadAll(answer.Body)
			if err != nil || answer.StatusCode != want {
				t.Fatalf("%s %s: %d %s %v", method, path, answer.StatusCode, raw, err)
			}
			out := map[string]any{}
			if len(raw) > 0 {
				if err := json.Unmarshal(raw, &out); err != nil {
					t.Fatal(err)
				}
			}
			return out
		}
		items := func(m map[string]any) []any { list, _ := m["items"].([]any); return list }
		product := "/products/" + h.product
		if n := len(items(call("GET", "/operators", "", 200))); n != len(operators()) {
			t.Errorf("%d operators", n)
		}
		call("PUT", product+"/recipes", `{"source":"name: 我的\nsteps:\n  - recipe: standard\n"}`, 200)
		if fault := call("PUT", product+"/recipes", `{"source":"name: 我的\nsteps:\n  - recipe: 我的\n","revision":1}`, 422); fault["code"] != "clean.cyclic_recipe" || !strings.Contains(fmt.Sprint(fault["field"]), "3:") {
			t.Errorf("%v", fault)
		}
		call("GET", product+"/recipes/我的", "", 200)
		if n := len(items(call("GET", product+"/recipes", "", 200))); n != 1 {
			t.Errorf("%d recipes", n)
		}
		preview := call("POST", product+"/recipes/我的/previews", fmt.Sprintf(`{"version":%q,"rows":100}`, h.version.ID), 200)
		if preview["rows"] != 100.0 {
			t.Errorf("preview of %v rows", preview["rows"])
		}
		if n := len(items(call("POST", product+"/recipe-suggestions", fmt.Sprintf(`{"version":%q}`, h.version.ID), 200))); n == 0 {
			t.Error("no suggestion")
		}
		started := call("POST", product+"/recipes/我的/runs", fmt.Sprintf(`{"version":%q}`, h.version.ID), 202)
		if job, err := h.runner.Wait(t.Context(), fmt.Sprint(started["job_id"])); err != nil || job.State != jobs.Done {
			t.Fatalf("%+v %v", job, err)
		}
		run := "/clean-runs/" + fmt.Sprint(started["run_id"])
		if result := call("GET", run, "", 200); result["state"] != "done" || result["rows_in"] != 300.0 {
			t.Errorf("%v", result)
		}
		if n := len(items(call("GET", product+"/clean-runs", "", 200))); n != 1 {
			t.Errorf("%d runs", n)
		}
		page := call("GET", run+"/quarantine?limit=1&reason=broken.empty", "", 200)
		if len(items(page)) != 1 || page["next"] == nil {
			t.Fatalf("%v", page)
		}
		row := items(page)[0].(map[string]any)["row"]
		if n := len(items(call("GET", fmt.Sprintf("%s/rows/%v/findings", run, row), "", 200))); n != 1 {
			t.Errorf("%d findings", n)
		}
		if len(items(call("GET", run+"/reasons", "", 200))) == 0 {
			t.Error("no reasons")
		}
		call("POST", run+"/put-backs", fmt.Sprintf(`{"rows":[%q],"reason":" 是真的客户 "}`, row), 200)
		call("POST", run+"/put-backs", fmt.Sprintf(`{"rows":[%q],"reason":"再来一次"}`, row), 200) // it is back already
		back := items(call("GET", run+"/quarantine?limit=1&reason=broken.empty", "", 200))[0].(map[string]any)
		if back["put_back_reason"] != "是真的客户" || back["put_back_us"] == nil || back["put_back_by"] != "林" {
			t.Errorf("%v", back)
		}
		call("DELETE", product+"/recipes/我的", "", 200)
		call("GET", product+"/recipes/我的", "", 404)
	})
}
