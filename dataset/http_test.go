package dataset_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/jobs"
	"zhuomo/internal/testkit"
)

// signedIn lets every request act with the role that its token names.
type signedIn struct{}

func (signedIn) Recognise(_ context.Context, c api.Credential) (api.Actor, error) {
	return api.Actor{ID: c.Token, Roles: []api.Role{api.Role(c.Token)}}, nil
}

type site struct {
	*httptest.Server
	runner *jobs.Runner
}

func serve(t *testing.T) site {
	t.Helper()
	d, blobs := testkit.OpenDB(t), testkit.TempBlobs(t)
	runner, err := jobs.Open(t.Context(), d, jobs.Options{Workers: 1, Now: time.Now, Log: slog.New(slog.DiscardHandler), Alone: true})
	if err != nil {
		t.Fatal(err)
	}
	s, err := dataset.New(t.Context(), dataset.Needs{DB: d, Blobs: blobs, Now: time.Now, Jobs: runner, Formats: formats()})
	if err != nil {
		t.Fatal(err)
	}
	if err := runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := runner.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := d.Migrate(t.Context(), "api", api.Migrations()); err != nil {
		t.Fatal(err)
	}
	server, err := api.NewServer(api.Options{Routes: s.Routes(), Accounts: signedIn{}, DB: d, Now: time.Now, Log: slog.New(slog.DiscardHandler), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(server)
	t.Cleanup(h.Close)
	return site{h, runner}
}

func (s site) ask(t *testing.T, role, method, path, body string, want int, into any) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+role)
	r.Header.Set("Accept-Language", "en")
	if !strings.Contains(path, "imports") && !strings.Contains(path, "previews?") {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != want {
		t.Fatalf("%s %s: %d, want %d: %s", method, path, answer.StatusCode, want, got)
	}
	if into != nil {
		if err := json.Unmarshal(got, into); err != nil {
			t.Fatalf("%s: %v", got, err)
		}
	}
	return got
}

// TestAFileTravelsThroughTheAPI walks create → preview → import → rows → profile
// → export → delete, as a page does.
func TestAFileTravelsThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.ask(t, "lead", "POST", "/api/v1/products", `{"name":"旅行客服"}`, 200, nil)
	product := "/api/v1/products/" + url.PathEscape("旅行客服")
	s.ask(t, "trainer", "POST", product+"/datasets", `{"name":"chats"}`, 200, nil)
	s.ask(t, "viewer", "POST", product+"/datasets", `{"name":"other"}`, 403, nil)
	set := product + "/datasets/chats"
	file := "id,text\n1,你好\n2,再见\n3\n4,谢谢\n"

	var preview dataset.Previewed
	s.ask(t, "trainer", "POST", set+"/previews?filename=x.csv&header=yes", file, 200, &preview)
	if len(preview.Rows) != 4 || preview.Report.Format != "csv" || preview.Report.FindingCounts["ragged_short"] != 1 {
		t.Errorf("%+v", preview.Report)
	}
	// Before there is a dataset, and once more with settings that a person mended.
	s.ask(t, "trainer", "POST", product+"/previews?filename=x.csv", file, 200, &preview)
	if len(preview.Roles) != 1 || preview.Roles[0].Role != dataset.RoleText || preview.Roles[0].Column != "text" {
		t.Errorf("%+v", preview.Roles)
	}
	s.ask(t, "trainer", "POST", product+"/previews/"+preview.Raw, `{"name":"x.csv","settings":{"header":"no"}}`, 200, &preview)
	if len(preview.Rows) != 5 {
		t.Errorf("without a header: %d rows", len(preview.Rows))
	}
	s.ask(t, "trainer", "POST", set+"/imports?filename=x.csv", "", 422, nil)

	var started api.Started
	s.ask(t, "trainer", "POST", set+"/imports?filename=x.csv", file, 202, &started)
	job, err := s.runner.Wait(t.Context(), started.JobID)
	if err != nil || job.State != jobs.Done {
		t.Fatalf("%+v %v", job, err)
	}
	var page dataset.RowPage
	s.ask(t, "viewer", "GET", set+"/versions/latest/rows?limit=2", "", 200, &page)
	if len(page.Items) != 2 || page.Items[1].Values[1] != "再见" || page.Next == "" || page.Columns[1] != "text" {
		t.Errorf("%+v", page)
	}
	next := page.Next
	page = dataset.RowPage{}
	s.ask(t, "viewer", "GET", set+"/versions/v1/rows?limit=2&cursor="+next, "", 200, &page)
	if len(page.Items) != 2 || page.Items[1].Values[1] != "谢谢" || page.Next != "" {
		t.Errorf("%+v", page)
	}
	s.ask(t, "viewer", "GET", set+"/versions/v1/rows?where="+url.QueryEscape("text!=谢谢"), "", 200, &page)
	if len(page.Items) != 3 {
		t.Errorf("all but one: %+v", page)
	}
	page = dataset.RowPage{}
	s.ask(t, "viewer", "GET", set+"/versions/v1/rows?where="+url.QueryEscape("text=谢谢")+"&contains=4", "", 200, &page)
	if len(page.Items) != 1 {
		t.Errorf("%+v", page)
	}
	s.ask(t, "viewer", "GET", set+"/versions/v1/rows?where=nothing", "", 422, nil)
	var profile dataset.Profile
	s.ask(t, "viewer", "GET", set+"/versions/v1/profile", "", 200, &profile)
	if profile.RowCount != 4 || profile.Columns[0].Type != "int" || profile.Columns[1].EmptyCount != 1 {
		t.Errorf("%+v", profile)
	}
	for _, format := range []string{"csv", "xlsx", "jsonl", "json", "parquet", "tsv", "txt"} {
		if got := s.ask(t, "trainer", "GET", set+"/versions/v1/export?format="+format, "", 200, nil); len(got) < 20 {
			t.Errorf("%s: %q", format, got)
		}
	}
	if got := s.ask(t, "trainer", "GET", set+"/versions/v1/export", "", 200, nil); !bytes.Equal(got, []byte("id,text\n1,你好\n2,再见\n3,\n4,谢谢\n")) {
		t.Errorf("%q", got)
	}
	s.ask(t, "trainer", "GET", set+"/versions/v1/export?format=zip", "", 422, nil)

	body, err := json.Marshal(map[string]any{"raw": preview.Raw, "name": "x.csv", "mode": "replace", "settings": map[string]any{"columns": []string{"text"}}})
	if err != nil {
		t.Fatal(err)
	}
	s.ask(t, "trainer", "POST", set+"/orders", string(body), 202, &started)
	if job, err := s.runner.Wait(t.Context(), started.JobID); err != nil || job.State != jobs.Done {
		t.Fatalf("%+v %v", job, err)
	}
	var report dataset.Report
	s.ask(t, "viewer", "GET", set+"/versions/v2/report", "", 200, &report)
	if report.RowCount != 4 || len(report.Schema.Columns) != 1 {
		t.Errorf("%+v", report)
	}
	s.ask(t, "lead", "DELETE", set, "", 204, nil)
	s.ask(t, "viewer", "GET", set, "", 404, nil)
}
