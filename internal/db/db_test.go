package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/fault"
	"zhuomo/internal/testkit"
)

var schema = fstest.MapFS{"0001_rows.sql": {Data: []byte(`-- +goose Up
CREATE TABLE rows (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL DEFAULT 0 CHECK (n >= 0),
	parent TEXT REFERENCES rows (id));`)}}

func open(t testing.TB, path string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), db.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if err := d.Migrate(context.Background(), "test", schema); err != nil {
		t.Fatal(err)
	}
	return d
}

// both runs test on each engine, with the table of schema.
func both(t *testing.T, test func(t *testing.T, d *db.DB)) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "test", schema); err != nil {
			t.Fatal(err)
		}
		test(t, d)
	})
}

func fresh(t testing.TB) *db.DB { return open(t, filepath.Join(t.TempDir(), "zhuomo.db")) }

func put(id string, n int) func(context.Context, db.Tx) error {
	return func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO rows (id, n) VALUES ($1, $2)", id, n)
		return err
	}
}

func count(t testing.TB, d *db.DB) (n int) {
	t.Helper()
	if err := d.Reader().QueryRowContext(t.Context(), "SELECT count(*) FROM rows").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatIsWrittenIsReadByOthersAtOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				for k := range 20 {
					id := fmt.Sprintf("%d/%d", i, k)
					if err := d.Write(t.Context(), put(id, k)); err != nil {
						t.Error(err)
					}
					var n int
					if err := d.Reader().QueryRowContext(t.Context(), "SELECT n FROM rows WHERE id = $1", id).Scan(&n); err != nil || n != k {
						t.Errorf("row %s: n = %d, %v", id, n, err)
					}
				}
			})
		}
		wg.Wait()
		if n := count(t, d); n != 64*20 {
			t.Errorf("%d rows, want %d", n, 64*20)
		}
	})
}

// TestAFailingClosureSparesItsBatch lets closures pile up behind a slow one, so
// that they share a commit, and spoils every third.
func TestAFailingClosureSparesItsBatch(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *db.DB) {
		gate := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			_ = d.Write(t.Context(), func(context.Context, db.Tx) error { <-gate; return nil })
		})
		spoilt := errors.New("spoilt")
		for i := range 90 {
			wg.Go(func() {
				err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
					if err := put(fmt.Sprint(i), i)(ctx, tx); err != nil {
						return err
					}
					switch i % 3 {
					case 1:
						return spoilt
					case 2:
						panic("a bug")
					}
					return nil
				})
				switch {
				case i%3 == 0 && err != nil, i%3 == 1 && !errors.Is(err, spoilt),
					i%3 == 2 && (err == nil || !strings.Contains(err.Error(), "a bug")):
					t.Errorf("closure %d: %v", i, err)
				}
			})
		}
		close(gate)
		wg.Wait()
		rows, err := d.Reader().QueryContext(t.Context(), "SELECT n FROM rows ORDER BY n")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for want := 0; rows.Next(); want += 3 {
			var n int
			if err := rows.Scan(&n); err != nil || n != want {
				t.Fatalf("row %d, want %d (%v)", n, want, err)
			}
		}
		if n := count(t, d); n != 30 {
			t.Errorf("%d rows, want 30", n)
		}
	})
}

func TestAClosureWhoseCallerLeftDoesNotRun(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	inside, gate := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = d.Write(t.Context(), func(context.Context, db.Tx) error { close(inside); <-gate; return nil })
	})
	<-inside
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { left <- d.Write(ctx, put("late", 1)) }()
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(gate)
	wg.Wait()
	if err := d.Write(ctx, put("later", 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("a write with an ended context gave %v", err)
	}
	if n := count(t, d); n != 0 {
		t.Errorf("%d rows, want none", n)
	}
}

func TestCancelInsideAClosureRollsBackThatClosureOnly(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			if err := put("a", 1)(ctx, tx); err != nil {
				return err
			}
			cancel()
			var n int
			if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM rows").Scan(&n); !errors.Is(err, context.Canceled) {
				t.Errorf("a question after the end gave %v", err)
			}
			return put("b", 1)(ctx, tx)
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if err := d.Write(t.Context(), put("c", 1)); err != nil {
			t.Error(err)
		}
		if n := count(t, d); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}

