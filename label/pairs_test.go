package label_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
	"zhuomo/label"
)

// BenchmarkClaimAndSubmit lets 64 people claim one task and answer it, over and
// over, in one queue of two answers each.
func BenchmarkClaimAndSubmit(b *testing.B) {
	for engine, open := range map[string]func(testing.TB) *db.DB{
		"sqlite": testkit.OpenDB,
		"postgres": func(t testing.TB) *db.DB {
			d, err := db.Open(context.Background(), db.Options{URL: testkit.PostgresURL(t)})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { d.Close() })
			return d
		},
	} {
		b.Run(engine, func(b *testing.B) {
			h := build(b, open(b), b.N/4+50, nil)
			q := h.openQueue(b, h.order("一", 2))
			var left, failed atomic.Int64
			left.Store(int64(b.N))
			var wg sync.WaitGroup
			b.ResetTimer()
			for i := range 64 {
				wg.Go(func() {
					person := fmt.Sprint("p", i)
					for left.Add(-1) >= 0 {
						tasks, err := h.Claim(context.Background(), q.ID, person, 1, time.Minute)
						if err != nil {
							failed.Add(1)
							b.Log(err)
							continue
						}
						for _, task := range tasks {
							if _, err := h.Submit(context.Background(), []label.Submission{submission(task, person, "greet")}); err != nil {
								failed.Add(1)
								b.Log(err)
							}
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pairs/s")
			b.ReportMetric(float64(failed.Load()), "failed")
		})
	}
}
