package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/api/command"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

// shared is a buffer that a process writes while a test reads.
type shared struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *shared) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// TestAWorkerTellsHowItIs starts a worker whose start is held up as by another
// process that migrates: it lives, but is ready only once it works.
func TestAWorkerTellsHowItIs(t *testing.T) {
	t.Parallel()
	address := testkit.PostgresURL(t)
	other, err := db.Open(t.Context(), db.Options{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	release, err := other.Lock(t.Context(), "start")
	if err != nil {
		t.Fatal(err)
	}
	var log shared
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	e := &command.Env{Globals: command.Globals{Data: filepath.Join(t.TempDir(), "data"), DB: address, Lang: "en"}, Out: io.Discard, Err: &log}
	go func() {
		ended <- runWorker(ctx, e, "127.0.0.1:0", 1, "", watching{logFormat: "json", logLevel: "debug"})
	}()
	defer stop()
	until := func(what string, is func() bool) {
		t.Helper()
		for range 600 {
			if is() {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatalf("not within 30 s: %s; log: %s", what, log.String())
	}
	var at string
	until("the address", func() bool {
		var line struct{ Address string }
		for text := range strings.Lines(log.String()) {
			if json.Unmarshal([]byte(text), &line) == nil && line.Address != "" {
				at = "http://" + line.Address
			}
		}
		return at != ""
	})
	get := func(path string) (int, string) {
		answer, err := http.Get(at + path)
		if err != nil {
			return 0, err.Error()
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(text)
	}
	if status, text := get("/healthz"); status != 200 {
		t.Errorf("while it starts: healthz %d %s", status, text)
	}
	for _, path := range []string{"/readyz", "/metrics"} {
		if status, text := get(path); status != 503 || !strings.Contains(text, "app.starting") {
			t.Errorf("while it starts: %s %d %s", path, status, text)
		}
	}
	release()
	until("ready", func() bool { status, _ := get("/readyz"); return status == 200 })
	if status, text := get("/metrics"); status != 200 || !strings.Contains(text, `zhuomo_database_info{engine="postgres"} 1`) {
		t.Errorf("metrics %d %.300s", status, text)
	}
	if status, text := get("/api/v1/products"); status != 404 || !strings.Contains(text, "api.no_route") {
		t.Errorf("a worker serves %d %s", status, text)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if status, _ := get("/healthz"); status != 0 {
		t.Error("it has ended and still answers")
	}
}

// TestFiguresOfAWorkerAreNotForEverybody asks from another machine.
func TestFiguresOfAWorkerAreNotForEverybody(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	var health probes
	health.opened(a)
	var token struct {
		Secret string `json:"secret"`
	}
	ask(t, a, "POST", "/api/v1/tokens", `{"name":"prometheus","role":"viewer"}`, &token)
	get := func(path, from, token string) int {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr = from
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		health.ServeHTTP(w, r)
		return w.Code
	}
	for _, c := range []struct {
		path, from, token string
		status            int
	}{
		{"/metrics", "127.0.0.1:9", "", 200},
		{"/metrics", "[::1]:9", "", 200},
		{"/metrics", "10.1.2.3:9", "", 401},
		{"/metrics", "10.1.2.3:9", "wrong", 401},
		{"/metrics", "10.1.2.3:9", token.Secret, 200},
		{"/healthz", "10.1.2.3:9", "", 200},
		{"/readyz", "10.1.2.3:9", "", 200},
	} {
		if got := get(c.path, c.from, c.token); got != c.status && !(c.token == "wrong" && got == 403) {
			t.Errorf("%s from %s: %d, want %d", c.path, c.from, got, c.status)
		}
	}
	close(a.closing)
	if got := get("/readyz", "10.1.2.3:9", ""); got != 503 {
		t.Errorf("a worker that stops says it is ready: %d", got)
	}
}

// TestLogFlags tells what cannot be.
func TestLogFlags(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format, level, line string
		ok                  bool
	}{
		{"text", "info", "level=WARN msg=x", true},
		{"json", "debug", `"level":"WARN"`, true},
		{"json", "error", "", true},
		{"xml", "info", "", false},
		{"text", "loud", "", false},
	} {
		var out bytes.Buffer
		log, err := watching{logFormat: c.format, logLevel: c.level}.log(&out)
		if (err == nil) != c.ok {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		if err != nil {
			if p := api.NewProblem(BadLog.With(), "en", ""); p.Code != "app.bad_log" || !strings.Contains(fmt.Sprint(err), "--log-") {
				t.Errorf("%v", err)
			}
			continue
		}
		log.Warn("x")
		if !strings.Contains(out.String(), c.line) || c.line == "" && out.Len() > 0 {
			t.Errorf("%+v logged %q", c, out.String())
		}
	}
}
