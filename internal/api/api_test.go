package api_test

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/fault"
	"zhuomo/internal/testkit"
)

// house is a server with a few routes, and people known by tokens that are
// the names of their roles.
type house struct {
	*httptest.Server
	log     *bytes.Buffer
	clock   *testkit.FixedClock
	db      *db.DB
	options api.Options
}

type accountsByRole struct{}

func (accountsByRole) Recognise(_ context.Context, c api.Credential) (api.Actor, error) {
	role := api.Role(c.Token + c.Session)
	if !role.Known() {
		return api.Actor{}, api.NotSignedIn.With()
	}
	return api.Actor{ID: "id-of-" + string(role), Name: string(role), Roles: []api.Role{role}}, nil
}

func open(t *testing.T, routes ...api.Route) *house {
	t.Helper()
	return openOn(t, testkit.OpenDB(t), routes...)
}

func openOn(t *testing.T, d *db.DB, routes ...api.Route) *house {
	t.Helper()
	return openWith(t, d, api.Options{}, routes...)
}

// openWith opens a house with some options of its own.
func openWith(t *testing.T, d *db.DB, o api.Options, routes ...api.Route) *house {
	t.Helper()
	h := &house{log: &bytes.Buffer{}, clock: testkit.Clock(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))}
	if err := d.Migrate(t.Context(), "api", api.Migrations()); err != nil {
		t.Fatal(err)
	}
	h.db, h.options = d, o
	return h.serve(t, routes...)
}

// serve starts a server on the house's database, which knows nothing else.
func (h *house) serve(t *testing.T, routes ...api.Route) *house {
	t.Helper()
	o := h.options
	o.Routes, o.Accounts, o.DB, o.Now, o.Metrics = routes, accountsByRole{}, h.db, h.clock.Now, api.NewMetrics()
	o.Mask = func(s string) (string, int) {
		return strings.ReplaceAll(s, "打 555", "打 •••"), strings.Count(s, "打 555")
	}
	o.Log, o.Version = slog.New(slog.NewTextHandler(h.log, nil)), "test"
	s, err := api.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	up := &house{Server: httptest.NewServer(s), log: h.log, clock: h.clock, db: h.db, options: h.options}
	t.Cleanup(up.Close)
	return up
}

type answer struct {
	*http.Response
	body string
}

func (a answer) problem(t *testing.T) api.Problem {
	t.Helper()
	var p api.Problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%d is no problem: %s %v", a.StatusCode, a.body, err)
	}
	if p.Status != a.StatusCode || p.RequestID == "" || p.RequestID != a.Header.Get("X-Request-Id") || p.Fix == "" || p.Title == "" {
		t.Errorf("incomplete problem %+v", p)
	}
	return p
}

// do sends a request as the viewer, unless header says otherwise; header is
// name, value pairs and "-name" to leave one out.
func (h *house) do(t *testing.T, method, path, body string, header ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, h.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer viewer")
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		if header[i+1] == "" {
			r.Header.Del(header[i])
		} else if header[i] == "Host" {
			r.Host = header[i+1]
		} else {
			r.Header.Set(header[i], header[i+1])
		}
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response, string(text)}
}

type nothing struct{}

var torn = fault.Define("test.torn", fault.Conflict, fault.Text{
	ZH: "第 {page} 页破了", FixZH: "换一页", EN: "page {page} is torn", FixEN: "take another page",
})

// failing is a route that ends with err.
func failing(path string, err error) api.Route {
	return api.Op("GET", path, "", api.Viewer, "失败", "fail", func(context.Context, *nothing) (*nothing, error) { return nil, err })
}

func TestAFaultArrivesInTheLanguageAskedFor(t *testing.T) {
	t.Parallel()
	h := open(t, failing("/api/v1/torn", torn.With("page", 7).At("page")))
	for language, want := range map[string][3]string{
		"":                        {"第 7 页破了", "换一页", "有冲突"},
		"en-GB,en;q=0.9":          {"page 7 is torn", "take another page", "Conflict"},
		"fr, en;q=0.3, zh;q=0.7":  {"第 7 页破了", "换一页", "有冲突"},
		"fr-FR, de":               {"第 7 页破了", "换一页", "有冲突"},
		"en;q=x, zh-Hant-TW;q=.5": {"第 7 页破了", "换一页", "有冲突"},
	} {
		a := h.do(t, "GET", "/api/v1/torn", "", "Accept-Language", language)
		p := a.problem(t)
		if a.StatusCode != 409 || p.Code != "test.torn" || p.Field != "page" || p.Detail != want[0] || p.Fix != want[1] || p.Title != want[2] {
			t.Errorf("%q: %d %+v", language, a.StatusCode, p)
		}
	}
	if h.log.Len() > 0 {
		t.Errorf("a fault of the caller's was logged: %s", h.log)
	}
}