func TestAfterCommitRunsOnlyForWhatWasCommitted(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *db.DB) {
		var ran []string
		for _, fail := range []error{nil, errors.New("no")} {
			_ = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				db.AfterCommit(tx, func() { ran = append(ran, fmt.Sprint(fail)) })
				return fail
			})
		}
		if len(ran) != 1 || ran[0] != "<nil>" {
			t.Errorf("ran %v", ran)
		}
	})
}

func TestMisuseIsRefused(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	var kept db.Tx
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		kept = tx
		return d.Write(ctx, put("inner", 1))
	})
	if err == nil || !strings.Contains(err.Error(), "inside") {
		t.Errorf("a write inside a write gave %v", err)
	}
	if _, err := kept.ExecContext(t.Context(), "DELETE FROM rows"); !errors.Is(err, sql.ErrTxDone) {
		t.Errorf("a transaction used after its end gave %v", err)
	}
	if _, err := d.Reader().QueryContext(t.Context(), "DELETE FROM rows RETURNING id"); err == nil {
		t.Error("a reader could write")
	}
	done := make(chan error)
	go func() { // ends its goroutine, as t.FailNow in a closure would
		done <- d.Write(t.Context(), func(context.Context, db.Tx) error { runtime.Goexit(); return nil })
	}()
	if err := <-done; err == nil {
		t.Error("a closure that ended the goroutine was reported as done")
	}
	if err := d.Write(t.Context(), put("next", 1)); err != nil {
		t.Errorf("the writer did not come back: %v", err)
	}
}

func TestErrorsOfTheEngineBecomeFaults(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *db.DB) {
		if err := d.Write(t.Context(), put("a", 1)); err != nil {
			t.Fatal(err)
		}
		for want, do := range map[error]func(context.Context, db.Tx) error{
			db.Taken: put("a", 1),
			db.Rule:  put("b", -1),
			db.Dangling: func(ctx context.Context, tx db.Tx) error {
				_, err := tx.ExecContext(ctx, "INSERT INTO rows (id, parent) VALUES ('c', 'nobody')")
				return err
			},
			db.NoRow: func(ctx context.Context, tx db.Tx) error {
				return tx.QueryRowContext(ctx, "SELECT id FROM rows WHERE id = 'x'").Scan(new(string))
			},
		} {
			if err := d.Write(t.Context(), do); !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
		}
		own := fault.Define("test.own", fault.Conflict, fault.Text{})
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return own.With().Because(put("a", 1)(ctx, tx)) })
		if fault.Of(err).Def != own {
			t.Errorf("a stage's own fault became %v", err)
		}
	})
}

func TestASecondProcessIsToldWhoHasTheFolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "中文 夹?#%41&", "zhuomo.db") // names that a URL would mangle
	d := open(t, path)
	if err := d.Announce("http://127.0.0.1:7788"); err != nil {
		t.Fatal(err)
	}
	_, err := db.Open(t.Context(), db.Options{Path: path})
	if !errors.Is(err, db.InUse) || !strings.Contains(fault.Of(err).Message("zh"), "http://127.0.0.1:7788") ||
		!strings.Contains(err.Error(), "pid ") {
		t.Errorf("got %v", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	if err := d.Write(t.Context(), put("a", 1)); !errors.Is(err, db.Closed) {
		t.Errorf("a write after close gave %v", err)
	}
	files, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if len(files) != 2 { // the database and the lock: the log was folded in
		t.Errorf("left behind: %v", files)
	}
	open(t, path)
}

func TestMigrationsGoForwardOnceAndPerStage(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *db.DB) {
		two := fstest.MapFS{
			"migrations/0001_rows.sql": schema["0001_rows.sql"],
			"migrations/0002_more.sql": {Data: []byte("-- +goose Up\nALTER TABLE rows ADD COLUMN more TEXT NOT NULL DEFAULT '新';")},
		}
		other := fstest.MapFS{"0001_other.sql": {Data: []byte("-- +goose Up\nCREATE TABLE other (id TEXT NOT NULL PRIMARY KEY);")}}
		for range 2 {
			if err := errors.Join(d.Migrate(t.Context(), "test", two), d.Migrate(t.Context(), "other", other)); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Migrate(t.Context(), "test", schema); !errors.Is(err, db.TooNew) {
			t.Errorf("an older program got %v", err)
		}
		bad := fstest.MapFS{
			"0001_ok.sql":     {Data: []byte("-- +goose Up\nCREATE TABLE fine (id TEXT);")},
			"0002_broken.sql": {Data: []byte("-- +goose Up\nCREATE TABLE half (id TEXT);\nCREATE TABLE half (id TEXT);")},
		}
		if err := d.Migrate(t.Context(), "bad", bad); err == nil {
			t.Error("a broken migration passed")
		}
		for table, there := range map[string]bool{"fine": true, "half": false} {
			err := d.Reader().QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(new(int))
			if (err == nil) != there {
				t.Errorf("after a migration that broke in its second file: table %s: %v", table, err)
			}
		}
		if err := d.Migrate(t.Context(), "Bad name", schema); err == nil {
			t.Error("a stage name that is no identifier passed")
		}
	})
}

