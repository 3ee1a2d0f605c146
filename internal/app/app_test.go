package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

func openApp(t *testing.T) *App {
	t.Helper()
	a, err := Open(t.Context(), Options{DataFolder: filepath.Join(t.TempDir(), "data"), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return a
}

var hole = regexp.MustCompile(`\{[^}]*\}`)

// TestEveryRouteAsksForItsRole calls each route as each role and as nobody. A
// role that is allowed gets past the guard, whatever the handler then says of
// the empty input; a role that is not gets 403, nobody gets 401.
func TestEveryRouteAsksForItsRole(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	// Written out anew here, so that a slip in the table of roles shows.
	order := []api.Role{api.Public, api.Customer, api.Viewer, api.Labeller, api.Reviewer, api.Trainer, api.Lead, api.Owner}
	rank := func(r api.Role) int {
		for i, role := range order {
			if role == r {
				return i
			}
		}
		t.Fatalf("unknown role %q", r)
		return 0
	}
	called := 0
	for _, route := range a.Server.Routes() {
		for _, role := range order {
			actor := api.Actor{}
			if role != api.Public {
				actor = api.Actor{ID: "nobody-" + string(role), Name: string(role), Roles: []api.Role{role}}
			}
			path := hole.ReplaceAllString(route.Path, "x")
			status, code := call(t, a, actor, route.Method, path)
			called++
			allowed := rank(role) >= rank(route.Need)
			switch {
			case allowed && (code == "api.not_signed_in" || code == "api.not_allowed"):
				t.Errorf("%s %s needs %s, refused %s with %d", route.Method, route.Path, route.Need, role, status)
			case !allowed && role == api.Public && (status != 401 || code != "api.not_signed_in"):
				t.Errorf("%s %s needs %s, answered nobody with %d %s", route.Method, route.Path, route.Need, status, code)
			case !allowed && role != api.Public && (status != 403 || code != "api.not_allowed"):
				t.Errorf("%s %s needs %s, answered %s with %d %s", route.Method, route.Path, route.Need, role, status, code)
			}
			if status >= 500 && status != 503 {
				t.Errorf("%s %s as %s broke: %d %s", route.Method, route.Path, role, status, code)
			}
		}
	}
	if called < 8*15 {
		t.Errorf("only %d calls: the walk is broken", called)
	}
}

// call sends an empty request in process and reads the fault's code, if any.
func call(t *testing.T, a *App, actor api.Actor, method, path string) (status int, code string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel() // streams end here
	r, err := http.NewRequestWithContext(ctx, method, "http://127.0.0.1"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := a.Server.Local(actor).RoundTrip(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	if response.StatusCode >= 400 {
		text, err := io.ReadAll(response.Body)
		var p api.Problem
		if err != nil || json.Unmarshal(text, &p) != nil || p.Code == "" || p.Fix == "" {
			t.Errorf("%s %s: %d is no problem document: %s", method, path, response.StatusCode, text)
		}
		code = p.Code
	}
	cancel()
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
	return response.StatusCode, code
}

// TestTheCommandLineKnowsTheSameRoutes holds Routes on zero services, which
// the command line uses, against those of the joined program.
func TestTheCommandLineKnowsTheSameRoutes(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	line := func(r api.Route) string {
		return strings.Join([]string{r.Method, r.Path, r.Verb, string(r.Need), r.Summary.ZH, r.Summary.EN}, " | ")
	}
	var zero, joined []string
	for _, r := range commandRoutes() {
		zero = append(zero, line(r))
	}
	for _, r := range a.routes() {
		joined = append(joined, line(r))
	}
	if !reflect.DeepEqual(zero, joined) {
		t.Errorf("without services: %q\nwith: %q", zero, joined)
	}
	verbs, operations := map[string]string{}, map[string]string{}
	for _, r := range a.routes() {
		if r.Summary.ZH == "" || r.Summary.EN == "" {
			t.Errorf("%s %s has no summary in both languages", r.Method, r.Path)
		}
		if other, twice := operations[r.Method+r.Path]; twice {
			t.Errorf("%s %s is there twice: %s", r.Method, r.Path, other)
		}
		operations[r.Method+r.Path] = r.Summary.EN
		if other, twice := verbs[r.Verb]; twice && r.Verb != "" {
			t.Errorf("the verb %q belongs to %s and %s", r.Verb, other, r.Path)
		}
		verbs[r.Verb] = r.Path
	}
}

func TestTheOpenAPIDocumentIsAsReviewed(t *testing.T) {
	a := openApp(t)
	var doc any
	if err := json.Unmarshal(a.Server.OpenAPI(), &doc); err != nil {
		t.Fatal(err)
	}
	if m := doc.(map[string]any); m["openapi"] != "3.1.0" {
		t.Errorf("openapi is %v", m["openapi"])
	}
	pretty, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	testkit.GoldenFile(t, "../../docs/formats/openapi.json", append(pretty, '\n'))
}

func TestOneFolderHasOneProgram(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	if b, err := Open(t.Context(), Options{DataFolder: a.options.DataFolder}); !errors.Is(err, db.InUse) {
		t.Errorf("the folder was opened twice: %v", err)
		b.Close(t.Context())
	}
}

func TestServingEndsInOrder(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	a, err := Open(t.Context(), Options{DataFolder: folder})
	if err != nil {
		t.Fatal(err)
	}
	l, err := door{listen: "127.0.0.1:0"}.open()
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	if err := a.announce(folder, address, address); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(folder, serverFileName)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("server.json: %v %v", info, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- a.Serve(ctx, []net.Listener{l}, func() { os.Remove(filepath.Join(folder, serverFileName)) })
	}()

	// Another process of this user gets in with what server.json says.
	s, err := readServerFile(folder)
	if err != nil || s.Address != address {
		t.Fatalf("server.json says %+v, %v", s, err)
	}
	client := remote(s.Address, s.Token)
	var me struct{ Name string }
	if err := client.Call(t.Context(), "en", "GET", "/api/v1/me", nil, &me); err != nil || me.Name != a.Owner.Name {
		t.Errorf("me is %+v, %v", me, err)
	}
	if err := remote(s.Address, s.Token+"x").Call(t.Context(), "en", "GET", "/api/v1/me", nil, &me); err == nil {
		t.Error("a wrong local token was taken")
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		response, err := http.Get(address + path)
		if err != nil || response.StatusCode != 200 {
			t.Fatalf("%s: %v %v", path, response, err)
		}
		response.Body.Close()
	}
	// An open event stream must not hold up the end.
	r, _ := http.NewRequestWithContext(t.Context(), "GET", address+"/api/v1/events", nil)
	r.Header.Set("Authorization", "Bearer "+s.Token)
	response, err := http.DefaultClient.Do(r)
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("events: %v %v", response, err)
	}
	defer response.Body.Close()
	began := time.Now()
	stop()
	if err := <-ended; err != nil {
		t.Errorf("the end: %v", err)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("stopping took %v", took)
	}
	if _, err := os.Stat(filepath.Join(folder, serverFileName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("server.json is still there: %v", err)
	}
	again, err := Open(t.Context(), Options{DataFolder: folder})
	if err != nil {
		t.Fatalf("open again: %v", err)
	}
	if again.Owner.ID != a.Owner.ID {
		t.Error("the owner changed")
	}
	again.Close(t.Context())
}
