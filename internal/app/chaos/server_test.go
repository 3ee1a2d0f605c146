//go:build chaos

package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// startTime is the longest a start may take, recovery after a kill included.
const startTime = 20 * time.Second

// program is the real binary: what make chaos has built, or one built here.
var program = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("PROGRAM"); path != "" {
		return path, nil
	}
	folder, err := os.MkdirTemp("", "zhuomo-chaos-bin-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "zhuomo")
	out, err := exec.Command("go", "build", "-o", path, "zhuomo/cmd/zhuomo").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil && os.Getenv("PROGRAM") == "" {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// server is one run of the program on a data folder.
type server struct {
	process *exec.Cmd
	base    string
	token   string
	client  *http.Client
	log     *journal // what it wrote
	ended   chan struct{}
	status  error
	pid     int     // of the program itself, which a tracer may stand before
	beside  *server // another one on the same database
	// shaky says that what it needs is taken away: a refusal for that (503) may
	// leave open whether the request was done, like no answer.
	shaky bool
}

// journal takes what a process writes while others read it.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// needs skips the test where DB asks for the other database.
func needs(t *testing.T, engine string) {
	t.Helper()
	if asked := os.Getenv("DB"); asked != "" && asked != "both" && asked != engine {
		t.Skipf("DB=%s asks for another database", asked)
	}
}

// run begins a process of the program.
func run(t *testing.T, words, env []string) *server {
	t.Helper()
	s := &server{
		process: exec.Command(words[0], words[1:]...), log: &journal{}, ended: make(chan struct{}),
		client: &http.Client{Timeout: 60 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
	}
	s.process.Stdout, s.process.Stderr, s.process.Env = s.log, s.log, append(os.Environ(), env...)
	must(t, s.process.Start())
	go func() { s.status = s.process.Wait(); close(s.ended) }()
	t.Cleanup(s.kill)
	return s
}

// ready asks whether it can work.
func (s *server) ready() bool {
	answer, err := s.client.Get(s.base + "/readyz")
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// start runs the program on the folder, behind the words of a tracer if any,
// and waits until it answers.
func start(t *testing.T, folder string, before ...string) *server {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	words := append(before, path, "serve", "--data", folder, "--listen", "127.0.0.1:0", "--lang", "en")
	if err := os.Remove(filepath.Join(folder, "server.json")); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	s := run(t, words, nil)
	for began := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		var known struct {
			Address, Token string
			PID            int
		}
		if text, err := os.ReadFile(filepath.Join(folder, "server.json")); err == nil && json.Unmarshal(text, &known) == nil {
			s.base, s.token, s.pid = known.Address, known.Token, known.PID
			if s.ready() {
				return s
			}
		}
		select {
		case <-s.ended:
			t.Fatalf("the program did not start: %v\n%s", s.status, s.log)
		default:
		}
		if time.Since(began) > startTime {
			s.kill()
			t.Fatalf("no answer %v after the start:\n%s", startTime, s.log)
		}
	}
}

// killInStart starts the program and kills it after a while, however far it is.
func killInStart(t *testing.T, folder string, after time.Duration) {
	t.Helper()
	path, err := program()
	must(t, err)
	begun := exec.Command(path, "serve", "--data", folder, "--listen", "127.0.0.1:0", "--lang", "en")
	var log bytes.Buffer
	begun.Stdout, begun.Stderr = &log, &log
	must(t, begun.Start())
	time.Sleep(after)
	_ = begun.Process.Kill() // it may have ended by itself, which Wait tells
	if err := begun.Wait(); err == nil || begun.ProcessState.Exited() {
		t.Errorf("the program ended by itself in its start: %v\n%s", err, &log)
	}
}

// kill ends the program with SIGKILL and waits until it is gone.
func (s *server) kill() {
	if s.pid != 0 && s.pid != s.process.Process.Pid {
		_ = syscall.Kill(s.pid, syscall.SIGKILL) // the traced program; the tracer ends by itself
	} else {
		_ = s.process.Process.Kill()
	}
	<-s.ended
	s.client.CloseIdleConnections()
}

// stop ends the program as a person does.
func (s *server) stop(t *testing.T) {
	t.Helper()
	_ = syscall.Kill(s.pid, syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(30 * time.Second):
		s.kill()
		t.Fatal("the program did not stop within 30 s")
	}
	if s.status != nil {
		t.Errorf("the program ended with %v", s.status)
	}
}

var badLine = regexp.MustCompile(`level=ERROR|^panic:|^fatal error:|DATA RACE`)

// complaints are lines of the log that no sound run has. Requests that the kill
// cut off cannot be among them: their process is gone.
func (s *server) complaints() []string {
	var bad []string
	for line := range strings.SplitSeq(s.log.String(), "\n") {
		if badLine.MatchString(line) {
			bad = append(bad, line)
		}
	}
	return bad
}

// refusal is an answer that is no 2xx.
type refusal struct {
	status       int
	Code, Detail string
	where        string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s: %d %s %s", r.where, r.status, r.Code, r.Detail)
}

// errCut means that no whole answer came: the program is gone, and whether the
// request was done is not known.
var errCut = errors.New("no answer: the program is gone")

// call does one request. nil means: acknowledged, and out holds the answer.
// Errors: errCut, or a *refusal.
func (s *server) call(ctx context.Context, method, path string, in, out any, headers ...string) error {
	if s.shaky {
		if ctx.Err() != nil {
			return errCut
		}
		ctx = context.WithoutCancel(ctx) // what was sent is waited for: else it may still be at work when the doctor looks
	}
	var body io.Reader
	kind := "application/json"
	switch v := in.(type) {
	case nil:
	case []byte:
		body, kind = bytes.NewReader(v), "application/octet-stream"
	default:
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, s.base+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Accept-Language", "en")
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return errCut
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return errCut
	}
	if answer.StatusCode >= 300 {
		f := &refusal{status: answer.StatusCode, where: method + " " + path}
		_ = json.Unmarshal(text, f)
		if s.shaky && f.status == http.StatusServiceUnavailable {
			return errCut
		}
		return f
	}
	switch v := out.(type) {
	case nil:
		return nil
	case *[]byte:
		*v = text
		return nil
	}
	return json.Unmarshal(text, out)
}

// all reads every page of a list.
func all[T any](ctx context.Context, s *server, path string, headers ...string) ([]T, error) {
	var items []T
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	for cursor := ""; ; {
		var page struct {
			Items []T
			Next  string
		}
		if err := s.call(ctx, "GET", path+mark+"cursor="+cursor, nil, &page, headers...); err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
		if cursor = page.Next; cursor == "" {
			return items, nil
		}
	}
}

func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}