func TestIDsSortByTimeAndOrder(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 24, 1, 2, 3, 4567, time.UTC)
	before, seen := "", map[string]bool{}
	for i := range 5000 {
		id := db.NewID(start.Add(time.Duration(i/100) * time.Nanosecond))
		if id <= before || seen[id] || len(id) != 36 || id[14] != '7' || !strings.ContainsRune("89ab", rune(id[19])) {
			t.Fatalf("id %d: %s after %s", i, id, before)
		}
		before, seen[id] = id, true
	}
	if want := fmt.Sprintf("%012x", start.UnixMilli()); strings.ReplaceAll(before, "-", "")[:12] != want {
		t.Errorf("id %s does not begin with the milliseconds %s", before, want)
	}
}

func BenchmarkWrite(b *testing.B) {
	for engine, open := range map[string]func(testing.TB) *db.DB{"sqlite": fresh, "postgres": freshPostgres} {
		for _, clients := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/clients=%d", engine, clients), func(b *testing.B) { benchWrite(b, open(b), clients) })
		}
	}
}

func freshPostgres(t testing.TB) *db.DB {
	d := postgres(t, testkit.PostgresURL(t))
	if err := d.Migrate(context.Background(), "test", schema); err != nil {
		t.Fatal(err)
	}
	return d
}

func benchWrite(b *testing.B, d *db.DB, clients int) {
	text := strings.Repeat("今天天气怎么样", 10)
	insert := func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO rows (id, n, parent) VALUES ($1, $2, NULL)", db.NewID(time.Now())+text, 1)
		return err
	}
	var wg sync.WaitGroup
	b.ResetTimer()
	for c := range clients {
		wg.Go(func() {
			for range b.N/clients + min(1, max(0, b.N%clients-c)) {
				if err := d.Write(context.Background(), insert); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func TestWhatGoesAlongsideIsWrittenWithTheFirstWriteOrNotAtAll(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *db.DB) {
		refuse := errors.New("refused")
		ctx := db.Alongside(t.Context(), put("note", 1))
		err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error { return errors.Join(put("lost", 1)(ctx, tx), refuse) })
		if n := count(t, d); !errors.Is(err, refuse) || n != 0 {
			t.Fatalf("a write that fails: %v, %d rows", err, n)
		}
		for i := range 2 {
			if err := d.Write(ctx, put(fmt.Sprint(i), 1)); err != nil {
				t.Fatal(err)
			}
			if n := count(t, d); n != i+2 {
				t.Errorf("after write %d: %d rows, want the note once", i+1, n)
			}
		}
		twin := db.Alongside(t.Context(), put("note", 1)) // the note is there: it cannot be added again
		if err := d.Write(twin, put("beside", 1)); err == nil || count(t, d) != 3 {
			t.Errorf("a note that fails: %v, %d rows", err, count(t, d))
		}
	})
}

// TestClosingFoldsTheLogIntoTheFile leaves one file to copy.
func TestClosingFoldsTheLogIntoTheFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	d, err := db.Open(t.Context(), db.Options{Path: filepath.Join(folder, "zhuomo.db")})
	if err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, "CREATE TABLE a (id TEXT NOT NULL PRIMARY KEY)")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := d.Reader().QueryRowContext(t.Context(), "SELECT count(*) FROM a").Scan(&n); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(folder, "zhuomo.db*"))
	if err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
}