// TestADatabaseThatIsGoneIsTold lets errors of the driver through as a stage does
// that only reads: an outage says what to do, a forgotten look for a row does not.
func TestADatabaseThatIsGoneIsTold(t *testing.T) {
	t.Parallel()
	h := open(t,
		failing("/api/v1/gone", fmt.Errorf("query: %w", driver.ErrBadConn)),
		failing("/api/v1/forgotten", fmt.Errorf("query: %w", sql.ErrNoRows)))
	for path, want := range map[string]string{"/api/v1/gone": "db.unreachable", "/api/v1/forgotten": "internal.broken"} {
		if p := h.do(t, "GET", path, "").problem(t); p.Code != want {
			t.Errorf("%s: %+v", path, p)
		}
	}
}

func TestAnUnknownErrorIsHiddenAndLogged(t *testing.T) {
	t.Parallel()
	h := open(t,
		failing("/api/v1/broken", errors.New("disk 13900000000")),
		api.Op("GET", "/api/v1/panic", "", api.Viewer, "崩", "panic", func(context.Context, *nothing) (*nothing, error) { panic("map 42") }))
	for path, secret := range map[string]string{"/api/v1/broken": "disk 13900000000", "/api/v1/panic": "map 42"} {
		a := h.do(t, "GET", path, "")
		p := a.problem(t)
		if a.StatusCode != 500 || p.Code != "internal.broken" || strings.Contains(a.body, secret) {
			t.Errorf("%s: %s", path, a.body)
		}
		if !strings.Contains(h.log.String(), secret) || !strings.Contains(h.log.String(), p.RequestID) {
			t.Errorf("%s: the log lacks the detail or the request id: %s", path, h.log)
		}
	}
}

func TestAddressesAndMethodsThatAreNotThere(t *testing.T) {
	t.Parallel()
	h := open(t, failing("/api/v1/torn", torn))
	if a := h.do(t, "GET", "/api/v1/nowhere", ""); a.StatusCode != 404 || a.problem(t).Code != "api.no_route" {
		t.Errorf("got %d %s", a.StatusCode, a.body)
	}
	if a := h.do(t, "POST", "/elsewhere", ""); a.StatusCode != 404 || a.problem(t).Code != "api.no_route" {
		t.Errorf("got %d %s", a.StatusCode, a.body)
	}
	if a := h.do(t, "PUT", "/api/v1/torn", "{}"); a.StatusCode != 405 || a.problem(t).Code != "api.wrong_method" || a.Header.Get("Allow") != "GET" {
		t.Errorf("got %d %s allow %q", a.StatusCode, a.body, a.Header.Get("Allow"))
	}
}

func TestABrowserSeesAPage(t *testing.T) {
	t.Parallel()
	h := open(t, failing("/sign-in", torn.With("page", "<script>")))
	a := h.do(t, "GET", "/sign-in", "", "Accept", "text/html,*/*;q=0.8")
	if a.StatusCode != 409 || !strings.Contains(h.do(t, "GET", "/gone", "", "Accept", "text/html").body, "没有这个地址：/gone") {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	page := h.do(t, "GET", "/<script>", "", "Accept", "text/html", "Accept-Language", "en")
	if page.Header.Get("Content-Type") != "text/html; charset=utf-8" || strings.Contains(page.body, "<script>") || !strings.Contains(page.body, "there is nothing at /&lt;script&gt;") {
		t.Errorf("%v %s", page.Header, page.body)
	}
}

func TestTheDocumentShowsOurFaults(t *testing.T) {
	t.Parallel()
	h := open(t, failing("/api/v1/torn", torn), echo("/api/v1/echo", api.Trainer))
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Role        string `json:"x-role"`
			Responses   map[string]struct{ Content map[string]any }
		}
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal([]byte(h.do(t, "GET", "/api/v1/openapi.json", "").body), &doc); err != nil {
		t.Fatal(err)
	}
	op := doc.Paths["/api/v1/echo"]["post"]
	if doc.OpenAPI != "3.1.0" || op.OperationID != "post-echo" || op.Role != "trainer" {
		t.Errorf("%s %+v", doc.OpenAPI, op)
	}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			if _, ok := op.Responses["default"].Content["application/problem+json"]; !ok || len(op.Responses) < 2 {
				t.Errorf("%s %s answers %+v", method, path, op.Responses)
			}
		}
	}
	for name := range doc.Components.Schemas {
		if strings.Contains(name, "ErrorModel") || strings.Contains(name, "ErrorDetail") {
			t.Errorf("the schema %s is huma's", name)
		}
	}
}

