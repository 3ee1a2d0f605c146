package dataset_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/outgoing"
	"zhuomo/internal/testkit"
	"zhuomo/text"
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

func serve(t *testing.T, d *db.DB) site {
	t.Helper()
	blobs := testkit.TempBlobs(t)
	runner, err := jobs.Open(t.Context(), d, jobs.Options{Workers: 1, Now: time.Now, Log: slog.New(slog.DiscardHandler), Alone: true})
	if err != nil {
		t.Fatal(err)
	}
	outside := outgoing.New(outgoing.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}})
	s, err := dataset.New(t.Context(), dataset.Needs{DB: d, Blobs: blobs, Now: time.Now, Jobs: runner, Formats: formats(), Outside: outside})
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
	server, err := api.NewServer(api.Options{Routes: s.Routes(), Accounts: signedIn{}, Mask: text.Masked, DB: d, Now: time.Now, Log: slog.New(slog.DiscardHandler), Version: "test"})
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
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
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
		s.ask(t, "lead", "DELETE", set, "", 404, nil)
		var list api.Page[dataset.Dataset]
		if s.ask(t, "viewer", "GET", product+"/datasets", "", 200, &list); len(list.Items) != 0 {
			t.Errorf("still listed: %+v", list.Items)
		}
		// Its name is free meanwhile, so that it comes back only when nobody has it.
		s.ask(t, "trainer", "POST", product+"/datasets", `{"name":"chats"}`, 200, nil)
		s.ask(t, "lead", "POST", set+"/put-backs", "", 409, nil)
		s.ask(t, "lead", "DELETE", set, "", 204, nil)
		s.ask(t, "trainer", "POST", set+"/put-backs", "", 403, nil)
		s.ask(t, "lead", "POST", set+"/put-backs", "", 200, nil) // the one set aside last, which is empty
		s.ask(t, "lead", "DELETE", set, "", 204, nil)
	})
}

func TestADatasetSetAsideComesBackWithItsRows(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, err := dataset.New(t.Context(), dataset.Needs{DB: d, Blobs: testkit.TempBlobs(t), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.CreateProduct(t.Context(), "客服")
		if err != nil {
			t.Fatal(err)
		}
		set, err := s.Create(t.Context(), p.ID, "聊天")
		if err != nil {
			t.Fatal(err)
		}
		v, err := s.Build(t.Context(), dataset.Draft{DatasetID: set.ID, MadeBy: dataset.MadeBy{Kind: "import", ID: "x"}, Schema: dataset.Schema{Columns: []dataset.Column{{Name: "t"}}}},
			func(add func(dataset.Row) error) error {
				return add(dataset.Row{ID: dataset.NewRowID("x", "", 1), Values: []string{"好"}})
			})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SetAside(t.Context(), set.ID); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Datasets(t.Context(), p.ID, "", 10); err != nil || len(list) != 0 {
			t.Errorf("listed: %v %v", list, err)
		}
		if got, err := s.FindVersion(t.Context(), p.ID, v.ID); err != nil || got.RowCount != 1 {
			t.Errorf("a version that others name by its id is gone: %v %v", got, err)
		}
		if named, err := s.Dataset(t.Context(), set.ID); err != nil || named.Name != "聊天" {
			t.Errorf("its name reads %q, %v", named.Name, err)
		}
		back, err := s.Return(t.Context(), p.ID, "聊天")
		if err != nil || back.ID != set.ID || back.RowCount != 1 {
			t.Errorf("came back as %+v, %v", back, err)
		}
		if _, err := s.Return(t.Context(), p.ID, "聊天"); !errors.Is(err, dataset.NoSuchDataset) {
			t.Errorf("returned twice: %v", err)
		}
	})
}

// TestNoAnswerShowsPersonalData asks for everything about a file that holds it in
// its texts, in a column of few values, and as ids that repeat.
func TestNoAnswerShowsPersonalData(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
		s.ask(t, "lead", "POST", "/api/v1/products", `{"name":"客服"}`, 200, nil)
		set := "/api/v1/products/" + url.PathEscape("客服") + "/datasets/chats"
		s.ask(t, "trainer", "POST", "/api/v1/products/"+url.PathEscape("客服")+"/datasets", `{"name":"chats"}`, 200, nil)
		var file, other strings.Builder
		file.WriteString("编号,text,phone\n")
		other.WriteString("编号,text,phone\n")
		for i := range 60 {
			id := fmt.Sprint(13700000000 + i/2*2)
			fmt.Fprintf(&file, "%s,电话１３８００１３５５２０吗%d,%s\n", id, i, []string{"13912345678", "13912345679"}[i%2])
			fmt.Fprintf(&other, "%s,身份证11010519491231002X呢%d,13912345678\n", id, i)
		}
		load := func(name, mode, body string) {
			var started api.Started
			s.ask(t, "trainer", "POST", set+"/imports?filename="+name+"&mode="+mode, body, 202, &started)
			if job, err := s.runner.Wait(t.Context(), started.JobID); err != nil || job.State != jobs.Done {
				t.Fatalf("%+v %v", job, err)
			}
		}
		answers := [][]byte{s.ask(t, "trainer", "POST", set+"/previews?filename=x.csv", file.String(), 200, nil)}
		load("x.csv", "append", file.String())
		load("y.csv", "replace", other.String())
		for _, version := range []string{"v1", "v2"} {
			for _, path := range []string{"/rows", "/rows?contains=139", "/facets", "/profile", "/report", "/diff?base=v1", "/diff?base=v2"} {
				answers = append(answers, s.ask(t, "lead", "GET", set+"/versions/"+version+path, "", 200, nil))
			}
		}
		masked := 0
		for _, raw := range answers {
			plain := text.NarrowAll(string(raw))
			for _, secret := range []string{"13800135520", "13912345678", "13912345679", "11010519491231002X", "13700000002"} {
				if strings.Contains(plain, secret) {
					t.Errorf("%s is shown: %.300s", secret, raw)
				}
			}
			masked += strings.Count(string(raw), "•")
		}
		if masked < 100 {
			t.Errorf("only %d masked characters: was anything asked for?", masked)
		}
		export := set + "/versions/v1/export"
		var asPages strings.Builder
		for line := range strings.Lines(file.String()) {
			cells := strings.Split(strings.TrimSuffix(line, "\n"), ",")
			for i := range cells {
				cells[i], _ = text.Masked(cells[i])
			}
			asPages.WriteString(strings.Join(cells, ",") + "\n")
		}
		if got := s.ask(t, "lead", "GET", export, "", 200, nil); string(got) != asPages.String() || strings.Count(string(got), "••••") < 180 {
			t.Errorf("the export is not masked cell by cell: %.300s", got)
		}
		s.ask(t, "trainer", "GET", export+"?unmasked=true", "", 403, nil)
		if got := s.ask(t, "lead", "GET", export+"?format=csv&unmasked=true", "", 200, nil); string(got) != file.String() {
			t.Error("the unmasked export is not the text as it was read")
		}
		if got := s.ask(t, "lead", "GET", set+"/versions/v1/rows?contains=139&unmasked=true", "", 200, nil); !strings.Contains(string(got), "13912345678") || strings.Contains(string(got), "•") {
			t.Errorf("a lead asks for rows unmasked: %.300s", got)
		}
	})
}
