package testkit_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

func TestEachDBGivesAnEmptyWorkingDatabase(t *testing.T) {
	t.Parallel()
	for range 2 {
		testkit.EachDB(t, func(t *testing.T, d *db.DB) {
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.ExecContext(ctx, "CREATE TABLE x (id TEXT NOT NULL PRIMARY KEY)")
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTheClockStandsUntilMoved(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 24, 8, 0, 0, 0, time.FixedZone("CST", 8*3600))
	c := testkit.Clock(start)
	if !c.Now().Equal(start) || c.Now().Location() != time.UTC {
		t.Errorf("it is %v", c.Now())
	}
	c.Add(time.Minute)
	if got := c.Now().Sub(start); got != time.Minute {
		t.Errorf("moved by %v", got)
	}
}

func TestTempBlobsKeepsBytes(t *testing.T) {
	t.Parallel()
	s := testkit.TempBlobs(t)
	h, err := blob.PutBytes(t.Context(), s, []byte("琢磨"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := blob.ReadAll(t.Context(), s, h); err != nil || string(got) != "琢磨" {
		t.Errorf("got %q, %v", got, err)
	}
}

// recorder is a testing.TB that remembers instead of failing.
type recorder struct {
	testing.TB
	said string
}

func (r *recorder) Helper()                      {}
func (r *recorder) Errorf(f string, args ...any) { r.said += fmt.Sprintf(f, args...) }
func (r *recorder) Fatalf(f string, args ...any) { r.said += fmt.Sprintf(f, args...); panic(r) }
func (r *recorder) Skipf(f string, args ...any)  { r.said += fmt.Sprintf(f, args...); panic(r) }

// outcome is what do told its recorder.
func outcome(do func(t testing.TB)) string {
	r := &recorder{}
	func() {
		defer func() {
			if p := recover(); p != nil && p != any(r) {
				panic(p)
			}
		}()
		do(r)
	}()
	return r.said
}

func TestAGoldenFileTellsTheFirstDifference(t *testing.T) {
	t.Parallel()
	if flag.Lookup("update").Value.String() == "true" {
		t.Skip("-update writes golden files instead of comparing them")
	}
	path := filepath.Join(t.TempDir(), "x.golden")
	if err := os.WriteFile(path, []byte("一\n二\n三\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		"一\n二\n三\n":    "",
		"一\n贰\n三\n":    "line 2",
		"一\n二\n三\n四\n": "line 4",
		"一\n二":         "line 3",
	} {
		said := outcome(func(t testing.TB) { testkit.GoldenFile(t, path, got) })
		if want == "" && said != "" || !strings.Contains(said, want) {
			t.Errorf("%q: said %q, want %q", got, said, want)
		}
	}
	if said := outcome(func(t testing.TB) { testkit.Golden(t, "nothing", "x") }); !strings.Contains(said, "-update") {
		t.Errorf("a missing file: said %q", said)
	}
}

func TestAnAbsentSetIsSkippedByName(t *testing.T) {
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "here"), 0o700); err != nil {
		t.Fatal(err)
	}
	var path string
	look := func(name string) string {
		return outcome(func(t testing.TB) { path = testkit.Sets(t, name) })
	}
	t.Setenv("ZHUOMO_SETS", root)
	if said := look("here"); said != "" || path != filepath.Join(root, "here") {
		t.Errorf("got %q, said %q", path, said)
	}
	if said := look("banking77"); !strings.Contains(said, "banking77") {
		t.Errorf("absent: said %q", said)
	}
	t.Setenv("ZHUOMO_SETS", "")
	if said := look("banking77"); said != "needs the set banking77: set ZHUOMO_SETS" {
		t.Errorf("unset: said %q", said)
	}
}
