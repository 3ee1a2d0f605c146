package app

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhuomo/internal/api"
)

// served is a program that listens, with one product and one dataset of three rows.
type served struct {
	*App
	t       *testing.T
	address string
	product string
}

func serveApp(t *testing.T) *served {
	t.Helper()
	a, address := openedDoor(t, door{listen: "127.0.0.1:0"})
	s := &served{App: a, t: t, address: "http://" + address, product: "/api/v1/products/p"}
	s.must("POST", "/api/v1/products", `{"name":"p"}`)
	s.must("POST", s.product+"/datasets", `{"name":"good"}`)
	if why := s.imported("good", "good.csv", strings.NewReader("id,text\n1,你好\n2,退票\n3,发票\n")); why.Code != "" {
		t.Fatalf("the good file: %+v", why)
	}
	return s
}

// ask sends one request and gives status and body.
func (s *served) ask(method, path, lang string, body io.Reader, kind string) (int, []byte) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.address+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.secret)
	r.Header.Set("Accept-Language", lang)
	r.Header.Set("Content-Type", kind)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatalf("%s %s: the server gave no answer: %v", method, path, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return response.StatusCode, text
}

func (s *served) must(method, path, body string) []byte {
	s.t.Helper()
	status, text := s.ask(method, path, "en", strings.NewReader(body), "application/json")
	if status >= 300 {
		s.t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	return text
}

// refusal is what a person reads of something that went wrong.
type refusal struct {
	Status                       int
	Code, ZH, EN, FixZH, FixEN   string
	Findings                     []string // of an import that went well: kinds
	FindingZH, FindingEN, Result string
}

// tell sends the same request in both languages; body makes its bytes anew.
func (s *served) tell(method, path string, body func() io.Reader, kind string) refusal {
	s.t.Helper()
	var out refusal
	for _, lang := range []string{"zh", "en"} {
		status, text := s.ask(method, path, lang, body(), kind)
		if status < 400 {
			return refusal{Status: status, Result: string(text)}
		}
		var p api.Problem
		if err := json.Unmarshal(text, &p); err != nil {
			s.t.Fatalf("%s %s: %d is no problem document: %s", method, path, status, text)
		}
		out.Status, out.Code = status, p.Code
		if lang == "zh" {
			out.ZH, out.FixZH = p.Detail, p.Fix
		} else {
			out.EN, out.FixEN = p.Detail, p.Fix
		}
	}
	return out
}

// imported uploads a file and waits for its job.
func (s *served) imported(dataset, name string, file io.Reader) refusal {
	s.t.Helper()
	path := s.product + "/datasets/" + dataset + "/imports?filename=" + name
	empty := false
	if b, ok := file.(*bytes.Reader); ok {
		empty = b.Len() == 0
	}
	if empty {
		return s.tell("POST", path, func() io.Reader { return bytes.NewReader(nil) }, "application/octet-stream")
	}
	status, text := s.ask("POST", path, "en", file, "application/octet-stream")
	var started api.Started
	if status != http.StatusAccepted || json.Unmarshal(text, &started) != nil {
		s.t.Fatalf("upload %s: %d %s", name, status, text)
	}
	var out refusal
	for _, lang := range []string{"zh", "en"} {
		j := s.finished(started.JobID, lang)
		if j.Failure == nil {
			var r struct {
				Findings []struct {
					Kind string
					Why  struct{ ZH, EN string }
				}
			}
			if err := json.Unmarshal(j.Result, &r); err != nil {
				s.t.Fatal(err)
			}
			for _, f := range r.Findings {
				out.Findings = append(out.Findings, f.Kind)
				out.FindingZH += f.Why.ZH + "\n"
				out.FindingEN += f.Why.EN + "\n"
			}
			out.Status, out.Result = 200, string(j.Result)
			return out
		}
		out.Code, out.Status = j.Failure.Code, map[string]int{"invalid": 422, "conflict": 409}[j.Failure.Kind]
		if lang == "zh" {
			out.ZH, out.FixZH = j.Failure.Message, j.Failure.Fix
		} else {
			out.EN, out.FixEN = j.Failure.Message, j.Failure.Fix
		}
	}
	return out
}

func (s *served) finished(job, lang string) api.JobView {
	s.t.Helper()
	for range 3000 {
		_, text := s.ask("GET", "/api/v1/jobs/"+job, lang, nil, "")
		var j api.JobView
		if err := json.Unmarshal(text, &j); err != nil {
			s.t.Fatalf("job: %s", text)
		}
		if j.State.Finished() {
			return j
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.t.Fatal("the job does not end")
	return api.JobView{}
}

// state is all that must not change when something is refused.
func (s *served) state() string {
	s.t.Helper()
	var all strings.Builder
	for _, path := range []string{"/datasets", "/datasets/good/versions", "/datasets/good/versions/latest/rows", "/recipes", "/flows", "/entries", "/entities", "/guidelines"} {
		_, text := s.ask("GET", s.product+path, "en", nil, "")
		all.Write(text)
	}
	return all.String()
}

// long is n bytes of one letter between two texts, without ever holding them.
func long(begin string, n int64, end string) io.Reader {
	return io.MultiReader(strings.NewReader(begin), io.LimitReader(letters{}, n), strings.NewReader(end))
}

type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func zipped(t *testing.T, members map[string]io.Reader) *bytes.Reader {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, body := range members {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.Copy(w, body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(out.Bytes())
}

func gzipped(t *testing.T, body io.Reader) *bytes.Reader {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := io.Copy(z, body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(out.Bytes())
}

// lying makes the directory of a zip say that its one member is small.
func lying(t *testing.T, z *bytes.Reader) *bytes.Reader {
	t.Helper()
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(b, []byte("PK\x01\x02"))
	copy(b[at+24:at+28], []byte{10, 0, 0, 0}) // the unpacked size
	return bytes.NewReader(b)
}

func workbook(t *testing.T) *bytes.Reader {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	var out bytes.Buffer
	for _, err := range []error{
		book.SetSheetRow("Sheet1", "A1", &[]any{"id", "text"}), book.SetSheetRow("Sheet1", "A2", &[]any{1, "你好"}),
		book.SetSheetRow("Sheet1", "A3", &[]any{2, "="}), book.SetCellFormula("Sheet1", "B3", `HYPERLINK("http://a/","点")`), book.Write(&out),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return bytes.NewReader(out.Bytes())
}

func noise(head string, n int) *bytes.Reader {
	r := rand.New(rand.NewPCG(1, 2))
	b := []byte(head)
	for range n {
		b = append(b, byte(r.Uint32()))
	}
	return bytes.NewReader(b)
}

func gb18030(t *testing.T, text string) string {
	t.Helper()
	out, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// heapPeak runs do and gives the most bytes of heap in use meanwhile beyond
// those in use before.
func heapPeak(do func()) int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, peak := int64(m.HeapInuse), int64(0)
	stop := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				runtime.ReadMemStats(&m)
				peak = max(peak, int64(m.HeapInuse)-before)
			}
		}
	})
	do()
	close(stop)
	watch.Wait()
	return peak
}

// TestBadInputIsRefusedWithPlaceAndFixAndNothingIsLost sends to a program that
// listens what careless and hostile people send. Every refusal names the place
// and the fix in both languages, what was there stays, and the program lives.
func TestBadInputIsRefusedWithPlaceAndFixAndNothingIsLost(t *testing.T) {
	const mostHeap = 128 << 20
	s := serveApp(t)
	if got := s.imported("good", "second.csv", strings.NewReader("id,text\n4,改签\n")); got.Code != "" {
		t.Fatalf("the second file: %+v", got)
	}
	s.must("PUT", s.product+"/recipes", `{"source":"name: b\nsteps: []\n"}`)
	s.must("PUT", s.product+"/recipes", `{"source":"name: a\nsteps:\n  - recipe: b\n"}`)
	// A drawing may be kept unfinished; it cannot be used while it turns in circles.
	flow, err := os.ReadFile("../../examples/service/flow.yaml")
	if err != nil {
		t.Fatal(err)
	}
	flow = append(flow, "\n  turn_a: {say: 转, next: turn_b}\n  turn_b: {say: 圈, next: turn_a}\n"...)
	flow = bytes.Replace(flow, []byte("\nintents:\n"), []byte("\nintents:\n  spin: {node: turn_a, title: 转}\n"), 1)
	saved := struct{ ID string }{}
	if err := json.Unmarshal(s.must("POST", s.product+"/flows?filename=f.yaml", string(flow)), &saved); err != nil {
		t.Fatal(err)
	}
	upload := func(name string, file io.Reader) func() refusal {
		return func() refusal { return s.imported("good", name, file) }
	}
	post := func(method, path, body string) func() refusal {
		return func() refusal {
			return s.tell(method, s.product+path, func() io.Reader { return strings.NewReader(body) }, "application/json")
		}
	}
	send := func(path, body string) func() refusal {
		return func() refusal {
			return s.tell("POST", s.product+path, func() io.Reader { return strings.NewReader(body) }, "application/octet-stream")
		}
	}
	quoted := func(text string) string {
		b, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, c := range []struct {
		name, code string
		do         func() refusal
		zh, en     string // the place, in both languages
	}{
		{"an empty file", "dataset.empty_file", upload("空.csv", bytes.NewReader(nil)), "「空.csv」是空的", "空.csv is empty"},
		{"a file of blank lines", "dataset.no_records", upload("blank.txt", strings.NewReader("\n\n \n")), "「blank.txt」", "blank.txt"},
		{"a picture named as CSV", "dataset.not_text", upload("a.csv", noise("\x89PNG\r\n\x1a\n", 4000)), "第 6 字节", "byte 6"},
		{"noise named as CSV", "dataset.not_text", upload("a.csv", noise("", 4000)), "字节", "at byte"},
		{"noise named as Excel", "dataset.damaged_file", upload("a.xlsx", noise("PK\x03\x04", 4000)), "「a.xlsx」", "a.xlsx"},
		{"a JSON file cut short at once", "dataset.no_records", upload("a.json", strings.NewReader(`[{"a":`)), "「a.json」", "a.json"},
		{"an encoding that is none", "dataset.unknown_encoding", func() refusal {
			return s.importedWith("good", "encoding=klingon", "a.csv", "id,text\n9,x\n")
		}, "klingon", "klingon"},
		{"a column to keep that is not there", "dataset.no_such_column", func() refusal {
			return s.importedWith("good", "column=nix", "a.csv", "id,text\n9,x\n")
		}, "nix", "id, text"},
		{"a zip bomb", "dataset.archive_too_big", upload("b.zip", zipped(t, map[string]io.Reader{"big.csv": long("id,text\n", 300<<20, "\n")})), "「big.csv」", "big.csv"},
		{"a zip bomb with a lying directory", "dataset.damaged_file", upload("l.zip", lying(t, zipped(t, map[string]io.Reader{"big.csv": long("id,text\n", 300<<20, "\n")}))), "（big.csv）", "big.csv"},
		{"a gzip bomb", "dataset.archive_too_big", upload("b.csv.gz", gzipped(t, long("id,text\n", 300<<20, "\n"))), "「b.csv」", "b.csv"},
		{"a path that leaves the zip", "dataset.path_escape", upload("e.zip", zipped(t, map[string]io.Reader{"../../etc/a.csv": strings.NewReader("id\n1\n")})), "「../../etc/a.csv」", "../../etc/a.csv"},
		{"an absolute path in a zip", "dataset.path_escape", upload("e2.zip", zipped(t, map[string]io.Reader{"/etc/a.csv": strings.NewReader("id\n1\n")})), "「/etc/a.csv」", "/etc/a.csv"},
		{"a path of the other system in a zip", "dataset.path_escape", upload("e3.zip", zipped(t, map[string]io.Reader{`..\a.csv`: strings.NewReader("id\n1\n")})), `a.csv`, `a.csv`},
		{"one line of 200 MB in a CSV", "dataset.line_too_long", upload("l.csv", long("id,text\n1,", 200<<20, "\n")), "第 2 行", "line 2"},
		{"one line of 200 MB in a text", "dataset.line_too_long", upload("l.txt", long("", 200<<20, "\n")), "第 1 行", "line 1"},
		{"one line of 200 MB in JSON lines", "dataset.line_too_long", upload("l.jsonl", long("{\"a\":1}\n{\"a\":\"", 200<<20, "\"}\n")), "第 2 行", "line 2"},
		{"one quoted field of 200 MB", "dataset.line_too_long", upload("q.csv", long("id,text\n1,\"", 200<<20, "\"\n")), "第 2 行", "line 2"},
		{"the same file again", "dataset.already_imported", upload("good.csv", strings.NewReader("id,text\n1,你好\n2,退票\n3,发票\n")), "「good.csv」", "good.csv"},
		{"a recipe that includes itself", "clean.cyclic_recipe", post("PUT", "/recipes", `{"source":"name: z\nsteps:\n  - recipe: z\n"}`), "z → z", "z → z"},
		{"recipes in a circle", "clean.cyclic_recipe", post("PUT", "/recipes", `{"revision":1,"source":"name: b\nsteps:\n  - recipe: a\n"}`), "b → a → b", "b → a → b"},
		{"a recipe that is broken YAML", "clean.bad_yaml", post("PUT", "/recipes", `{"source":"name: z\nsteps:\n  - use: [\n"}`), "第 3 行", "line 3"},
		{"a recipe with an unknown operator", "clean.unknown_operator", post("PUT", "/recipes", `{"source":"name: z\nsteps:\n  - use: clean.widht.v1\n"}`), "clean.widht.v1", "clean.widht.v1"},
		{"a flow that is broken YAML", "dialog.bad_yaml", send("/flows?filename=f.yaml", "flow: f\nnodes:\n  - [\n"), "第 3 行", "line 3"},
		{"a flow that turns in circles", "dialog.bad_flow", post("POST", "/flows/"+saved.ID+"/simulations", `{"messages":[{"text":"你好"}]}`), "turn_a → turn_b → turn_a", "turn_a → turn_b → turn_a"},
		{"a flow of 3 MB", "api.too_large", send("/flows?filename=f.yaml", "flow: "+strings.Repeat("x", 3<<20)), "MiB", "MiB"},
		{"an empty flow", "dialog.bad_yaml", send("/flows?filename=f.yaml", ""), "第 1 行", "line 1"},
		{"a guideline that is broken YAML", "label.bad_yaml", post("POST", "/guidelines", `{"source":"labels:\n  - [\n"}`), "第 2 行", "line 2"},
		{"entries that are broken YAML", "knowledge.broken_file", send("/entries/imports?filename=e.yaml", "- question: a\n  answers: [\n"), "第 2 行", "line 2"},
		{"a body that is no JSON", "api.invalid_input", post("POST", "/datasets", `{"name":`), "JSON", "JSON"},
		{"a field that nobody knows", "api.invalid_input", post("POST", "/datasets", `{"name":"x","nmae":"y"}`), "nmae", "nmae"},
		{"a message of 1 MB to no session", "serve.no_session", s.message(quoted(strings.Repeat("好", 1<<20/3-200))), "会话", "session"},
		{"a message beyond the limit of a body", "api.too_large", s.message(quoted(strings.Repeat("好", 1<<20))), "1 MiB", "1 MiB"},
	} {
		before := s.state()
		var got refusal
		peak := heapPeak(func() { got = c.do() })
		t.Logf("%s: %s %.1f MB\n  %s｜%s\n  %s | %s", c.name, got.Code, float64(peak)/1e6, got.ZH, got.FixZH, got.EN, got.FixEN)
		if got.Code != c.code || got.Status < 400 || got.Status >= 500 {
			t.Errorf("%s: %d %s, want %s: %s", c.name, got.Status, got.Code, c.code, got.Result)
		}
		if !strings.Contains(got.ZH+got.FixZH, c.zh) || !strings.Contains(got.EN+got.FixEN, c.en) {
			t.Errorf("%s: the place is not told: %q %q", c.name, got.ZH, got.EN)
		}
		if got.FixZH == "" || got.FixEN == "" || got.ZH == got.EN || strings.Contains(got.ZH+got.EN+got.FixZH+got.FixEN, "{") {
			t.Errorf("%s: not told in both languages with a fix: %+v", c.name, got)
		}
		if s.state() != before {
			t.Errorf("%s: something changed", c.name)
		}
		if peak > mostHeap {
			t.Errorf("%s: took %.0f MB", c.name, float64(peak)/1e6)
		}
		if status, _ := s.ask("GET", "/healthz", "en", nil, ""); status != 200 {
			t.Errorf("%s: the program is ill: %d", c.name, status)
		}
	}
}

// importedWith imports a small file with settings.
func (s *served) importedWith(dataset, query, name, text string) refusal {
	s.t.Helper()
	return s.imported(dataset, name+"&"+query, strings.NewReader(text))
}

// message says something to the product over the public route.
func (s *served) message(quoted string) func() refusal {
	return func() refusal {
		s.t.Helper()
		return s.tell("POST", s.product+"/sessions/none/turns", func() io.Reader {
			return strings.NewReader(fmt.Sprintf(`{"text":%s,"turn_id":"1"}`, quoted))
		}, "application/json")
	}
}

// TestDoubtfulFilesAreKeptWithAFinding: what can be read is read, and what is
// strange in it is told with its place.
func TestDoubtfulFilesAreKeptWithAFinding(t *testing.T) {
	s := serveApp(t)
	for i, c := range []struct {
		name, kind, zh, en string
		file               io.Reader
		file2              string
		rows               int
	}{
		{name: "two encodings in one file", kind: "mixed_encoding", file2: "a.csv", rows: 3, zh: "gb18030", en: "gb18030",
			file: strings.NewReader("id,text\n1,你好，我想退票\n" + gb18030(t, "2,我要改签机票到明天\n") + "3,发票开错了\n")},
		{name: "an id twice", kind: "duplicate_id", file2: "a.csv", rows: 6, zh: "列「id」", en: "column id",
			file: strings.NewReader("id,text\n1,a\n2,b\n3,c\n4,d\n5,e\n5,f\n")},
		{name: "formula cells in a workbook", kind: "formula", file2: "a.xlsx", rows: 2, zh: "公式", en: "formula", file: workbook(t)},
		{name: "a record that is no JSON", kind: "broken_json", file2: "a.jsonl", rows: 2, zh: "JSON", en: "JSON", file: strings.NewReader("{\"a\":1}\n{\"a\":\n{\"a\":2}\n")},
		{name: "records of other widths", kind: "ragged_short", file2: "a.csv", rows: 2, zh: "1 个字段", en: "1 of 3", file: strings.NewReader("id,text,note\n1,a,b\n2\n")},
	} {
		dataset := fmt.Sprintf("d%d", i)
		s.must("POST", s.product+"/datasets", `{"name":"`+dataset+`"}`)
		got := s.imported(dataset, c.file2, c.file)
		t.Logf("%s: %v\n  %s  %s", c.name, got.Findings, got.FindingZH, got.FindingEN)
		if got.Code != "" || !strings.Contains(strings.Join(got.Findings, " "), c.kind) {
			t.Errorf("%s: %+v, want the finding %s", c.name, got, c.kind)
		}
		if !strings.Contains(got.FindingZH, c.zh) || !strings.Contains(strings.ToLower(got.FindingEN), strings.ToLower(c.en)) {
			t.Errorf("%s: told as %q %q", c.name, got.FindingZH, got.FindingEN)
		}
		var page struct{ Items []json.RawMessage }
		if err := json.Unmarshal(s.must("GET", s.product+"/datasets/"+dataset+"/versions/latest/rows", ""), &page); err != nil || len(page.Items) != c.rows {
			t.Errorf("%s: %d rows, want %d (%v)", c.name, len(page.Items), c.rows, err)
		}
	}
	// A file with other columns joins the rows that are there; both stay whole.
	got := s.imported("good", "other.csv", strings.NewReader("foo,bar\n1,2\n"))
	if !strings.Contains(strings.Join(got.Findings, " "), "other_columns") || !strings.Contains(got.FindingZH, "foo, bar") || !strings.Contains(got.FindingEN, "id, text") {
		t.Errorf("unknown columns: %+v", got)
	}
	if rows := s.must("GET", s.product+"/datasets/good/versions/latest/rows", ""); !bytes.Contains(rows, []byte("退票")) {
		t.Errorf("the rows before are gone: %s", rows)
	}
}
