package db_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/fault"
	"zhuomo/internal/testkit"
)

// TestClosuresActAsIfOneAfterTheOther lets many look at the same rows and act on
// what they saw, which side by side would give twice the same number.
func TestClosuresActAsIfOneAfterTheOther(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *db.DB) {
		const clients, each = 12, 5
		var wg sync.WaitGroup
		for i := range clients {
			wg.Go(func() {
				for k := range each {
					err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
						var n int
						if err := tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(n), 0) + 1 FROM rows").Scan(&n); err != nil {
							return err
						}
						return put(fmt.Sprint(i, "/", k), n)(ctx, tx)
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		var most, different int
		err := d.Reader().QueryRowContext(t.Context(), "SELECT MAX(n), COUNT(DISTINCT n) FROM rows").Scan(&most, &different)
		if err != nil || most != clients*each || different != clients*each {
			t.Errorf("%d closures gave %d numbers up to %d (%v)", clients*each, different, most, err)
		}
	})
}

// TestTextSortsByItsBytes holds both engines to one order, whatever that of the
// PostgreSQL database is.
func TestTextSortsByItsBytes(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *db.DB) {
		want := []string{"A", "B", "a", "b", "~", "é", "中", "文", "𠮷"}
		for _, id := range slices.Backward(want) {
			if err := d.Write(t.Context(), put(id, 1)); err != nil {
				t.Fatal(err)
			}
		}
		got, err := func() ([]string, error) {
			rows, err := d.Reader().QueryContext(t.Context(), "SELECT id FROM rows WHERE id > '' ORDER BY id")
			return db.All(rows, err, func(id *string) []any { return []any{id} })
		}()
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestATextThatCannotBeSavedIsTold(t *testing.T) {
	t.Parallel()
	d := testkit.OpenPostgres(t)
	if err := d.Migrate(t.Context(), "test", schema); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a\x00b", "\xff"} {
		if err := d.Write(t.Context(), put(id, 1)); !errors.Is(err, db.BadText) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// TestNewsReachEveryProcess lets two programs share a database.
func TestNewsReachEveryProcess(t *testing.T) {
	t.Parallel()
	address := testkit.PostgresURL(t)
	one, other := postgres(t, address), postgres(t, address)
	if err := one.Migrate(t.Context(), "test", schema); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	here, there, unasked := one.Listen(ctx, "rows"), other.Listen(ctx, "rows"), other.Listen(ctx, "columns")
	no := errors.New("no")
	for id, fail := range map[string]error{"lost": no, "kept": nil} {
		err := one.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			one.NotifyAfter(tx, "rows", id)
			return errors.Join(put(id, 1)(ctx, tx), fail)
		})
		if !errors.Is(err, fail) {
			t.Fatal(err)
		}
	}
	for name, news := range map[string]<-chan string{"this": here, "the other": there} {
		select {
		case what := <-news:
			if n := count(t, other); what != "kept" || n != 1 {
				t.Errorf("%s process heard of %q, %d rows", name, what, n)
			}
		case <-time.After(5 * time.Second):
			t.Errorf("%s process heard nothing", name)
		}
	}
	cancel()
	for name, news := range map[string]<-chan string{"a reader that left": there, "another topic": unasked} {
		for what := range news {
			t.Errorf("%s heard of %q", name, what)
		}
	}
}

