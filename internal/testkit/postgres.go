package testkit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zhuomo/internal/db"
)

// postgresAddress names a PostgreSQL server whose user may make schemas; "off"
// skips. Unset, a private one is started for the test binary.
const postgresAddress = "ZHUOMO_TEST_POSTGRES"

// OpenPostgres gives an empty PostgreSQL database that closes with the test, or
// skips the test, by name, where there is no PostgreSQL. Every closure that is
// written runs twice, the first time in vain (db.Options.Rehearse).
func OpenPostgres(t testing.TB) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{URL: PostgresURL(t), Rehearse: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return d
}

// PostgresURL gives the address of an empty database that goes with the test:
// a schema of its own.
func PostgresURL(t testing.TB) string {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Skipf("needs PostgreSQL: %v", err)
	}
	u, err := url.Parse(s.address)
	if err != nil {
		t.Fatal(err)
	}
	schema := "test_" + strings.ReplaceAll(db.NewID(time.Now()), "-", "")
	s.exec(t, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { s.exec(t, "DROP SCHEMA "+schema+" CASCADE") })
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

// postgres is a running server. It ends when the input of its script does: with
// this process, however that ends.
type postgres struct {
	address string
	admin   *db.DB
	input   io.WriteCloser
	said    *bufio.Scanner
}

// Postgres is a private server that a test may stop and start again.
type Postgres struct{ s *postgres }

// NewPostgres starts one that goes with the test, or skips the test, by name,
// where there is no PostgreSQL.
func NewPostgres(t testing.TB) *Postgres {
	t.Helper()
	p := &Postgres{s: &postgres{}}
	if err := p.s.start(); err != nil {
		t.Skipf("needs PostgreSQL: %v", err)
	}
	t.Cleanup(func() { p.s.input.Close() })
	return p
}

// Address is that of its one database.
func (p *Postgres) Address() string { return p.s.address }

// Stop ends the server with all its connections.
func (p *Postgres) Stop(t testing.TB) { p.tell(t, "stop", "GONE") }

// Start brings it back with what it kept.
func (p *Postgres) Start(t testing.TB) { p.tell(t, "start", "READY") }

func (p *Postgres) tell(t testing.TB, word, until string) {
	t.Helper()
	if _, err := io.WriteString(p.s.input, word+"\n"); err != nil {
		t.Fatal(err)
	}
	for p.s.said.Scan() {
		if p.s.said.Text() == until {
			return
		}
	}
	t.Fatalf("the server of PostgreSQL did not %s", word)
}

func (s *postgres) exec(t testing.TB, text string) {
	t.Helper()
	err := s.admin.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

var server = sync.OnceValues(func() (*postgres, error) {
	s := &postgres{address: os.Getenv(postgresAddress)}
	switch s.address {
	case "off":
		return nil, errors.New(postgresAddress + " is off")
	case "":
		if err := s.start(); err != nil {
			return nil, err
		}
	}
	var err error
	s.admin, err = db.Open(context.Background(), db.Options{URL: s.address, Readers: 1, Writers: 2})
	return s, err
})

// scriptPath finds postgres.sh above the folder of the test: the compiler may
// have been told to forget where it stands itself.
func scriptPath() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; folder = filepath.Dir(folder) {
		path := filepath.Join(folder, "internal", "testkit", "postgres.sh")
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		if folder == filepath.Dir(folder) {
			return "", errors.New("postgres.sh is not above this test")
		}
	}
}

func (s *postgres) start() error {
	path, err := scriptPath()
	if err != nil {
		return err
	}
	script := exec.Command("bash", path)
	var said strings.Builder
	script.Stderr = &said
	input, err := script.StdinPipe()
	if err != nil {
		return err
	}
	s.input = input // held, or the collector would close it
	out, err := script.StdoutPipe()
	if err != nil {
		return err
	}
	if err := script.Start(); err != nil {
		return err
	}
	s.said = bufio.NewScanner(out)
	for s.said.Scan() {
		if s.said.Text() == "READY" {
			return nil
		}
		s.address = s.said.Text()
	}
	err = script.Wait()
	return fmt.Errorf("%s (%w)", strings.TrimSpace(said.String()), err)
}
