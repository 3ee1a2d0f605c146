package dialog

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

type oneProduct struct{}

func (oneProduct) Product(context.Context, string) (id, name string, err error) {
	return "p1", "拾程旅行", nil
}

// bench gives the example's knowledge and no model.
type bench struct{ k Knowledge }

func (b bench) Bench(context.Context, string) ([]string, Understander, Knowledge, error) {
	return nil, nil, b.k, nil
}

type trainer struct{}

func (trainer) Recognise(context.Context, api.Credential) (api.Actor, error) {
	return api.Actor{ID: "u1", Name: "小李", Roles: []api.Role{api.Trainer}}, nil
}

func newService(t *testing.T, d *db.DB) *Service {
	t.Helper()
	s, err := New(t.Context(), Needs{
		DB: d, Blobs: testkit.TempBlobs(t), Now: time.Now, Products: oneProduct{}, Benches: bench{exampleKnowledge(t)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFlowsOverHTTP(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newService(t, d)
		server, err := api.NewServer(api.Options{Routes: s.Routes(), Accounts: trainer{}, DB: s.n.DB, Now: time.Now, Log: slog.New(slog.DiscardHandler), Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		call := func(method, path, kind, body string, into any) int {
			t.Helper()
			r := httptest.NewRequest(method, "/api/v1/products/p1"+path, strings.NewReader(body))
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Authorization", "Bearer x")
			w := httptest.NewRecorder()
			server.ServeHTTP(w, r)
			got, _ := io.ReadAll(w.Body)
			if into != nil {
				if err := json.Unmarshal(got, into); err != nil {
					t.Fatalf("%s %s: %d %s", method, path, w.Code, got)
				}
			}
			if w.Code >= 300 {
				t.Logf("%s %s: %d %.300s", method, path, w.Code, got)
			}
			return w.Code
		}
		flow, err := os.ReadFile("../examples/service/flow.yaml")
		if err != nil {
			t.Fatal(err)
		}
		stories, err := os.ReadFile("../examples/service/stories.yaml")
		if err != nil {
			t.Fatal(err)
		}
		const file = "application/octet-stream"
		var saved struct {
			Saved
			Problems []Problem
		}
		if code := call("POST", "/flows?filename=flow.yaml", file, string(flow), &saved); code != 200 || saved.Revision != 1 || len(saved.Problems) != 0 {
			t.Fatalf("save: %d %+v", code, saved)
		}
		var shown struct {
			Flow  struct{ Nodes []struct{ Kind, ID string } }
			Edges []Edge
			Text  string
		}
		if code := call("GET", "/flows/"+saved.ID, "", "", &shown); code != 200 || len(shown.Flow.Nodes) < 50 || len(shown.Edges) < 50 || shown.Text != string(flow) {
			t.Errorf("show: %d, %d nodes, %d edges", code, len(shown.Flow.Nodes), len(shown.Edges))
		}
		if code := call("POST", "/flows/"+saved.ID+"/stories", file, string(stories), nil); code != 200 {
			t.Errorf("save stories: %d", code)
		}
		var report StoryReport
		if code := call("POST", "/flows/"+saved.ID+"/story-runs", "application/json", `{"given":true}`, &report); code != 200 || report.Total < 20 || report.Passed != report.Total {
			t.Errorf("stories: %d, %d of %d", code, report.Passed, report.Total)
		}
		var simulated struct{ Turns []Tried }
		body := `{"messages":[{"text":"湖西区400以内的酒店","labels":["hotel_search"]}]}`
		if code := call("POST", "/flows/"+saved.ID+"/simulations", "application/json", body, &simulated); code != 200 || len(simulated.Turns) != 2 || len(simulated.Turns[1].Trace.Path) == 0 {
			t.Errorf("simulate: %d %+v", code, simulated)
		}
		if code := call("POST", "/flows/"+saved.ID+"/simulations", "application/json", `{"messages":[{"text":"你好"}]}`, nil); code != 409 {
			t.Errorf("simulating without a model: %d, want 409", code)
		}
		// What is being edited is tried without being kept.
		draft, _ := json.Marshal(map[string]any{"messages": []Try{}, "text": sound})
		if code := call("POST", "/flows/"+saved.ID+"/simulations", "application/json", string(draft), &simulated); code != 200 || len(simulated.Turns) != 1 || simulated.Turns[0].Parts[0].Text != "您好" {
			t.Errorf("simulate a draft: %d %+v", code, simulated)
		}
		draft, _ = json.Marshal(map[string]any{"given": true, "text": strings.Replace(string(flow), "家符合", "家合适", 1)})
		if code := call("POST", "/flows/"+saved.ID+"/story-runs", "application/json", string(draft), &report); code != 200 || report.Passed == report.Total {
			t.Errorf("stories of a draft that says something else: %d, %d of %d", code, report.Passed, report.Total)
		}
		var kept struct {
			Revision int64
			Text     string
			Stories  []Story
		}
		if code := call("GET", "/flows/"+saved.ID+"/stories", "", "", &kept); code != 200 || kept.Revision != 2 || kept.Text != string(stories) || len(kept.Stories) != report.Total {
			t.Errorf("show stories: %d, revision %d, %d stories", code, kept.Revision, len(kept.Stories))
		}
		var drawn Drawing
		if code := call("POST", "/flow-drawings?filename=x.yaml", file, sound, &drawn); code != 200 || len(drawn.Flow.Nodes) != 5 || len(drawn.Edges) != 1 || len(drawn.Problems) != 0 {
			t.Errorf("draw: %d %+v", code, drawn)
		}
		var fault struct{ Code, Detail, Fix string }
		if code := call("POST", "/flows?filename=x.yaml", file, "name: [", &fault); code != 422 || fault.Code != "dialog.bad_yaml" || fault.Fix == "" {
			t.Errorf("broken file: %d %+v", code, fault)
		}
		var found struct{ Items []Problem }
		cyclic := strings.Replace(sound, "{ask: [day], next: done}", "{say: 转, next: turn}\n  turn: {say: 圈, next: book}", 1)
		if code := call("POST", "/flow-checks?filename=x.yaml", file, cyclic, &found); code != 200 || len(found.Items) == 0 {
			t.Errorf("check: %d %+v", code, found)
		}
	})
}

func TestEditsDoNotOverwriteEachOther(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newService(t, d)
		first, _, err := s.Save(t.Context(), "p1", "", 0, []byte(sound))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Save(t.Context(), "p1", first.ID, 1, []byte(strings.Replace(sound, "您好", "你好", 1))); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Save(t.Context(), "p1", first.ID, 1, []byte(sound)); !errors.Is(err, Edited) {
			t.Errorf("an old revision was saved over a new one: %v", err)
		}
		_, text, err := s.Find(t.Context(), "p1", first.ID, 1)
		if err != nil || string(text) != sound {
			t.Errorf("revision 1 is %s (%v)", text, err)
		}
		if _, _, err := s.Find(t.Context(), "p1", "nothing", 0); !errors.Is(err, NoFlow) {
			t.Errorf("unknown flow: %v", err)
		}
	})
}

func TestACyclicFlowCannotBeUsed(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newService(t, d)
		cyclic := strings.Replace(sound, "{ask: [day], next: done}", "{say: 转, next: turn}\n  turn: {say: 圈, next: book}", 1)
		saved, problems, err := s.Save(t.Context(), "p1", "", 0, []byte(cyclic))
		if err != nil || len(problems) == 0 {
			t.Fatalf("problems %v, error %v", problems, err)
		}
		if _, err := s.Simulate(t.Context(), "p1", saved.ID, Draft{}, "", nil); !errors.Is(err, BadFlow) {
			t.Errorf("a cyclic flow was simulated: %v", err)
		}
	})
}
