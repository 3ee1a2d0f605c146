package app

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// The attack list (docs/operations/attacks.md) names for each attack the test
// that refuses it. Those that go over the wire as no other test does are here.

// A request may be large, deep or endless: it is refused in a moment, and the
// next one is served.
func TestOversizedRequests(t *testing.T) {
	t.Parallel()
	s := serveApp(t)
	deep := strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000)
	bomb := "name: z\nx0: &x0 [a,a,a,a,a,a,a,a,a,a]\n"
	for i := range 9 {
		bomb += fmt.Sprintf("x%d: &x%d [%s]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*x%d,", i), 9)+fmt.Sprintf("*x%d", i))
	}
	for name, c := range map[string]struct {
		method, path, body string
		header             []string
		want               []int
	}{
		"a body over the limit":            {"POST", "/api/v1/products", `{"name":"` + strings.Repeat("x", 2<<20) + `"}`, nil, []int{413}},
		"a body nested very deep":          {"POST", "/api/v1/products", `{"name":` + deep + `}`, nil, []int{400, 422}},
		"a number without end":             {"POST", "/api/v1/products", `{"name":1` + strings.Repeat("0", 500_000) + `}`, nil, []int{400, 422}},
		"an address of 100 KB":             {"GET", "/api/v1/products?cursor=" + strings.Repeat("a", 100<<10), "", nil, []int{431, 400, 422}},
		"a header of 100 KB":               {"GET", "/api/v1/products", "", []string{"X-Long", strings.Repeat("a", 100<<10)}, []int{431}},
		"a token of 50 KB":                 {"GET", "/api/v1/products", "", []string{"Authorization", "Bearer zm_" + strings.Repeat("a", 50<<10)}, []int{401}},
		"ten thousand query parameters":    {"GET", "/api/v1/products?" + strings.Repeat("a=1&", 9_000), "", nil, []int{422}},
		"a limit beyond the page":          {"GET", "/api/v1/products?limit=1000000000", "", nil, []int{422}},
		"a recipe that unfolds for ever":   {"PUT", s.product + "/recipes", fmt.Sprintf(`{"source":%q}`, bomb), nil, []int{422}},
		"a pattern that unfolds for ever":  {"PUT", s.product + "/recipes", `{"source":"name: z\nsteps:\n  - use: clean.replace\n    with: {pattern: '((a{999}){999}){999}', into: b}\n"}`, nil, []int{422}},
		"a path with a parent in it":       {"GET", "/assets/..%2f..%2f..%2fetc/passwd", "", nil, []int{404, 400}},
		"a path with a NUL":                {"GET", "/assets/a%00b", "", nil, []int{404, 400}},
		"the blob folder by its path":      {"GET", "/blobs/", "", nil, []int{404, 200}},
		"a host that somebody else owns":   {"GET", "/api/v1/products", "", []string{"Host", "evil.example"}, []int{421}},
		"a link that should name him":      {"POST", "/api/v1/sign-in-links", `{}`, []string{"X-Forwarded-Host", "evil.example"}, []int{200}},
		"a method that is none":            {"BREW", "/api/v1/products", "", nil, []int{404, 405, 501}},
		"a content type that is none":      {"POST", "/api/v1/products", `name=x`, []string{"Content-Type", "application/x-www-form-urlencoded"}, []int{400, 415, 422}},
		"an unknown encoding of the body":  {"POST", "/api/v1/products", `{"name":"x"}`, []string{"Content-Encoding", "gzip"}, []int{200, 400, 409, 415, 422}},
		"a product that is a path":         {"GET", "/api/v1/products/" + url.PathEscape("../../people") + "/datasets", "", nil, []int{404}},
		"a form that claims to be a file":  {"POST", s.product + "/datasets/good/imports?filename=a.csv", "--x\r\n", []string{"Content-Type", "multipart/form-data; boundary=x"}, []int{422}},
		"a file whose name is a path":      {"POST", s.product + "/datasets/good/previews?filename=" + url.QueryEscape("../../../evil.csv"), "a,b\n1,2\n", nil, []int{200}},
		"a range of a made-up unit length": {"GET", "/assets/chat.js", "", []string{"Range", "bytes=0-" + strings.Repeat("1,2-3,", 2000) + "9"}, []int{200, 206, 416, 404}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequestWithContext(t.Context(), c.method, s.address+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+s.secret)
			r.Header.Set("Content-Type", "application/json")
			for i := 0; i+1 < len(c.header); i += 2 {
				if c.header[i] == "Host" {
					r.Host = c.header[i+1]
				}
				r.Header.Set(c.header[i], c.header[i+1])
			}
			began := time.Now()
			answer, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatalf("no answer: %v", err)
			}
			defer answer.Body.Close()
			text, _ := io.ReadAll(answer.Body) // cut off is an answer too
			ok := false
			for _, status := range c.want {
				ok = ok || answer.StatusCode == status
			}
			if took := time.Since(began); !ok || took > 20*time.Second {
				t.Errorf("%d after %v, want %v: %.300s", answer.StatusCode, took, c.want, text)
			}
			if bytes.Contains(text, []byte("evil.example/")) || bytes.Contains(text, []byte("root:")) {
				t.Errorf("the answer went where it should not: %.300s", text)
			}
		})
	}
	t.Run("a body without end", func(t *testing.T) {
		t.Parallel()
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.address, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST /api/v1/products HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", s.secret)
		chunk := fmt.Sprintf("10000\r\n%s\r\n", strings.Repeat(" ", 1<<16))
		var sent int
		for sent < 512 { // 32 MiB: a limit of 1 MiB ends it long before
			if _, err := io.WriteString(conn, chunk); err != nil {
				break
			}
			sent++
		}
		if sent == 512 {
			t.Error("32 MiB were taken where 1 MiB is the limit")
		}
	})
	if status, text := s.ask("GET", "/api/v1/products", "en", nil, "application/json"); status != 200 {
		t.Errorf("afterwards: %d %s", status, text)
	}
}

