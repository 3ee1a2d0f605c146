package api_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

type textIn struct {
	Body struct {
		Text string `json:"text"`
	}
}

type textOut struct {
	api.Tag
	Body struct {
		Text string `json:"text"`
		Runs int64  `json:"runs"`
	}
}

// echo answers the text and how often it was called.
func echo(path string, need api.Role, o ...api.Option) api.Route {
	var runs atomic.Int64
	return api.Op("POST", path, "", need, "回声", "echo", func(_ context.Context, in *textIn) (*textOut, error) {
		out := &textOut{Tag: api.TagOf(3)}
		out.Body.Text, out.Body.Runs = in.Body.Text, runs.Add(1)
		return out, nil
	}, o...)
}

func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	h := open(t, echo("/api/v1/trainers", api.Trainer), echo("/api/v1/anyone", api.Public))
	cookie := func(role string) string {
		return "zhuomo_session_" + h.URL[strings.LastIndex(h.URL, ":")+1:] + "=" + role
	}
	for name, c := range map[string]struct {
		path   string
		header []string
		status int
		code   string
	}{
		"nobody is asked to sign in":                {"/api/v1/trainers", []string{"Authorization", ""}, 401, "api.not_signed_in"},
		"a wrong token is refused":                  {"/api/v1/trainers", []string{"Authorization", "Bearer zm_no"}, 401, "api.not_signed_in"},
		"a lower role is refused":                   {"/api/v1/trainers", []string{"Authorization", "Bearer reviewer"}, 403, "api.not_allowed"},
		"the role itself is let in":                 {"/api/v1/trainers", []string{"Authorization", "Bearer trainer"}, 200, ""},
		"a higher role is let in":                   {"/api/v1/trainers", []string{"Authorization", "Bearer owner"}, 200, ""},
		"nobody may call what is public":            {"/api/v1/anyone", []string{"Authorization", ""}, 200, ""},
		"a stale cookie does not close what's open": {"/api/v1/anyone", []string{"Authorization", "", "Cookie", cookie("stale")}, 200, ""},
		"a cookie signs in":                         {"/api/v1/trainers", []string{"Authorization", "", "Cookie", cookie("lead"), "Origin", h.URL}, 200, ""},
		"another site cannot use the cookie":        {"/api/v1/trainers", []string{"Authorization", "", "Cookie", cookie("lead"), "Origin", "http://evil.example"}, 403, "api.foreign_origin"},
		"nor as a cross-site fetch":                 {"/api/v1/trainers", []string{"Authorization", "", "Cookie", cookie("lead"), "Sec-Fetch-Site", "cross-site"}, 403, "api.foreign_origin"},
		"a token works from any origin":             {"/api/v1/trainers", []string{"Authorization", "Bearer lead", "Origin", "http://other.example"}, 200, ""},
	} {
		a := h.do(t, "POST", c.path, `{"text":"好"}`, c.header...)
		if a.StatusCode != c.status || c.code != "" && a.problem(t).Code != c.code {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
		}
		if c.status == 401 && a.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: no WWW-Authenticate", name)
		}
	}
}

func TestOtherSitesReadOnlyWhatIsOpenToThem(t *testing.T) {
	t.Parallel()
	h := open(t, echo("/api/v1/chat", api.Public, api.AnySite()), echo("/api/v1/anyone", api.Public))
	ask := h.do(t, "OPTIONS", "/api/v1/chat", "", "Authorization", "", "Origin", "http://shop.example", "Access-Control-Request-Method", "POST")
	if ask.StatusCode != 204 || ask.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(ask.Header.Get("Access-Control-Allow-Headers"), "X-Session-Token") {
		t.Errorf("preflight: %d %v", ask.StatusCode, ask.Header)
	}
	a := h.do(t, "POST", "/api/v1/chat", `{"text":"好"}`, "Authorization", "", "Origin", "http://shop.example")
	if a.StatusCode != 200 || a.Header.Get("Access-Control-Allow-Origin") != "*" || a.Header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("call: %d %v", a.StatusCode, a.Header)
	}
	if bad := h.do(t, "POST", "/api/v1/chat", `{`, "Authorization", ""); bad.StatusCode < 400 || bad.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("a page of another site cannot read the fault: %d %v", bad.StatusCode, bad.Header)
	}
	if closed := h.do(t, "OPTIONS", "/api/v1/anyone", "", "Authorization", ""); closed.StatusCode == 204 || closed.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a closed route answers other sites: %d %v", closed.StatusCode, closed.Header)
	}
}

