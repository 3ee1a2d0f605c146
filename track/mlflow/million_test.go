package mlflow

import (
	"context"
	"testing"
	"time"

	"zhuomo/internal/db"
)

// BenchmarkCurveOfAMillion reads, thins and gives a curve of a million points that came in
// batches of a thousand.
func BenchmarkCurveOfAMillion(b *testing.B) {
	d, err := db.Open(b.Context(), db.Options{Path: b.TempDir() + "/z.db"})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	s, err := New(b.Context(), d, nil, time.Now, nil)
	if err != nil {
		b.Fatal(err)
	}
	_, y := wave(1_000_000, 1)
	err = d.Write(b.Context(), func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO mlflow_runs (id, product_id, experiment_id, name, status, stage, start_ms) VALUES ('r', 'p', '0', 'r', 'RUNNING', 'active', 1)`); err != nil {
			return err
		}
		for at := 0; at < len(y); at += 1000 {
			batch := make([]metric, 1000)
			for i := range batch {
				batch[i] = metric{Key: "m", Value: float(y[at+i]), Step: whole(at + i), At: whole(10 * (at + i))}
			}
			if err := savePoints(ctx, tx, "p", "r", batch); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if c, err := s.Curve(b.Context(), "p", "r", "m", 1500, false, 0); err != nil || c.PointCount != len(y) {
			b.Fatal(c.PointCount, err)
		}
	}
	b.ReportMetric(float64(b.N)*1e6/b.Elapsed().Seconds(), "points/s")
}
