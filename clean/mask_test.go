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

	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/testkit"
	"zhuomo/text"
)

// TestNothingThatAPageAsksForShowsPersonalData walks the answers about a file
// full of it: with a recipe that masks it and with one that does not.
func TestNothingThatAPageAsksForShowsPersonalData(t *testing.T) {
	secrets := []string{"13800135520", "13912345678", "11010519491231002X", "zhangsan@example.com"}
	said := []string{
		"电话１３８００１３５５２０，４．５分(fēn)",
		"打 13912345678 &amp; 谢谢",
		"身份证11010519491231002X。。。",
		"<p>138-0013-5520</p>",
		"邮箱zhangsan@example.com，电话13912345678",
	}
	var rows []dataset.Row
	for i, s := range append(said, said...) { // the second time as a duplicate
		rows = append(rows, dataset.Row{ID: dataset.NewRowID("x", "", i+1), Values: []string{"s" + fmt.Sprint(i/len(said)), "顾客", s}})
	}
	rows = append(rows, dataset.Row{ID: dataset.NewRowID("x", "", 100), Values: []string{"13912345678", "", "谁的电话13800135520"}})
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "api", api.Migrations()); err != nil {
			t.Fatal(err)
		}
		h := build(t, d, rows)
		server, err := api.NewServer(api.Options{Routes: h.clean.Routes(), Mask: text.Masked, DB: d, Now: time.Now, Log: slog.New(slog.DiscardHandler), Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		client := http.Client{Transport: server.Local(api.Actor{ID: "me", Roles: []api.Role{api.Owner}})}
		answers, masked := 0, 0
		ask := func(method, path, body string) (out map[string]any) {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), method, "http://zhuomo/api/v1"+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
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
			if err != nil || answer.StatusCode >= 300 {
				t.Fatalf("%s %s: %d %s %v", method, path, answer.StatusCode, raw, err)
			}
			if err := json.Unmarshal(raw, &out); err != nil {
				t.Fatal(err)
			}
			plain := strings.NewReplacer("-", "", " ", "", "－", "").Replace(text.NarrowAll(string(raw)))
			for _, secret := range secrets {
				if strings.Contains(plain, secret) {
					t.Errorf("%s %s shows %s: %s", method, path, secret, raw)
				}
			}
			answers, masked = answers+1, masked+strings.Count(string(raw), "•")
			return out
		}
		product := "/products/" + h.product
		recipes := map[string]string{
			"遮盖":  "name: 遮盖\nsteps:\n  - recipe: standard\n  - use: clean.duplicate_rows.v1\n    with: {columns: [" + chatSchema.Columns[2].Name + "]}\n",
			"不遮盖": "name: 不遮盖\nsteps:\n  - use: clean.html_tags.v1\n  - use: clean.width.v1\n  - use: clean.punctuation.v1\n  - use: clean.broken_rows.v1\n  - use: clean.duplicate_rows.v1\n    with: {columns: [" + chatSchema.Columns[2].Name + "]}\n",
		}
		for name, source := range recipes {
			body, err := json.Marshal(map[string]any{"source": source})
			if err != nil {
				t.Fatal(err)
			}
			ask("PUT", product+"/recipes", string(body))
			for step := range 6 {
				ask("POST", product+"/recipes/"+name+"/previews", fmt.Sprintf(`{"version":%q,"rows":100,"step":%d}`, h.version.ID, step))
			}
			started := ask("POST", product+"/recipes/"+name+"/runs", fmt.Sprintf(`{"version":%q}`, h.version.ID))
			if job, err := h.runner.Wait(t.Context(), fmt.Sprint(started["job_id"])); err != nil || job.State != jobs.Done {
				t.Fatalf("%+v %v", job, err)
			}
			run := "/clean-runs/" + fmt.Sprint(started["run_id"])
			if aside := ask("GET", run+"/quarantine", ""); len(aside["items"].([]any)) == 0 {
				t.Error("nothing was set aside")
			}
			for _, row := range rows {
				ask("GET", run+"/rows/"+string(row.ID)+"/findings", "")
			}
		}
		if masked < answers {
			t.Errorf("%d answers hold only %d masked characters: was anything asked for?", answers, masked)
		}
	})
}