func TestAnswersCarrySafeHeaders(t *testing.T) {
	t.Parallel()
	h := open(t, echo("/api/v1/anyone", api.Public))
	a := h.do(t, "POST", "/api/v1/anyone", `{"text":"好"}`, "X-Request-Id", "from-proxy-1")
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
		"Cache-Control": "no-store", "X-Request-Id": "from-proxy-1", "ETag": `"3"`, "Access-Control-Allow-Origin": "",
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if !strings.Contains(a.Header.Get("Content-Security-Policy"), "default-src 'self'") {
		t.Error("no content security policy")
	}
	if a := h.do(t, "POST", "/api/v1/anyone", `{"text":"好"}`, "X-Request-Id", "bad\tid <x>"); strings.Contains(a.Header.Get("X-Request-Id"), "<") {
		t.Error("a strange request id was taken over")
	}
}

func TestLimitsOfSizeAndTime(t *testing.T) {
	t.Parallel()
	stuck := api.Op("GET", "/api/v1/stuck", "", api.Viewer, "卡住", "stuck", func(ctx context.Context, _ *nothing) (*nothing, error) {
		<-ctx.Done()
		return nil, fmt.Errorf("wait: %w", ctx.Err())
	}, api.Timeout(20*time.Millisecond))
	h := open(t, echo("/api/v1/small", api.Viewer, api.MaxBytes(64)), echo("/api/v1/usual", api.Viewer), stuck)
	fits := `{"text":"` + strings.Repeat("a", 64-11) + `"}`
	if a := h.do(t, "POST", "/api/v1/small", fits); a.StatusCode != 200 {
		t.Errorf("%d bytes: %d %s", len(fits), a.StatusCode, a.body)
	}
	for path, size := range map[string]int{"/api/v1/small": 65, "/api/v1/usual": 1<<20 + 1} {
		a := h.do(t, "POST", path, `{"text":"`+strings.Repeat("a", size-11)+`"}`)
		if p := a.problem(t); a.StatusCode != 413 || p.Code != "api.too_large" || !strings.Contains(p.Detail, "B") {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
	if a := h.do(t, "GET", "/api/v1/stuck", ""); a.StatusCode != 503 || a.problem(t).Code != "api.too_slow" || a.Header.Get("Retry-After") == "" {
		t.Errorf("stuck: %d %s", a.StatusCode, a.body)
	}
}

func TestOneKeyGivesOneAnswer(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := openOn(t, d, echo("/api/v1/echo", api.Viewer))
		send := func(key, text, who string) answer {
			return h.do(t, "POST", "/api/v1/echo", `{"text":"`+text+`"}`, "Idempotency-Key", key, "Authorization", "Bearer "+who)
		}
		first := send("k1", "好", "viewer")
		again := send("k1", "好", "viewer")
		if first.StatusCode != 200 || again.body != first.body || again.Header.Get("Idempotency-Replayed") != "true" || again.Header.Get("ETag") != `"3"` {
			t.Errorf("first %s, again %s %v", first.body, again.body, again.Header)
		}
		if a := send("k1", "别的", "viewer"); a.StatusCode != 422 || a.problem(t).Code != "api.key_reused" {
			t.Errorf("another body: %d %s", a.StatusCode, a.body)
		}
		if a := send("k1", "好", "lead"); a.body == first.body {
			t.Errorf("another person got the answer: %s", a.body)
		}
		if a := send("k 2", "好", "viewer"); a.problem(t).Code != "api.bad_key" {
			t.Errorf("a key with a space: %s", a.body)
		}
		h.clock.Add(24*time.Hour + time.Second)
		if a := send("k1", "好", "viewer"); a.body == first.body || a.StatusCode != 200 {
			t.Errorf("after a day: %s", a.body)
		}
	})
}

