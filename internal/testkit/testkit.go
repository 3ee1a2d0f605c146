// Package testkit is what tests of all stages share: databases, blob folders,
// a clock that stands still, golden files, outside sets. Only tests import it.
package testkit

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

var update = flag.Bool("update", false, "write the golden files anew")

// EachDB runs test once per database engine, each on an empty database. Where
// there is no PostgreSQL its half skips by name.
func EachDB(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, OpenDB(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, OpenPostgres(t)) })
}

// OpenDB gives an empty SQLite database that closes with the test.
func OpenDB(t testing.TB) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{Path: filepath.Join(t.TempDir(), "zhuomo.db")})
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

// TempBlobs gives an empty blob folder that goes with the test.
func TempBlobs(t testing.TB) *blob.Folder {
	t.Helper()
	f, err := blob.OpenFolder(filepath.Join(t.TempDir(), "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// FixedClock stands still until it is moved. Its method Now fits wherever a
// clock is asked for.
type FixedClock struct {
	mu  sync.Mutex
	now time.Time // guarded by mu
}

// Clock gives a clock that stands at start.
func Clock(start time.Time) *FixedClock { return &FixedClock{now: start.UTC()} }

// Now is the time at which the clock stands.
func (c *FixedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock.
func (c *FixedClock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Golden compares got with testdata/<name>.golden of the package under test.
// With -update it writes the file instead.
func Golden[T string | []byte](t testing.TB, name string, got T) {
	t.Helper()
	GoldenFile(t, filepath.Join("testdata", name+".golden"), got)
}

// GoldenFile is Golden for a file elsewhere, such as ../../docs/formats/x.json.
func GoldenFile[T string | []byte](t testing.TB, path string, got T) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("no golden file (run the test with -update and review it): %v", err)
	}
	if !bytes.Equal(want, []byte(got)) {
		line, wantLine, gotLine := firstDifference(want, []byte(got))
		t.Errorf("%s differs from line %d on\n want: %s\n  got: %s\nrun the test with -update and review the difference", path, line, wantLine, gotLine)
	}
}

// firstDifference finds the first line, counted from 1, in which a and b differ.
func firstDifference(a, b []byte) (line int, inA, inB string) {
	as, bs := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range max(len(as), len(bs)) {
		inA, inB = "(end)", "(end)"
		if i < len(as) {
			inA = string(as[i])
		}
		if i < len(bs) {
			inB = string(bs[i])
		}
		if inA != inB {
			return i + 1, inA, inB
		}
	}
	return 0, "", ""
}

// Sets gives the folder of an outside set, or skips the test, by name, where it
// is not there.
func Sets(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("ZHUOMO_SETS")
	if root == "" {
		t.Skipf("needs the set %s: set ZHUOMO_SETS", name)
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs the set %s, which is not in ZHUOMO_SETS: %v", name, err)
	}
	return path
}