type rulesIn struct {
	Kind  string `query:"kind" enum:"a,b"`
	Limit int    `query:"limit" minimum:"1" maximum:"9"`
	Body  struct {
		Name  string    `json:"name" minLength:"2" maxLength:"4"`
		Flag  bool      `json:"flag,omitempty"`
		Count int       `json:"count,omitempty" minimum:"1" maximum:"9" multipleOf:"3"`
		Share float64   `json:"share,omitempty" exclusiveMinimum:"0" exclusiveMaximum:"1"`
		Words []string  `json:"words,omitempty" minItems:"1" maxItems:"2" uniqueItems:"true"`
		Code  string    `json:"code,omitempty" pattern:"^[a-z]+$"`
		Bytes []byte    `json:"bytes,omitempty"`
		Inner *struct{} `json:"inner,omitempty"`
	}
}

func TestEveryWrongPlaceIsNamedInBothLanguages(t *testing.T) {
	t.Parallel()
	h := open(t, api.Op("POST", "/api/v1/rules", "", api.Viewer, "规则", "rules", func(context.Context, *rulesIn) (*nothing, error) { return nil, nil }))
	for body, want := range map[string]string{
		`{"name":"abc","color":1}`:                 "body.color 不认识这个字段",
		`{}`:                                       "body 缺少字段 name",
		`{"name":5}`:                               "body.name 应为文字",
		`{"name":"a"}`:                             "body.name 至少 2 个字",
		`{"name":"abcde"}`:                         "body.name 至多 4 个字",
		`{"name":"ab","flag":"x"}`:                 "body.flag 应为 true 或 false",
		`{"name":"ab","count":0.5}`:                "body.count 应为整数",
		`{"name":"ab","count":12}`:                 "body.count 应不大于 9",
		`{"name":"ab","count":-3}`:                 "body.count 应不小于 1",
		`{"name":"ab","count":4}`:                  "body.count 应为 3 的倍数",
		`{"name":"ab","share":"x"}`:                "body.share 应为数字",
		`{"name":"ab","share":-1}`:                 "body.share 应大于 0",
		`{"name":"ab","share":1}`:                  "body.share 应小于 1",
		`{"name":"ab","words":5}`:                  "body.words 应为列表",
		`{"name":"ab","words":[]}`:                 "body.words 至少 1 项",
		`{"name":"ab","words":["a","b","c"]}`:      "body.words 至多 2 项",
		`{"name":"ab","words":["a","a"]}`:          "body.words 各项不能重复",
		`{"name":"ab","code":"1"}`:                 "body.code 格式应为 ^[a-z]+$",
		`{"name":"ab","bytes":"*"}`:                "body.bytes 应为 base64",
		`{"name":"ab","inner":5}`:                  "body.inner 应为对象",
		`[1]`:                                      "body 应为对象",
		`{"name":`:                                 "body 不是合法的 JSON：没有写完",
		`{"name" 5}`:                               "body 不是合法的 JSON：遇到了 '5'",
		``:                                         "body 缺少请求内容",
		`{"name":"a","count":12,"flag":1,"no":1} `: "另有",
	} {
		a := h.do(t, "POST", "/api/v1/rules", body)
		p := a.problem(t)
		if p.Code != "api.invalid_input" || len(p.Errors) == 0 || !strings.Contains(p.Detail, want) && want != "另有" {
			t.Errorf("%s: %d %s", body, a.StatusCode, a.body)
		}
		english := h.do(t, "POST", "/api/v1/rules", body, "Accept-Language", "en").problem(t)
		if strings.IndexFunc(english.Detail+english.Fix, func(r rune) bool { return r > 0x2E80 }) >= 0 {
			t.Errorf("%s: Chinese in the English problem %+v", body, english)
		}
	}
	good := `{"name":"abc"}`
	for query, want := range map[string]string{
		"?kind=c":     "query.kind 应为其中之一：a, b",
		"?limit=x":    "query.limit 写法不对",
		"?limit=0":    "query.limit 应不小于 1",
		"?surprise=1": "query.surprise 不认识这个查询参数",
	} {
		if p := h.do(t, "POST", "/api/v1/rules"+query, good).problem(t); !strings.Contains(p.Detail, want) || p.Field != strings.TrimPrefix(strings.Split(query, "=")[0], "?") {
			t.Errorf("%s: %+v", query, p)
		}
	}
	if a := h.do(t, "POST", "/api/v1/rules", good, "Content-Type", "text/csv"); a.problem(t).Code != "api.invalid_input" || a.StatusCode != 415 {
		t.Errorf("text/csv: %d %s", a.StatusCode, a.body)
	}
	if a := h.do(t, "POST", "/api/v1/rules?kind=a&limit=3", good); a.StatusCode != 204 {
		t.Errorf("good input: %d %s", a.StatusCode, a.body)
	}
}
