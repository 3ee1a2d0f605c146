package dataset_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/testkit"
)

func TestAFileIsTakenFromItsAddress(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skipf("needs the address 127.0.0.2 (macOS: sudo ifconfig lo0 alias 127.0.0.2): %v", err)
	}
	shop := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/faq.csv":
			fmt.Fprint(w, "id,text\n1,你好\n2,再见\n")
		case "/":
			fmt.Fprint(w, "<html><table><tr><th>q</th></tr><tr><td>几点开门</td></tr></table></html>")
		case "/inside":
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		case "/empty.csv":
		default:
			http.NotFound(w, r)
		}
	}))
	shop.Listener.Close()
	shop.Listener = l
	shop.Start()
	defer shop.Close()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
		s.ask(t, "lead", "POST", "/api/v1/products", `{"name":"shop"}`, 200, nil)
		s.ask(t, "trainer", "POST", "/api/v1/products/shop/datasets", `{"name":"faq"}`, 200, nil)
		const set = "/api/v1/products/shop/datasets/faq"
		body := func(path string) string { return fmt.Sprintf(`{"url":"%s%s"}`, shop.URL, path) }

		var preview dataset.Previewed
		s.ask(t, "trainer", "POST", "/api/v1/products/shop/fetches", body("/faq.csv"), 200, &preview)
		if preview.Name != "faq.csv" || len(preview.Rows) != 2 || preview.Raw == "" {
			t.Errorf("preview %+v", preview)
		}
		s.ask(t, "trainer", "POST", "/api/v1/products/shop/fetches", body("/"), 200, &preview)
		if preview.Report.Format != "html" {
			t.Errorf("a page is %s", preview.Report.Format)
		}
		var started api.Started
		s.ask(t, "trainer", "POST", set+"/fetches", body("/faq.csv"), 202, &started)
		if job, err := s.runner.Wait(t.Context(), started.JobID); err != nil || job.State != jobs.Done {
			t.Fatalf("%+v %v", job, err)
		}
		var page dataset.RowPage
		s.ask(t, "viewer", "GET", set+"/versions/latest/rows", "", 200, &page)
		if len(page.Items) != 2 || page.Items[0].Values[1] != "你好" {
			t.Errorf("%+v", page)
		}
		for path, want := range map[string]struct {
			status int
			code   string
		}{
			"/inside":    {403, "outgoing.private_address"},
			"/gone":      {422, "outgoing.refused"},
			"/empty.csv": {422, "dataset.empty_file"},
		} {
			if got := s.ask(t, "trainer", "POST", set+"/fetches", body(path), want.status, nil); !strings.Contains(string(got), want.code) {
				t.Errorf("%s: %s", path, got)
			}
		}
		s.ask(t, "reviewer", "POST", set+"/fetches", body("/faq.csv"), 403, nil)
		s.ask(t, "trainer", "POST", set+"/fetches", `{"url":"file:///etc/passwd"}`, 422, nil)
	})
}
