package mlflow

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func wave(n int, seed uint64) (x, y []float64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	x, y = make([]float64, n), make([]float64, n)
	for i := range n {
		x[i], y[i] = float64(i), math.Sin(float64(i)/300)+0.2*rng.NormFloat64()
	}
	return x, y
}

func TestThinIsThePlainOne(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 3, 4, 5, 10, 99, 1000, 5003} {
		for _, want := range []int{3, 4, 7, 50, 999, 1000} {
			x, y := wave(n, uint64(n))
			fast, plain := thin(x, y, want), thinPlain(x, y, want)
			if !slices.Equal(fast, plain) {
				t.Fatalf("%d to %d: %v, plainly %v", n, want, fast, plain)
			}
			if len(fast) != min(n, want) || !slices.IsSorted(fast) || n > 0 && (fast[0] != 0 || fast[len(fast)-1] != n-1) {
				t.Errorf("%d to %d gives %d places", n, want, len(fast))
			}
		}
	}
}

// TestThinKeepsASpike: one point out of a million that stands out must be drawn.
func TestThinKeepsASpike(t *testing.T) {
	t.Parallel()
	x, y := wave(1_000_000, 7)
	y[654_321] = 40
	if got := thin(x, y, 1500); !slices.Contains(got, 654_321) {
		t.Error("the spike is gone")
	}
}

func TestSmoothOfASteadyLineIsTheLine(t *testing.T) {
	t.Parallel()
	for i, v := range smooth([]float64{3, 3, 3, 3}, 0.9) {
		if math.Abs(v-3) > 1e-12 {
			t.Errorf("point %d is %v", i, v)
		}
	}
	if got := smooth([]float64{1, 2, 4}, 0); !slices.Equal(got, []float64{1, 2, 4}) {
		t.Errorf("without smoothing: %v", got)
	}
}

func FuzzThin(f *testing.F) {
	f.Add(uint64(1), 20, 5)
	f.Add(uint64(2), 301, 300)
	f.Fuzz(func(t *testing.T, seed uint64, n, want int) {
		n, want = min(max(n, 0), 3000), min(max(want, 3), 400)
		x, y := wave(n, seed)
		if fast, plain := thin(x, y, want), thinPlain(x, y, want); !slices.Equal(fast, plain) {
			t.Errorf("%d to %d: %v, plainly %v", n, want, fast, plain)
		}
	})
}

func BenchmarkThin(b *testing.B) {
	x, y := wave(1_000_000, 3)
	for b.Loop() {
		thin(x, y, 1500)
	}
	b.ReportMetric(float64(b.N)*1e6/b.Elapsed().Seconds(), "points/s")
}
