//go:build chaos

package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"zhuomo/internal/app"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

// house is a PostgreSQL with the processes that share it: serve, serve, worker,
// worker.
type house struct {
	postgres *testkit.Postgres
	folder   string
	blobs    string // s3://…, "" = in the folder
	owner    string
	run      [4]*server
	names    [4]string // by which PostgreSQL knows them
	born     int
	admin    *db.DB
}

// compatible lets one text of laws ask both engines.
const compatible = `CREATE FUNCTION json_extract(text, text) RETURNS text LANGUAGE sql AS
		$$SELECT NULLIF($1, '')::json #>> string_to_array(substr($2, 3), '.')$$;
	CREATE FUNCTION json_each(text) RETURNS TABLE(value text) LANGUAGE sql AS
		$$SELECT json_array_elements_text(NULLIF($1, '')::json)$$`

func newHouse(t *testing.T, blobs string) (*house, seeded) {
	t.Helper()
	h := &house{postgres: testkit.NewPostgres(t), folder: filepath.Join(t.TempDir(), "data"), blobs: blobs}
	s := seed(t, app.Options{DataFolder: h.folder, Database: h.address("chaos-seed"), Files: blobs})
	h.owner = s.owner
	var err error
	h.admin, err = db.Open(t.Context(), db.Options{URL: h.address("chaos-admin")})
	must(t, err)
	t.Cleanup(func() { _ = h.admin.Close() }) // PostgreSQL may have been stopped
	must(t, h.admin.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for part := range strings.SplitSeq(compatible, ";") {
			if _, err := tx.ExecContext(ctx, part); err != nil {
				return err
			}
		}
		return nil
	}))
	return h, s
}

// address of the database under which PostgreSQL tells a process from others.
func (h *house) address(name string) string {
	u, _ := url.Parse(h.postgres.Address())
	q := u.Query()
	q.Set("application_name", name)
	u.RawQuery = q.Encode()
	return u.String()
}

var (
	saysAddress  = regexp.MustCompile(`(?m)^Zhuomo is up  (http://\S+)$`)
	tellsAddress = regexp.MustCompile(`msg="health and figures" address=(\S+)`)
)

// wrongClocks is the program with a clock that can be set wrong.
var wrongClocks = sync.OnceValues(func() (string, error) {
	right, err := program()
	if err != nil {
		return "", err
	}
	path := right + "-wrongclock"
	out, err := exec.Command("go", "build", "-trimpath", "-tags", "wrongclock", "-o", path, "zhuomo/cmd/zhuomo").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return path, nil
})

// start begins the i-th process, with a clock that is ahead; wait waits for it.
func (h *house) start(t *testing.T, i int, ahead time.Duration) {
	t.Helper()
	path, err := program()
	if ahead != 0 {
		path, err = wrongClocks()
	}
	must(t, err)
	h.born++
	h.names[i] = fmt.Sprintf("chaos-%d-%d", i, h.born)
	words := []string{path, "worker", "--listen", "127.0.0.1:0", "--workers", "2"}
	if i < 2 {
		words = []string{path, "serve", "--listen", "127.0.0.1:0", "--workers", "-1", "--rate-accounts", "0", "--rate-strangers", "0"}
	}
	words = append(words, "--data", h.folder, "--lang", "en")
	if h.blobs != "" {
		words = append(words, "--blobs", h.blobs)
	}
	s := run(t, words, []string{"ZHUOMO_DB=" + h.address(h.names[i]), "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=y", "ZHUOMO_CLOCK_AHEAD=" + ahead.String()})
	s.token, s.shaky = h.owner, true
	h.run[i] = s
}

func (h *house) wait(t *testing.T, i int) {
	t.Helper()
	s := h.run[i]
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if m := saysAddress.FindStringSubmatch(s.log.String()); m != nil {
			s.base = m[1]
		} else if m := tellsAddress.FindStringSubmatch(s.log.String()); m != nil {
			s.base = "http://" + m[1]
		}
		if s.base != "" && s.ready() {
			break
		}
		if s.gone() {
			t.Fatalf("process %d did not start: %v\n%s", i, s.status, s.log)
		}
		if time.Since(began) > 2*startTime {
			s.kill()
			t.Fatalf("process %d gives no answer %v after the start:\n%s", i, 2*startTime, s.log)
		}
	}
	if h.run[0] != nil && h.run[1] != nil {
		h.run[0].beside, h.run[1].beside = h.run[1], h.run[0]
	}
}

// gone tells whether it has ended.
func (s *server) gone() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// pause stops a process for a while, without its knowing.
func (s *server) pause(ctx context.Context, long time.Duration) {
	pid := s.process.Process.Pid
	_ = syscall.Kill(pid, syscall.SIGSTOP)
	select {
	case <-ctx.Done():
	case <-time.After(long):
	}
	_ = syscall.Kill(pid, syscall.SIGCONT)
}

// cut ends connections of the processes, drawn by chance, in the middle of
// whatever they carry.
func (h *house) cut(ctx context.Context, most int) (cut int, err error) {
	err = h.admin.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT COUNT(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
			WHERE application_name LIKE 'chaos-_-%' ORDER BY random() LIMIT $1) x`, most).Scan(&cut)
	})
	return cut, err
}

// calm waits until PostgreSQL has noticed which processes are gone: a commit
// that was sent may still happen.
func (h *house) calm(t *testing.T) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		left := 0
		for i, s := range h.run {
			if !s.gone() {
				continue
			}
			var n int
			must(t, h.admin.Reader().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = $1`, h.names[i]).Scan(&n))
			left += n
		}
		if left == 0 {
			return
		}
		if time.Since(began) > 30*time.Second {
			t.Fatalf("%d connections of processes that are gone stay", left)
		}
	}
}

// anyone is a serve process that lives, nil if there is none.
func (h *house) anyone(rng *rand.Rand) *server {
	first := rng.IntN(2)
	for k := range 2 {
		if s := h.run[(first+k)%2]; !s.gone() {
			return s
		}
	}
	return nil
}

// keepLogs writes what all processes and PostgreSQL said, and what some tables hold, into a folder, for whoever has to
// explain a broken promise.
func (h *house) keepLogs(t *testing.T) string {
	folder, err := os.MkdirTemp("", "zhuomo-chaos-evidence-")
	must(t, err)
	for i, s := range h.run {
		must(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.log", i)), []byte(s.log.String()), 0o600))
	}
	for _, table := range []string{"serve_releases", "serve_publications", "models", "jobs", "api_answers", "label_slots", "label_annotations", "datasets", "versions"} {
		rows := texts(t, h.admin, "SELECT CAST(row_to_json(x) AS TEXT) FROM "+table+" x")
		must(t, os.WriteFile(filepath.Join(folder, table+".jsonl"), []byte(strings.Join(rows, "\n")), 0o600))
	}
	server := texts(t, h.admin, "SELECT pg_read_file(current_setting('unix_socket_directories') || '/log')")
	must(t, os.WriteFile(filepath.Join(folder, "postgres.log"), []byte(strings.Join(server, "\n")), 0o600))
	return folder
}

// panics are lines that no process may write, whatever happens to its database.
func (s *server) panics() []string {
	var bad []string
	for line := range strings.SplitSeq(s.log.String(), "\n") {
		if strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:") || strings.Contains(line, "internal.broken") {
			bad = append(bad, line)
		}
	}
	return bad
}