func TestAKeyInUseIsBusy(t *testing.T) {
	t.Parallel()
	inside, leave := make(chan struct{}), make(chan struct{})
	h := open(t, api.Op("POST", "/api/v1/slow", "", api.Viewer, "慢", "slow", func(context.Context, *nothing) (*nothing, error) {
		close(inside)
		<-leave
		return nil, nil
	}))
	done := make(chan answer, 1)
	go func() { done <- h.do(t, "POST", "/api/v1/slow", "", "Idempotency-Key", "k") }()
	<-inside
	if a := h.do(t, "POST", "/api/v1/slow", "", "Idempotency-Key", "k"); a.StatusCode != 409 || a.problem(t).Code != "api.still_running" {
		t.Errorf("got %d %s", a.StatusCode, a.body)
	}
	close(leave)
	if a := <-done; a.StatusCode != 204 {
		t.Errorf("the first: %d %s", a.StatusCode, a.body)
	}
}

// TestAKeyWhoseAnswerWasLostIsNotDoneAgain lets a request write and never
// answer, as when the program is killed, and sends it again to a new server on
// the same database.
func TestAKeyWhoseAnswerWasLostIsNotDoneAgain(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		written, leave := make(chan struct{}, 2), make(chan struct{})
		var h *house
		work := func(ctx context.Context, _ *nothing) (*nothing, error) {
			err := h.db.Write(ctx, func(context.Context, db.Tx) error { return nil })
			written <- struct{}{}
			<-leave
			return nil, err
		}
		route := api.Op("POST", "/api/v1/work", "", api.Viewer, "做", "work", work)
		h = openOn(t, d, route)
		done := make(chan answer, 1)
		go func() { done <- h.do(t, "POST", "/api/v1/work", "", "Idempotency-Key", "k") }()
		<-written
		next := h.serve(t, route)
		if a := next.do(t, "POST", "/api/v1/work", "", "Idempotency-Key", "k"); a.StatusCode != 409 || a.problem(t).Code != "api.answer_lost" {
			t.Errorf("sent again: %d %s", a.StatusCode, a.body)
		}
		close(leave)
		if a := <-done; a.StatusCode != 204 {
			t.Errorf("the first: %d %s", a.StatusCode, a.body)
		}
		if a := next.do(t, "POST", "/api/v1/work", "", "Idempotency-Key", "k"); a.StatusCode != 204 || a.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("once answered: %d %s", a.StatusCode, a.body)
		}
		if len(written) > 0 {
			t.Error("the work was done twice")
		}
	})
}

// TestAnAnswerIsKeptThoughItsCommitWasCut ends the connection in the commit that
// keeps the answer, once: a retry gets the answer all the same.
func TestAnAnswerIsKeptThoughItsCommitWasCut(t *testing.T) {
	t.Parallel()
	d := testkit.OpenPostgres(t)
	var h *house
	h = openOn(t, d, api.Op("POST", "/api/v1/work", "", api.Viewer, "做", "work", func(ctx context.Context, _ *nothing) (*nothing, error) {
		return nil, h.db.Write(ctx, func(context.Context, db.Tx) error { return nil })
	}))
	for _, statement := range []string{
		`CREATE SEQUENCE cuts`,
		`CREATE FUNCTION cut_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF nextval('cuts') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END $$`,
		`CREATE CONSTRAINT TRIGGER cut AFTER UPDATE ON api_answers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut_once()`,
	} {
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.ExecContext(ctx, statement)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 2 {
		a := h.do(t, "POST", "/api/v1/work", "", "Idempotency-Key", "k")
		if a.StatusCode != 204 || (a.Header.Get("Idempotency-Replayed") == "true") != (n == 1) {
			t.Errorf("sent %d times: %d %s", n+1, a.StatusCode, a.body)
		}
	}
	var cuts int
	if err := d.Reader().QueryRowContext(t.Context(), "SELECT last_value FROM cuts").Scan(&cuts); err != nil || cuts != 2 {
		t.Errorf("the answer was written %d times, %v", cuts, err)
	}
}

// TestAKeyIsTakenOnceWhereverItIsSent sends one request to two servers on one
// database at the same time: the work of one of them is kept.
func TestAKeyIsTakenOnceWhereverItIsSent(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		var inside sync.WaitGroup
		inside.Add(2)
		var h *house
		route := api.Op("POST", "/api/v1/work", "", api.Viewer, "做", "work", func(ctx context.Context, _ *nothing) (*nothing, error) {
			inside.Done()
			inside.Wait() // both have seen that the key is free
			return nil, h.db.Write(ctx, func(context.Context, db.Tx) error { return nil })
		})
		h = openOn(t, d, route)
		got := make(chan answer, 2)
		for _, server := range []*house{h, h.serve(t, route)} {
			go func() { got <- server.do(t, "POST", "/api/v1/work", "", "Idempotency-Key", "k") }()
		}
		one, other := <-got, <-got
		if one.StatusCode > other.StatusCode {
			one, other = other, one
		}
		if one.StatusCode != 204 || other.StatusCode != 409 || other.problem(t).Code != "api.still_running" {
			t.Errorf("%d %s and %d %s", one.StatusCode, one.body, other.StatusCode, other.body)
		}
		if a := h.do(t, "POST", "/api/v1/work", "", "Idempotency-Key", "k"); a.StatusCode != 204 {
			t.Errorf("sent again: %d %s", a.StatusCode, a.body)
		}
	})
}

