package knowledge_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
	"zhuomo/knowledge"
)

func open(t *testing.T, d *db.DB) (*knowledge.Service, *dataset.Service, string) {
	t.Helper()
	blobs, clock := testkit.TempBlobs(t), testkit.Clock(time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC))
	data, err := dataset.New(t.Context(), dataset.Needs{DB: d, Blobs: blobs, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	s, err := knowledge.New(t.Context(), knowledge.Needs{DB: d, Blobs: blobs, Data: data, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	p, err := data.CreateProduct(t.Context(), "旅行客服")
	if err != nil {
		t.Fatal(err)
	}
	return s, data, p.ID
}

func entry(id, question, text string) knowledge.Entry {
	return knowledge.Entry{ID: id, Question: question, Answer: []knowledge.Part{{Kind: knowledge.TextPart, Text: text}}}
}

func TestEveryEditIsKept(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, _, p := open(t, d)
		ctx := t.Context()
		e, _, err := s.Add(ctx, p, "lin", entry("a", "几点退房", "12点"))
		if err != nil || e.Revision != 1 || e.State != knowledge.Live {
			t.Fatalf("%+v, %v", e, err)
		}
		if _, _, err := s.Add(ctx, p, "lin", entry("a", "别的", "别的")); !errors.Is(err, knowledge.EntryTaken) {
			t.Errorf("the same id again: %v", err)
		}
		e.Answer[0].Text = "14点"
		if e, _, err = s.Save(ctx, p, "wu", e, 1); err != nil || e.Revision != 2 {
			t.Fatalf("%+v, %v", e, err)
		}
		if _, _, err := s.Save(ctx, p, "lin", entry("a", "几点退房", "11点"), 1); !errors.Is(err, api.Stale) {
			t.Errorf("an old revision was saved over: %v", err)
		}
		if _, _, err := s.Save(ctx, p, "lin", entry("none", "几点退房", "11点"), 0); !errors.Is(err, knowledge.NoEntry) {
			t.Errorf("an unknown entry was saved: %v", err)
		}
		if _, err := s.Remove(ctx, p, "wu", "a", 2); err != nil {
			t.Fatal(err)
		}
		if hits, err := s.Search(ctx, p, "几点退房", knowledge.SearchOptions{Drafts: true}); err != nil || len(hits) != 0 {
			t.Errorf("a removed entry is found: %v, %v", hits, err)
		}
		if list, err := s.Entries(ctx, p, knowledge.EntryFilter{}, "", 10); err != nil || len(list) != 0 {
			t.Errorf("a removed entry is listed: %v, %v", list, err)
		}
		e, _, err = s.Restore(ctx, p, "wu", "a", 0)
		if err != nil || e.Revision != 4 || e.State != knowledge.Live || e.AnswerText() != "14点" {
			t.Fatalf("restored: %+v, %v", e, err)
		}
		if e, _, err = s.Restore(ctx, p, "wu", "a", 1); err != nil || e.AnswerText() != "12点" {
			t.Fatalf("restored: %+v, %v", e, err)
		}
		if _, _, err = s.Restore(ctx, p, "wu", "a", 99); !errors.Is(err, knowledge.NoRevision) {
			t.Errorf("restored from nothing: %v", err)
		}
		history, err := s.Revisions(ctx, p, "a")
		if err != nil || len(history) != 5 || history[0].Revision != 5 || history[4].AnswerText() != "12点" || history[3].UpdatedBy != "wu" {
			t.Errorf("history: %+v, %v", history, err)
		}
	})
}

func TestImportTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, _, p := open(t, d)
		file, err := os.ReadFile("../examples/service/entries.yaml")
		if err != nil {
			t.Fatal(err)
		}
		entries, err := knowledge.ReadEntries("entries.yaml", file)
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Import(t.Context(), p, "lin", knowledge.SheetOf(entries), false)
		if err != nil || r.Added != len(entries) {
			t.Fatalf("%+v, %v", r, err)
		}
		hash, _, err := s.Freeze(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		entries[0].Category = "改过"
		if r, err = s.Import(t.Context(), p, "lin", knowledge.SheetOf(entries), false); err != nil || r.Added != 0 || r.Changed != 1 || r.Same != len(entries)-1 {
			t.Errorf("again: %+v, %v", r, err)
		}
		other, _, err := s.Freeze(t.Context(), p)
		if err != nil || other == hash {
			t.Errorf("changed knowledge has the same hash: %v", err)
		}
		old, err := s.Thaw(t.Context(), hash)
		if err != nil || len(old.Entries) != len(entries) || old.Entries[0].Category == "改过" {
			t.Errorf("the frozen knowledge moved: %v", err)
		}
		entries[1].Question = ""
		entries[2].Category = "不该写入"
		if _, err := s.Import(t.Context(), p, "lin", knowledge.SheetOf(entries), false); !errors.Is(err, knowledge.NoQuestion) {
			t.Errorf("a broken entry was imported: %v", err)
		}
		if e, err := s.Entry(t.Context(), p, entries[2].ID); err != nil || e.Category == "不该写入" {
			t.Errorf("half an import was kept: %v", err)
		}
	})
}

