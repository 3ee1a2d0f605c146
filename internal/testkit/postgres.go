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
	"runtime"
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
	input   io.Closer
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

func (s *postgres) start() error {
	_, here, _, _ := runtime.Caller(0)
	script := exec.Command("bash", filepath.Join(filepath.Dir(here), "postgres.sh"))
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
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == "READY" {
			return nil
		}
		s.address = lines.Text()
	}
	err = script.Wait()
	return fmt.Errorf("%s (%w)", strings.TrimSpace(said.String()), err)
}