// TestAKeyThatFailedAfterAWriteIsNotDoneAgain: what failed before it wrote is
// done by the retry, what failed afterwards is not.
func TestAKeyThatFailedAfterAWriteIsNotDoneAgain(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		var h *house
		early, late := 0, 0
		h = openOn(t, d, api.Op("POST", "/api/v1/early", "", api.Viewer, "早", "early", func(ctx context.Context, _ *nothing) (*nothing, error) {
			if early++; early == 1 {
				return nil, db.Unreachable.With()
			}
			return nil, h.db.Write(ctx, func(context.Context, db.Tx) error { return nil })
		}), api.Op("POST", "/api/v1/late", "", api.Viewer, "晚", "late", func(ctx context.Context, _ *nothing) (*nothing, error) {
			late++
			return nil, errors.Join(h.db.Write(ctx, func(context.Context, db.Tx) error { return nil }), db.Unreachable.With())
		}))
		for i, want := range []int{503, 204, 204} {
			if a := h.do(t, "POST", "/api/v1/early", "", "Idempotency-Key", "early"); a.StatusCode != want || early != min(i+1, 2) {
				t.Errorf("failed before a write, try %d: %d %s after %d runs", i, a.StatusCode, a.body, early)
			}
		}
		for i, want := range []string{"db.unreachable", "api.answer_lost"} {
			if a := h.do(t, "POST", "/api/v1/late", "", "Idempotency-Key", "late"); a.problem(t).Code != want || late != 1 {
				t.Errorf("failed after a write, try %d: %s after %d runs", i, a.body, late)
			}
		}
	})
}

type fileIn struct {
	Dataset string `path:"dataset"`
	DryRun  bool   `query:"dry_run"`
}

type fileOut struct {
	Body struct {
		Name string `json:"name"`
		Size int64  `json:"size"`
		Dry  bool   `json:"dry"`
	}
}

func TestAFileArrivesRawOrAsAForm(t *testing.T) {
	t.Parallel()
	h := open(t, api.Upload("POST", "/api/v1/datasets/{dataset}/imports", "dataset import", api.Viewer, "导入", "import",
		func(_ context.Context, in *fileIn, f api.Incoming) (*fileOut, error) {
			n, err := io.Copy(io.Discard, f)
			if err != nil {
				return nil, fmt.Errorf("read the upload: %w", err)
			}
			out := &fileOut{}
			out.Body.Name, out.Body.Size, out.Body.Dry = f.Name, n, in.DryRun
			return out, nil
		}, api.MaxBytes(3<<20)))
	const path = "/api/v1/datasets/d/imports"
	content := strings.Repeat("行", 700_000)
	if a := h.do(t, "POST", path+"?filename=..%2F%E8%81%8A%E5%A4%A9.csv&dry_run=true", content, "Content-Type", "text/csv"); a.body != `{"name":"聊天.csv","size":2100000,"dry":true}`+"\n" {
		t.Errorf("raw: %s", a.body)
	}
	var form strings.Builder
	w := multipart.NewWriter(&form)
	w.WriteField("note", "before the file")
	part, _ := w.CreateFormFile("file", `C:\temp\a.csv`)
	io.WriteString(part, content)
	w.Close()
	if a := h.do(t, "POST", path, form.String(), "Content-Type", w.FormDataContentType()); a.body != `{"name":"a.csv","size":2100000,"dry":false}`+"\n" {
		t.Errorf("form: %s", a.body)
	}
	if a := h.do(t, "POST", path, strings.Repeat("行", 1<<20+1)); a.StatusCode != 413 || a.problem(t).Code != "api.too_large" {
		t.Errorf("too large: %d %s", a.StatusCode, a.body)
	}
	if a := h.do(t, "POST", path, ""); a.problem(t).Code != "api.no_file" {
		t.Errorf("empty: %s", a.body)
	}
	if a := h.do(t, "POST", path, "x", "Content-Type", "multipart/form-data; boundary=b"); a.problem(t).Code != "api.no_file" {
		t.Errorf("broken form: %s", a.body)
	}
	if a := h.do(t, "POST", path+"?dry=1", "x"); a.problem(t).Code != "api.invalid_input" {
		t.Errorf("unknown parameter: %s", a.body)
	}
}