// TestEditorsDoNotOverwriteEachOther lets many people save the same revision.
func TestEditorsDoNotOverwriteEachOther(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, _, p := open(t, d)
		if _, _, err := s.Add(t.Context(), p, "lin", entry("a", "几点退房", "12点")); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for i := range 20 {
			wg.Go(func() {
				_, _, err := s.Save(t.Context(), p, "wu", entry("a", "几点退房", fmt.Sprint(i)), 1)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !errors.Is(err, api.Stale) {
					t.Error(err)
				}
				if _, err := s.Search(t.Context(), p, "退房", knowledge.SearchOptions{}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Errorf("%d saves of one revision won", won)
		}
	})
}

func TestTableOfADatasetVersion(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, data, p := open(t, d)
		ctx := t.Context()
		set, err := data.Create(ctx, p, "hotels")
		if err != nil {
			t.Fatal(err)
		}
		schema := dataset.Schema{Columns: []dataset.Column{{Name: "名称"}, {Name: "别名"}, {Name: "价格"}}}
		v, err := data.Build(ctx, dataset.Draft{DatasetID: set.ID, Schema: schema}, func(add func(dataset.Row) error) error {
			return errors.Join(add(dataset.Row{ID: "r1", Values: []string{"云栖酒店", "云栖", "428"}}), add(dataset.Row{ID: "r2", Values: []string{"鹤鸣山庄", "", "300"}}))
		})
		if err != nil {
			t.Fatal(err)
		}
		h, err := s.TableOfVersion(ctx, p, "lin", "酒店", v.ID)
		if err != nil || h.RowCount != 2 || h.Revision != 1 {
			t.Fatalf("%+v, %v", h, err)
		}
		snapshot, err := s.Current(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := snapshot.Lookup(knowledge.Query{Table: "酒店", Where: []knowledge.Filter{{Column: "价格", Op: knowledge.More, Value: "400"}}})
		if err != nil || len(rows) != 1 || rows[0].RowID != "r1" {
			t.Errorf("%+v, %v", rows, err)
		}
		if m := snapshot.Link("住云栖"); len(m) != 1 || m[0].Value != "云栖酒店" {
			t.Errorf("%+v", m)
		}
		if h, err = s.TableOfVersion(ctx, p, "lin", "酒店", v.ID); err != nil || h.Revision != 2 {
			t.Errorf("again: %+v, %v", h, err)
		}
		if err := s.RemoveTable(ctx, p, "酒店"); err != nil {
			t.Fatal(err)
		}
		if err := s.RemoveTable(ctx, p, "酒店"); !errors.Is(err, knowledge.NoTable) {
			t.Errorf("removed twice: %v", err)
		}
	})
}

// signedIn lets every request act with the role that its token names.
type signedIn struct{}

func (signedIn) Recognise(_ context.Context, c api.Credential) (api.Actor, error) {
	return api.Actor{ID: c.Token, Roles: []api.Role{api.Role(c.Token)}}, nil
}