// Whatever leaves the house for a spreadsheet runs nothing there.
func TestFormulasThatLeaveTheHouse(t *testing.T) {
	t.Parallel()
	s := serveApp(t)
	evil := []string{`=HYPERLINK("http://a/","点")`, `+1+cmd|' /C calc'!A0`, `-2+3`, `@SUM(A1)`, "\t=1+1", `=cmd|'/C calc'!A1`}
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	_ = w.Write([]string{"id", "=1+1"})
	for i, text := range evil {
		_ = w.Write([]string{fmt.Sprint(i), text})
	}
	w.Flush()
	s.must("POST", s.product+"/datasets", `{"name":"evil"}`)
	if why := s.imported("evil", "evil.csv", &file); why.Code != "" {
		t.Fatalf("import: %+v", why)
	}
	export := func(format string) []byte {
		status, text := s.ask("GET", s.product+"/datasets/evil/versions/latest/export?format="+format, "en", nil, "application/json")
		if status != 200 {
			t.Fatalf("%s: %d %s", format, status, text)
		}
		return text
	}
	for format, comma := range map[string]rune{"csv": ',', "tsv": '\t'} {
		r := csv.NewReader(bytes.NewReader(export(format)))
		r.Comma = comma
		records, err := r.ReadAll()
		if err != nil || len(records) != len(evil)+1 {
			t.Fatalf("%s: %d records, %v", format, len(records), err)
		}
		for _, record := range records {
			for _, cell := range record {
				if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
					t.Errorf("%s: a spreadsheet runs %q", format, cell)
				}
			}
		}
	}
	book := export("xlsx")
	sheets, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range sheets.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("<f>")) || bytes.Contains(text, []byte("<f ")) {
			t.Errorf("%s holds a formula", f.Name)
		}
	}
	cells, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer cells.Close()
	rows, err := cells.GetRows(cells.GetSheetList()[0])
	if err != nil || len(rows) != len(evil)+1 || !strings.HasSuffix(rows[1][1], evil[0]) {
		t.Errorf("the text itself is lost: %q, %v", rows, err)
	}
}

// Names come back in headers: no name writes a header of its own.
func TestNamesInHeaders(t *testing.T) {
	t.Parallel()
	s := serveApp(t)
	for _, name := range []string{"a\r\nSet-Cookie: evil=1", `a"; filename="evil.exe`, "a\u2028b", "../../evil"} {
		asked, err := json.Marshal(map[string]string{"name": name})
		if err != nil {
			t.Fatal(err)
		}
		status, body := s.ask("POST", s.product+"/datasets", "en", bytes.NewReader(asked), "application/json")
		if status == 422 {
			continue
		}
		if status != 200 {
			t.Fatalf("%q: %d %s", name, status, body)
		}
		if why := s.imported(url.PathEscape(name), "a.csv", strings.NewReader("a\n1\n")); why.Code != "" {
			t.Fatalf("%q: %+v", name, why)
		}
		r, err := http.NewRequest("GET", s.address+s.product+"/datasets/"+url.PathEscape(name)+"/versions/latest/export?format=csv", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+s.secret)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		disposition := answer.Header.Get("Content-Disposition")
		if answer.StatusCode != 200 || answer.Header.Get("Set-Cookie") != "" || strings.Contains(disposition, "evil.exe\"") || strings.Contains(disposition, "../") {
			t.Errorf("%q: %d %v", name, answer.StatusCode, answer.Header)
		}
	}
}
