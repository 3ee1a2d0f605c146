package label_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

// TestRoutes walks over what the desk and the pages of review ask over HTTP.
func TestRoutes(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "api", api.Migrations()); err != nil {
			t.Fatal(err)
		}
		h := build(t, d, 4, nil)
		q := h.openQueue(t, h.order("网页", 1))
		server, err := api.NewServer(api.Options{Routes: h.Routes(), DB: d, Now: time.Now, Log: slog.New(slog.DiscardHandler), Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		client := http.Client{Transport: server.Local(api.Actor{ID: "me", Roles: []api.Role{api.Trainer}})}
		call := func(method, path, body string, want int) string {
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
			if err != nil || answer.StatusCode != want {
				t.Fatalf("%s %s: %d %s %v", method, path, answer.StatusCode, raw, err)
			}
			return string(raw)
		}
		queue := "/queues/" + q.ID
		call("POST", queue+"/claims", `{"count":3}`, 200)
		held := h.claim(t, q, "me", 3)
		item := func(n int, label string) string {
			return fmt.Sprintf(`{"id":"answer-%d-me","task_id":%q,"labels":[%q],"seconds":1.5}`, n, held[n].ID, label)
		}
		many := call("POST", "/annotations", `{"items":[`+item(0, "greet")+`,`+item(1, "gone")+`]}`, 200)
		if strings.Count(many, `"annotation"`) != 1 || !strings.Contains(many, "label.unknown_label") {
			t.Errorf("one is taken, one refused: %s", many)
		}
		for path, want := range map[string]string{
			queue + "/tally":                              `"answer_count":1`,
			queue + "/answers":                            held[0].Text,
			queue + "/quality":                            `"people":[{"person":"me"`,
			queue + "/tasks?label=greet":                  held[0].Text,
			queue + "/samples":                            held[0].Text, // one person's answer is gold at once
			queue + "/skips":                              `"items":[]`,
			"/tasks/" + held[1].ID + "/alikes":            `"likeness"`,
			"/products/" + h.product + "/gold?how=agreed": `"annotators":["me"]`,
			"/products/" + h.product + "/queue-drafts/" + h.version.ID: `"order":{"name":"聊天"`,
			"/products/" + h.product + "/guidelines/latest/checks":     `"items":[]`,
		} {
			if got := call("GET", path, "", 200); !strings.Contains(got, want) {
				t.Errorf("%s lacks %s: %s", path, want, got)
			}
		}
		call("POST", queue+"/heartbeats", "", 200)
		call("POST", "/tasks/"+held[1].ID+"/asks", `{"question":"算吗"}`, 200)
		if got := call("GET", queue+"/skips/mine", "", 200); !strings.Contains(got, "算吗") {
			t.Error(got)
		}
		call("PUT", "/tasks/"+held[1].ID+"/replies/me", `{"reply":"算"}`, 200)
		call("DELETE", "/tasks/"+held[1].ID+"/skips", "", 200)
		call("POST", "/products/"+h.product+"/guidelines/latest/checks", `{"answers":[["greet"],["greet","book"],["price"]]}`, 200)
		if got := call("GET", "/products/"+h.product+"/guidelines/latest/checks", "", 200); !strings.Contains(got, `"passed_count":2`) {
			t.Error(got)
		}
		call("POST", "/products/"+h.product+"/guidelines/latest/model-checks", "", 409)
		call("POST", "/tasks/"+held[0].ID+"/returns", `{"reason":"看错"}`, 200)
	})
}