// TestKnowledgeThroughTheAPI walks import → search → edit → conflict → remove →
// restore → entities, as a page does.
func TestKnowledgeThroughTheAPI(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, _, _ := open(t, d)
		if err := d.Migrate(t.Context(), "api", api.Migrations()); err != nil {
			t.Fatal(err)
		}
		server, err := api.NewServer(api.Options{Routes: s.Routes(), Accounts: signedIn{}, DB: d, Now: time.Now, Log: slog.New(slog.DiscardHandler), Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		site := httptest.NewServer(server)
		t.Cleanup(site.Close)
		ask := func(role, method, path, match, body string, want int, into any) http.Header {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), method, site.URL+"/api/v1/products/"+url.PathEscape("旅行客服")+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+role)
			if match != "" {
				r.Header.Set("If-Match", match)
			}
			if !strings.Contains(path, "filename=") {
				r.Header.Set("Content-Type", "application/json")
			}
			answer, err := site.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			got, err := io.ReadAll(answer.Body)
			if err != nil || answer.StatusCode != want {
				t.Fatalf("%s %s: %d, want %d: %s %v", method, path, answer.StatusCode, want, got, err)
			}
			if into != nil {
				if err := json.Unmarshal(got, into); err != nil {
					t.Fatalf("%s: %v", got, err)
				}
			}
			return answer.Header
		}
		var report knowledge.ImportReport
		ask("viewer", "POST", "/entries/imports?filename=a.csv", "", "问题,答案\n几点退房,12点\n", 403, nil)
		ask("trainer", "POST", "/entries/imports?filename=a.csv", "", "问题,相似问,答案\n几点退房,退房时间,12点\n怎么开票,,在订单里\n", 200, &report)
		if report.Added != 2 {
			t.Fatalf("%+v", report)
		}
		ask("trainer", "POST", "/entries/imports?filename=a.csv", "", "甲,乙\n", 422, nil)
		var hits struct{ Items []knowledge.Hit }
		ask("viewer", "POST", "/searches", "", `{"text":"退房时间","explain":true}`, 200, &hits)
		if len(hits.Items) == 0 || hits.Items[0].Question != "几点退房" || len(hits.Items[0].Terms) == 0 {
			t.Fatalf("%+v", hits)
		}
		one := "/entries/" + hits.Items[0].EntryID
		var saved knowledge.Saved
		head := ask("viewer", "GET", one, "", "", 200, &saved.Entry)
		ask("trainer", "PUT", one, "", `{"question":"几点退房","text":"14点"}`, 428, nil)
		head = ask("trainer", "PUT", one, head.Get("ETag"), `{"question":"几点退房","text":"14点"}`, 200, &saved)
		if saved.Revision != 2 || head.Get("ETag") != `"2"` || saved.Warnings == nil {
			t.Errorf("%+v, %v", saved, head)
		}
		ask("trainer", "PUT", one, `"1"`, `{"question":"几点退房","text":"15点"}`, 409, nil)
		ask("trainer", "POST", "/entries", "", `{"id":"copy","question":"几点退房","text":"16点"}`, 200, &saved)
		if len(saved.Warnings) != 1 || saved.Warnings[0].Kind != knowledge.Contradiction {
			t.Errorf("%+v", saved.Warnings)
		}
		ask("trainer", "POST", "/entries", "", `{"question":"","text":"x"}`, 422, nil)
		ask("trainer", "DELETE", "/entries/copy", "*", "", 200, nil)
		var page api.Page[knowledge.Entry]
		ask("viewer", "GET", "/entries?limit=1", "", "", 200, &page)
		if len(page.Items) != 1 || page.Next == "" {
			t.Fatalf("%+v", page)
		}
		first := page.Items[0].ID
		ask("viewer", "GET", "/entries?limit=1&cursor="+page.Next, "", "", 200, &page)
		if len(page.Items) != 1 || page.Items[0].ID <= first {
			t.Errorf("page two: %+v", page)
		}
		ask("viewer", "GET", "/entries?state=removed", "", "", 200, &page)
		if len(page.Items) != 1 || page.Items[0].ID != "copy" {
			t.Errorf("removed: %+v", page)
		}
		ask("trainer", "POST", "/entries/copy/restorations", "", `{}`, 200, &saved)
		if saved.State != knowledge.Live {
			t.Errorf("%+v", saved.Entry)
		}
		ask("viewer", "GET", "/entries/copy/revisions", "", "", 200, &page)
		if len(page.Items) != 3 {
			t.Errorf("history: %+v", page)
		}
		ask("viewer", "GET", "/entries/none", "", "", 404, nil)

		ask("trainer", "POST", "/entities?filename=hotels.csv&name="+url.QueryEscape("酒店"), "", "名称,别名,价格\n云栖酒店,云栖,428\n", 200, nil)
		var mentions struct{ Items []knowledge.Mention }
		ask("viewer", "POST", "/mentions", "", `{"text":"雲棲多少钱"}`, 200, &mentions)
		if len(mentions.Items) != 1 || mentions.Items[0].End != 2 {
			t.Errorf("%+v", mentions)
		}
		var rows knowledge.Rows
		ask("viewer", "POST", "/lookups", "", `{"table":"酒店","where":[{"column":"价格","op":"less","value":"500"}]}`, 200, &rows)
		if len(rows.Rows) != 1 || len(rows.Columns) != 3 {
			t.Errorf("%+v", rows)
		}
		ask("viewer", "POST", "/lookups", "", `{"table":"酒店","where":[{"column":"价格","op":"less","value":"便宜"}]}`, 422, nil)
		ask("viewer", "GET", "/entities/"+url.PathEscape("酒店"), "", "", 200, nil)
		ask("trainer", "DELETE", "/entities/"+url.PathEscape("酒店"), "", "", 204, nil)
		ask("viewer", "GET", "/entities/"+url.PathEscape("酒店"), "", "", 404, nil)
	})
}
