package db_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"zhuomo/internal/db"
)

var errUnwanted = errors.New("unwanted")

// putAll inserts ids; "unwanted" is refused by itself, "bad" spoils the statement.
func putAll(ctx context.Context, tx db.Tx, ids []string) ([]error, error) {
	errs := make([]error, len(ids))
	for i, id := range ids {
		if id == "unwanted" {
			errs[i] = errUnwanted
			continue
		}
		n := 1
		if id == "bad" {
			n = -1 // against the table's rule
		}
		if err := put(id, n)(ctx, tx); err != nil {
			return nil, err
		}
	}
	return errs, nil
}

// gatherAll writes items at once and gives what each was told. The first holds
// the writer until all others wait, so that these are written together.
func gatherAll(t *testing.T, d *db.DB, ctxs []context.Context, ids []string) []error {
	t.Helper()
	var begun, all sync.WaitGroup
	begun.Add(len(ids))
	var together int
	hold := make(chan struct{})
	started := make(chan struct{}, 2) // a rehearsal, then the run that counts
	g := db.NewGather(d, func(ctx context.Context, tx db.Tx, items []string) ([]error, error) {
		if items[0] == "first" {
			started <- struct{}{}
			<-hold
		}
		together = max(together, len(items))
		return putAll(ctx, tx, items)
	})
	errs := make([]error, len(ids))
	all.Go(func() {
		if err := g.Write(t.Context(), "first"); err != nil {
			t.Error(err)
		}
	})
	<-started
	for i, id := range ids {
		all.Go(func() {
			begun.Done()
			errs[i] = g.Write(ctxs[i], id)
		})
	}
	begun.Wait()
	for db.Waiting(g) < len(ids) {
		runtime.Gosched()
	}
	close(hold)
	all.Wait()
	if together != len(ids) {
		t.Errorf("%d written together, want %d", together, len(ids))
	}
	return errs
}

func TestGatheredItemsStandAndFallByThemselves(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		ids  []string
	}{
		{"an item that is refused leaves the others", []string{"a", "unwanted", "b"}},
		{"an item that spoils a statement leaves the others", []string{"a", "bad", "b", "unwanted"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			both(t, func(t *testing.T, d *db.DB) {
				ctxs := make([]context.Context, len(c.ids))
				for i := range ctxs {
					ctxs[i] = t.Context()
				}
				errs := gatherAll(t, d, ctxs, c.ids)
				for i, id := range c.ids {
					switch {
					case id == "unwanted" && !errors.Is(errs[i], errUnwanted), id == "bad" && !errors.Is(errs[i], db.Rule), len(id) == 1 && errs[i] != nil:
						t.Errorf("%s was told %v", id, errs[i])
					}
				}
				if n := count(t, d); n != 3 {
					t.Errorf("%d rows, want first, a and b", n)
				}
			})
		})
	}
}

func TestWhatGoesAlongsideAGatheredItemIsWrittenWithIt(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *db.DB) {
		if err := d.Write(t.Context(), put("note of twin", 1)); err != nil {
			t.Fatal(err)
		}
		ids := []string{"a", "b", "twin", "unwanted"}
		ctxs := make([]context.Context, len(ids))
		for i, id := range ids {
			ctxs[i] = db.Alongside(t.Context(), put("note of "+id, 1))
		}
		errs := gatherAll(t, d, ctxs, ids)
		if errs[0] != nil || errs[1] != nil || !errors.Is(errs[2], db.Taken) || !errors.Is(errs[3], errUnwanted) {
			t.Errorf("told %v", errs)
		}
		if n := count(t, d); n != 6 { // first, a, b, their notes, and the one that was there
			t.Errorf("%d rows, want 6", n)
		}
		if err := d.Write(ctxs[0], put("later", 1)); err != nil || count(t, d) != 7 {
			t.Errorf("a note rides once: %v, %d rows", err, count(t, d))
		}
	})
}

func TestAnItemWhoseContextEndedIsLeftOut(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *db.DB) {
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		g := db.NewGather(d, putAll)
		if err := g.Write(ended, "a"); !errors.Is(err, context.Canceled) || count(t, d) != 0 {
			t.Errorf("%v, %d rows", err, count(t, d))
		}
	})
}

// BenchmarkGather is BenchmarkWrite's counterpart: 64 callers, one row each.
func BenchmarkGather(b *testing.B) {
	d := fresh(b)
	g := db.NewGather(d, putAll)
	var wg sync.WaitGroup
	for c := range 64 {
		wg.Go(func() {
			for i := c; i < b.N; i += 64 {
				if err := g.Write(b.Context(), fmt.Sprint(i)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
