package db_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"zhuomo/internal/db"
)

// The same text asked again while its rows are open, in a write and among readers.
func TestOneTextMayBeAskedWhileItsRowsAreOpen(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(ctx context.Context, tx db.Tx) error {
			for i := range 5 {
				if err := put(fmt.Sprint("r", i), i)(ctx, tx); err != nil {
					return err
				}
			}
			return nil
		})
		const text = "SELECT n FROM rows WHERE n >= $1 ORDER BY n"
		pairs := func(ctx context.Context, r db.Reader) (got [][2]int) {
			outer, err := r.QueryContext(ctx, text, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer outer.Close()
			for outer.Next() {
				var a, b int
				if err := outer.Scan(&a); err != nil {
					t.Fatal(err)
				}
				if err := r.QueryRowContext(ctx, text, a).Scan(&b); err != nil {
					t.Fatal(err)
				}
				got = append(got, [2]int{a, b})
			}
			return got
		}
		want := "[[0 0] [1 1] [2 2] [3 3] [4 4]]"
		if got := fmt.Sprint(pairs(t.Context(), d.Reader())); got != want {
			t.Errorf("readers: %s", got)
		}
		if _, postgres := d.Reader().(interface{ PingContext(context.Context) error }); postgres {
			return // pgx holds a transaction to one answer at a time
		}
		write(t, d, func(ctx context.Context, tx db.Tx) error {
			if got := fmt.Sprint(pairs(ctx, tx)); got != want {
				t.Errorf("in a write: %s", got)
			}
			return nil
		})
	})
}

// More texts than are kept, from many goroutines: each answers its own.
func TestTextsBeyondThoseKeptAreAnswered(t *testing.T) {
	d := fresh(t)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 600 {
				var n int
				text := fmt.Sprintf("SELECT %d + $1", (i*7+g)%500)
				if err := d.Reader().QueryRowContext(t.Context(), text, 1).Scan(&n); err != nil || n != (i*7+g)%500+1 {
					t.Errorf("%s: %d %v", text, n, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func write(t *testing.T, d *db.DB, do func(ctx context.Context, tx db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}
