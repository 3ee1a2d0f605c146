package mlflow

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

func TestPackedPointsComeBack(t *testing.T) {
	t.Parallel()
	points := []point{{0, 0, 0}, {math.MaxInt64, math.MinInt64, math.Inf(1)}, {-5, 1_700_000_000_000, math.NaN()}, {1, 2, math.Copysign(0, -1)}, {1, 2, 0.1}}
	back, _, err := unpack(nil, []byte(pack(points)), nil)
	if err != nil || len(back) != len(points) {
		t.Fatalf("%v, %v", back, err)
	}
	for i, p := range points {
		if b := back[i]; b.step != p.step || b.at != p.at || math.Float64bits(b.value) != math.Float64bits(p.value) {
			t.Errorf("%v came back as %v", p, b)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte(pack([]point{{1, 2, 3}, {4, 5, 6}})))
	f.Add([]byte("AA"))
	f.Add([]byte("!"))
	f.Fuzz(func(t *testing.T, packed []byte) {
		points, _, err := unpack(nil, packed, nil)
		if err != nil {
			if !errors.Is(err, errPacked) {
				t.Error(err)
			}
			return
		}
		if again, _, err := unpack(nil, []byte(pack(points)), nil); err != nil || len(again) != len(points) {
			t.Errorf("%d points came back as %d, %v", len(points), len(again), err)
		}
	})
}

// TestAHistoryIsWholeHoweverItCame logs the same points singly, in batches of all sizes,
// twice, out of order and beside rows of before, and reads them back.
func TestAHistoryIsWholeHoweverItCame(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		id := must(t, s.createRun, `{}`)["run"].(map[string]any)["info"].(map[string]any)["run_id"].(string)
		rng := rand.New(rand.NewPCG(5, 5))
		want := map[string][]point{}
		write := func(points ...metric) {
			t.Helper()
			if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return savePoints(ctx, tx, "p", id, points) }); err != nil {
				t.Fatal(err)
			}
		}
		for step := 0; step < 3000; {
			var batch []metric
			for range []int{1, 1, 1, 7, 130, 255, 256, 257, 900}[rng.IntN(9)] {
				key := fmt.Sprintf("k%d", rng.IntN(3))
				p := point{int64(step), int64(1000 + step), rng.Float64()}
				if step%500 == 3 {
					p.value = math.NaN()
				}
				want[key] = append(want[key], p)
				batch = append(batch, metric{Key: key, Step: whole(p.step), At: whole(p.at), Value: float(p.value)})
				step++
			}
			write(batch...)
			if rng.IntN(4) == 0 {
				write(batch...) // the same again is the same
			}
		}
		late := point{-7, 3, 0.25} // an older step, logged last
		want["k1"] = slices.Insert(want["k1"], 0, late)
		write(metric{Key: "k1", Step: -7, At: 3, Value: 0.25})
		old := point{-9, 4, math.MaxFloat64}
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO mlflow_metrics (run_id, key, step, at_ms, value, nan, product_id) VALUES ($1, 'k2', $2, $3, $4, FALSE, 'p')`, id, old.step, old.at, old.value)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		want["k2"] = slices.Insert(want["k2"], 0, point{-9, 4, math.Inf(1)})
		for key, points := range want {
			got, err := s.history(t.Context(), id, key)
			if err != nil || !slices.EqualFunc(got, points, func(a, b point) bool { return comparePoints(a, b) == 0 }) {
				t.Errorf("%s: %d points of %d, %v", key, len(got), len(points), err)
			}
		}
		var rows int
		if err := d.Reader().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM mlflow_points`).Scan(&rows); err != nil || rows > 3*30 {
			t.Errorf("%d rows, %v: points are not packed", rows, err)
		}
	})
}