func TestADownloadIsWholeOrCut(t *testing.T) {
	t.Parallel()
	h := open(t, api.Download("GET", "/api/v1/files/{name}", "", api.Viewer, "下载", "download",
		func(_ context.Context, in *struct {
			Name string `path:"name"`
		}) (*api.Outgoing, error) {
			return &api.Outgoing{Name: "导出.csv", Type: "text/csv", Write: func(w io.Writer) error {
				if in.Name == "early" {
					return torn.With("page", 1)
				}
				io.WriteString(w, strings.Repeat("x", 1<<16))
				if in.Name == "late" {
					return errors.New("disk")
				}
				return nil
			}}, nil
		}))
	a := h.do(t, "GET", "/api/v1/files/good", "")
	if len(a.body) != 1<<16 || a.Header.Get("Content-Type") != "text/csv" || !strings.Contains(a.Header.Get("Content-Disposition"), "filename*=utf-8''%E5%AF%BC") {
		t.Errorf("good: %d bytes %v", len(a.body), a.Header)
	}
	if a := h.do(t, "GET", "/api/v1/files/early", ""); a.StatusCode != 409 || a.problem(t).Code != "test.torn" || a.Header.Get("Content-Disposition") != "" {
		t.Errorf("early: %d %s", a.StatusCode, a.body)
	}
	r, _ := http.NewRequestWithContext(t.Context(), "GET", h.URL+"/api/v1/files/late", nil)
	r.Header.Set("Authorization", "Bearer viewer")
	response, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		_, err = io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
	if err == nil {
		t.Error("late: a part was taken for the whole")
	}
}

func TestLargeAnswersAreCompressed(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := openOn(t, d, echo("/api/v1/echo", api.Viewer))
		for size, want := range map[int]string{10: "", 4096: "gzip"} {
			a := h.do(t, "POST", "/api/v1/echo", `{"text":"`+strings.Repeat("a", size)+`"}`, "Accept-Encoding", "gzip")
			if got := a.Header.Get("Content-Encoding"); got != want {
				t.Errorf("%d bytes: encoding %q", size, got)
				continue
			}
			if want == "gzip" {
				z, err := gzip.NewReader(strings.NewReader(a.body))
				if err != nil {
					t.Fatal(err)
				}
				plain, err := io.ReadAll(z)
				if err != nil || !strings.Contains(string(plain), strings.Repeat("a", size)) {
					t.Errorf("unpacked %d bytes, %v", len(plain), err)
				}
			}
		}
	})
}

func TestCursorsAndRevisions(t *testing.T) {
	t.Parallel()
	type place struct {
		ID string `json:"id"`
		N  int    `json:"n"`
	}
	var got place
	if err := api.ReadCursor(api.Cursor(place{"行", 7}), &got); err != nil || got != (place{"行", 7}) {
		t.Errorf("got %+v %v", got, err)
	}
	if err := api.ReadCursor("", &got); err != nil || got.N != 7 {
		t.Errorf("the empty cursor changed the place: %+v %v", got, err)
	}
	packed := api.Cursor(place{"行", 7})
	for _, bad := range []string{"x", "????", packed[:len(packed)-2], "A" + packed[1:], api.Cursor([]int{1})} {
		if err := api.ReadCursor(bad, &got); !errors.Is(err, api.BadCursor) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for word, want := range map[string]int64{`"3"`: 3, `W/"12"`: 12, "5": 5, "*": 0} {
		if n, err := (api.Match{IfMatch: word}).Revision(); n != want || err != nil {
			t.Errorf("%s: %d %v", word, n, err)
		}
	}
	for _, bad := range []string{"", "x", "-1", "0"} {
		if _, err := (api.Match{IfMatch: bad}).Revision(); !errors.Is(err, api.NeedRevision) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
