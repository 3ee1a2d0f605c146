package app

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/api"
)

// canary stands in everything that a person could type, and must never be logged.
const canary = "金丝雀7f3a9c"

// filled makes a value of a type in which every text is the canary, every list
// has one element and every number is 1.
func filled(t reflect.Type, enum string, depth int) any {
	switch t.Kind() {
	case reflect.Pointer:
		return filled(t.Elem(), enum, depth)
	case reflect.String:
		if first, _, _ := strings.Cut(enum, ","); first != "" {
			return first
		}
		return canary
	case reflect.Bool:
		return true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return 1
	case reflect.Slice, reflect.Array:
		if depth > 4 {
			return []any{}
		}
		if t == reflect.TypeFor[json.RawMessage]() {
			return canary
		}
		return []any{filled(t.Elem(), enum, depth+1)}
	case reflect.Map:
		return map[string]any{canary: filled(t.Elem(), "", depth+1)}
	case reflect.Struct:
		out := map[string]any{}
		if depth > 5 {
			return out
		}
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous && name == "" {
				if inner, ok := filled(f.Type, "", depth).(map[string]any); ok {
					for k, v := range inner {
						out[k] = v
					}
				}
				continue
			}
			if name == "-" || !f.IsExported() {
				continue
			}
			if name == "" {
				name = f.Name
			}
			out[name] = filled(f.Type, f.Tag.Get("enum"), depth+1)
		}
		return out
	}
	return canary
}

// queryOf fills the query of a route's input with the canary.
func queryOf(in reflect.Type) string {
	q := url.Values{}
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Anonymous {
				walk(f.Type)
				continue
			}
			name := f.Tag.Get("query")
			if name == "" {
				continue
			}
			switch v := filled(f.Type, f.Tag.Get("enum"), 0).(type) {
			case string:
				q.Set(name, v)
			case int:
				q.Set(name, "1")
			}
		}
	}
	walk(in)
	return q.Encode()
}

// TestLogsNeverShowWhatPeopleWrite makes a house in which every name, row, turn
// and file carries a canary, then calls each route that changes something with
// canaries in its path, query and body, and reads the log of all that at its
// most talkative. Secrets must not be there either.
func TestLogsNeverShowWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	var out shared
	a, err := Open(t.Context(), Options{
		DataFolder: filepath.Join(t.TempDir(), "data"), Now: time.Now, Workers: 2,
		Log: slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(context.Background()) })
	secrets := []string{canary, url.QueryEscape(canary), a.secret}

	var made making
	ask(t, a, "POST", "/api/v1/product-examples", `{"name":"`+canary+`"}`, &made)
	finished(t, a, made.JobID)
	product := "/api/v1/products/" + made.Product
	var account struct {
		ID string `json:"id"`
	}
	ask(t, a, "POST", "/api/v1/accounts", `{"name":"`+canary+`","role":"viewer"}`, &account)
	var token struct {
		Secret string `json:"secret"`
	}
	ask(t, a, "POST", "/api/v1/tokens", `{"name":"`+canary+`"}`, &token)
	var link struct {
		URL string `json:"url"`
	}
	ask(t, a, "POST", "/api/v1/sign-in-links", `{"account":"`+canary+`"}`, &link)
	_, signIn, found := strings.Cut(link.URL, "token=")
	if !found || token.Secret == "" {
		t.Fatalf("no secrets to look for: %q %q", link.URL, token.Secret)
	}
	var session struct {
		ID    string `json:"id"`
		Token string `json:"token"`
	}
	ask(t, a, "POST", product+"/sessions", `{}`, &session)
	secrets = append(secrets, token.Secret, signIn, session.Token)

	send := func(method, path, kind string, body string, header http.Header) int {
		r, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+path, strings.NewReader(body))
		if err != nil {
			t.Fatalf("%s %s: %v", method, path, err)
		}
		for name, values := range header {
			r.Header[name] = values
		}
		r.Header.Set("Content-Type", kind)
		answer, err := a.Server.Local(a.Owner.Actor()).RoundTrip(r)
		if err != nil {
			t.Fatalf("%s %s: %v", method, path, err)
		}
		defer answer.Body.Close()
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			t.Fatalf("%s %s: %v", method, path, err)
		}
		return answer.StatusCode
	}
	if status := send("POST", product+"/sessions/"+session.ID+"/turns", "application/json", `{"text":"`+canary+`怎么退"}`,
		http.Header{"X-Session-Token": {session.Token}}); status != 200 {
		t.Errorf("the turn: %d", status)
	}
	send("GET", "/sign-in?token="+signIn, "", "", nil)
	send("GET", "/chat/"+url.PathEscape(canary), "", "", nil)
	send("GET", "/"+url.PathEscape(canary), "", "", nil)

	calls, refused := 0, 0
	for _, route := range a.Server.Routes() {
		if route.Method == "GET" || route.Method == "DELETE" && strings.HasPrefix(route.Path, "/api/v1/products/{product}") && strings.Count(route.Path, "/") == 4 {
			continue // what deletes the product comes to no text
		}
		path := strings.ReplaceAll(route.Path, "{product}", made.Product)
		path = strings.ReplaceAll(hole.ReplaceAllString(path, "x"), "/x", "/"+url.PathEscape(canary))
		body, kind := canary+",text\n1,"+canary+"\n", "application/octet-stream"
		if route.In != nil {
			if q := queryOf(route.In); q != "" {
				path += "?" + q
			}
			if field, has := route.In.FieldByName("Body"); has && route.Shape != api.File {
				text, err := json.Marshal(filled(field.Type, "", 0))
				if err != nil {
					t.Fatal(err)
				}
				body, kind = string(text), "application/json"
			}
		}
		calls++
		if status := send(route.Method, path, kind, body, nil); status >= 400 {
			refused++
		}
	}
	if calls < 60 || refused == calls {
		t.Errorf("%d calls, %d refused: the walk is broken", calls, refused)
	}
	for _, file := range []string{"id,text\n1," + canary + "\n", "PK\x03\x04" + canary, "{\"a\": " + canary, "\xff\xfe\x00" + canary} {
		send("POST", product+"/datasets/"+url.PathEscape(datasetOf(t, a, made.Product))+"/imports?filename="+url.QueryEscape(canary)+".csv", "application/octet-stream", file, nil)
	}
	if err := waitForJobs(t, a); err != nil {
		t.Fatal(err)
	}
	requests := 0
	for line := range strings.Lines(out.String()) {
		if strings.Contains(line, `"msg":"request"`) {
			requests++
		}
		for _, s := range secrets {
			if strings.Contains(line, s) {
				t.Errorf("the log shows %q: %.600s", s, line)
			}
		}
	}
	if requests < calls {
		t.Errorf("%d lines for %d requests", requests, calls)
	}
	t.Logf("%d calls, %d refused, %d lines of requests", calls, refused, requests)
}

func datasetOf(t *testing.T, a *App, product string) string {
	t.Helper()
	sets, err := a.Stages.Data.Datasets(t.Context(), product, "", 1)
	if err != nil || len(sets) == 0 {
		t.Fatal(sets, err)
	}
	return sets[0].ID
}

// waitForJobs waits until nothing runs that was not told to wait.
func waitForJobs(t *testing.T, a *App) error {
	for range 600 {
		left, err := a.Jobs.Backlog(t.Context())
		if err != nil || len(left) == 0 {
			return err
		}
		due := false
		for _, b := range left {
			due = due || b.OldestUS <= time.Now().UnixMicro()
		}
		if !due {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return context.DeadlineExceeded
}