// TestBrokenConnectionsAreMended lets the server end all connections of a program,
// as it does when it starts anew.
func TestBrokenConnectionsAreMended(t *testing.T) {
	t.Parallel()
	address := testkit.PostgresURL(t)
	name := "broken_" + db.NewID(time.Now())
	d, other := postgres(t, address+"&application_name="+name), postgres(t, address)
	if err := d.Migrate(t.Context(), "test", schema); err != nil {
		t.Fatal(err)
	}
	news := d.Listen(t.Context(), "rows")
	var ended int
	err := other.Reader().QueryRowContext(t.Context(), "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1", name).Scan(&ended)
	if err != nil || ended < 2 {
		t.Fatalf("%d connections ended, %v", ended, err)
	}
	for id := range 20 {
		switch err := d.Write(t.Context(), put(fmt.Sprint(id), id)); {
		case errors.Is(err, db.Unreachable): // a connection that was open: told, not saved
		case err != nil:
			t.Errorf("write %d: %v", id, err)
		case id == 19 && count(t, other) == 0: // a read of d may still meet a connection that was ended
			t.Error("nothing was written")
		}
	}
	if err := d.Write(t.Context(), put("last", 1)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	for _, want := range []string{"", "fresh"} { // some may have been missed; then as before
		if want != "" {
			other.Notify("rows", want)
		}
		select {
		case what := <-news:
			if what != want {
				t.Errorf("heard %q, want %q", what, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("never heard %q", want)
		}
	}
}

// TestAServerThatDoesNotAnswerIsUnreachable takes connections and says nothing.
func TestAServerThatDoesNotAnswerIsUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = db.Open(t.Context(), db.Options{URL: "postgres://nobody@" + l.Addr().String() + "/none?sslmode=disable&connect_timeout=1"})
	if !errors.Is(err, db.Unreachable) {
		t.Errorf("%v", err)
	}
}

func postgres(t testing.TB, address string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), db.Options{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// TestManyProcessesMigrateAtOnce starts eight programs on an empty database.
func TestManyProcessesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	address := testkit.PostgresURL(t)
	more := fstest.MapFS{"0001_rows.sql": schema["0001_rows.sql"],
		"0002_more.sql": {Data: []byte("-- +goose Up\nALTER TABLE rows ADD COLUMN more TEXT NOT NULL DEFAULT '新';")}}
	var wg sync.WaitGroup
	for range 8 {
		d := postgres(t, address)
		wg.Go(func() {
			if err := d.Migrate(t.Context(), "test", more); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestADatabaseThatIsNotThereIsTold(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]error{
		"postgres://u:topsecret@127.0.0.1:1/x":             db.Unreachable,
		"postgres://u:topsecret@127.0.0.1:1/x?sslmode=odd": db.BadURL,
		"postgres://u:top secret@[/x":                      db.BadURL,
	} {
		_, err := db.Open(t.Context(), db.Options{URL: address})
		if !errors.Is(err, want) || strings.Contains(err.Error()+fault.Of(err).Message("zh"), "secret") {
			t.Errorf("%s: %v", address, err)
		}
	}
	nowhere := strings.Replace(testkit.PostgresURL(t), "/postgres?", "/nowhere?", 1)
	if _, err := db.Open(t.Context(), db.Options{URL: nowhere}); !errors.Is(err, db.Refused) {
		t.Errorf("a database that nobody made: %v", err)
	}
}

func TestAClosedDatabaseTakesNoMore(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		news := d.Listen(t.Context(), "x")
		for range 2 {
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if _, open := <-news; open {
			t.Error("news after the end")
		}
		if err := d.Write(t.Context(), put("a", 1)); !errors.Is(err, db.Closed) {
			t.Errorf("got %v", err)
		}
	})
}

// TestAClosureWhoseConnectionBreaksRunsAgain ends the own connection in the
// middle of a closure, once and for ever.
func TestAClosureWhoseConnectionBreaksRunsAgain(t *testing.T) {
	t.Parallel()
	d := postgres(t, testkit.PostgresURL(t))
	if err := d.Migrate(t.Context(), "test", schema); err != nil {
		t.Fatal(err)
	}
	breaking := func(times int) (runs int, err error) {
		err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			runs++
			if err := put(fmt.Sprint("breaks ", times), runs)(ctx, tx); err != nil || runs > times {
				return err
			}
			_, err := tx.ExecContext(ctx, "SELECT pg_terminate_backend(pg_backend_pid())")
			return errors.Join(errors.New("what the closure says of it"), err)
		})
		return runs, err
	}
	if runs, err := breaking(1); err != nil || runs != 2 {
		t.Errorf("broken once: %d runs, %v", runs, err)
	}
	if runs, err := breaking(1000); !errors.Is(err, db.Unreachable) || runs > 5 {
		t.Errorf("broken for ever: %d runs, %v", runs, err)
	}
	var n int
	if err := d.Reader().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM rows").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows are there (%v)", n, err)
	}
}

// TestNumbersWithoutAHoleSideBySide lets many reckon the next number of a table
// that has each but once.
func TestNumbersWithoutAHoleSideBySide(t *testing.T) {
	t.Parallel()
	d := postgres(t, testkit.PostgresURL(t))
	if err := d.Migrate(t.Context(), "test", schema); err != nil {
		t.Fatal(err)
	}
	next := func() error {
		return d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			var n int
			if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM rows").Scan(&n); err != nil {
				return err
			}
			return put(fmt.Sprint(n), n)(ctx, tx)
		})
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				if err := next(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := count(t, d); n != 80 {
		t.Errorf("%d rows", n)
	}
	runs := 0
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { runs++; return put("0", 0)(ctx, tx) })
	if !errors.Is(err, db.Taken) || runs > 5 {
		t.Errorf("a row that is there: %d runs, %v", runs, err)
	}
}

// TestProcessesShareAClock asks on machines whose clocks are wrong.
func TestProcessesShareAClock(t *testing.T) {
	t.Parallel()
	d := postgres(t, testkit.PostgresURL(t))
	for _, wrong := range []time.Duration{0, -10 * time.Minute, 10 * time.Minute, 48 * time.Hour} {
		got, err := db.NowWhere(t.Context(), d, func() time.Time { return time.Now().Add(wrong) })
		if off := time.Since(got.Round(0)); err != nil || off.Abs() > 3*time.Second {
			t.Errorf("a clock that is %v wrong: it says %v off (%v)", wrong, off, err)
		}
	}
	near := 200 * time.Millisecond
	got, err := db.NowWhere(t.Context(), d, func() time.Time { return time.Now().Add(near) })
	if off := time.Until(got.Round(0)); err != nil || off < 0 || off > near {
		t.Errorf("a clock that is nearly right was changed: %v (%v)", off, err)
	}
}
