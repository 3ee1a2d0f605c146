package linear

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"zhuomo/learn"
)

// FuzzChars: the quick loop counts the n-grams that the plain one counts, in their order.
func FuzzChars(f *testing.F) {
	for _, text := range []string{"", " ", "我要订3间大床房，谢谢！", "How do I  top up by card?\t", "ＡＢＣ１２３　全角", "é\u0130\u212a\x00\xff", "aaaaaaaaaaaaaaaa 哈哈哈哈哈哈哈哈"} {
		f.Add(text, "还是刚才那首 again", uint8(2), uint8(5), uint8(3))
	}
	f.Fuzz(func(t *testing.T, text, before string, least, most, han uint8) {
		s := shape{charMin: int(least%6) + 1, hanMax: int(han % 7), wordMax: 2, turns: 2, again: least%2 == 0, shift: 64 - 14}
		s.charMax = s.charMin + int(most%4)
		in := learn.Input{Text: text, History: []learn.Said{{Who: learn.Customer, Text: before}, {Who: learn.Product, Text: text}}}
		quick, plain := newReader(s), newReader(s)
		plain.trace = true
		for range 2 { // the second time in memory that was used
			got, want := quick.read(in), plain.read(in)
			if !slices.Equal(got.bucket, want.bucket) || !slices.Equal(got.count, want.count) || got.ends != want.ends || got.latin != want.latin {
				t.Fatalf("%q after %q: %v, not %v", text, before, got, want)
			}
		}
	})
}

// TestRankingIsThatOfASort on scores that are even, crowded, equal, far apart or few.
func TestRankingIsThatOfASort(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	draws := map[string]func() float32{
		"even":    func() float32 { return rng.Float32()*4 - 2 },
		"crowded": func() float32 { return float32(math.Pow(rng.Float64(), 40)) },
		"equal":   func() float32 { return float32(rng.IntN(3)) * 0.5 },
		"zeros":   func() float32 { return float32(math.Copysign(0, float64(rng.IntN(2))-0.5)) },
		"far":     func() float32 { return (rng.Float32() - 0.5) * 2 * math.MaxFloat32 },
		"tiny":    func() float32 { return rng.Float32() * 1e-44 },
	}
	var quick, plain ranking
	for name, draw := range draws {
		for _, n := range []int{1, 2, 11, 12, 77, 1000, 3, 150} {
			scores := make([]float32, n)
			for i := range scores {
				scores[i] = draw()
			}
			quick.sort(scores)
			plain.sortRef(scores)
			if !slices.Equal(quick.sorted, plain.sorted) {
				t.Errorf("%s, %d: %v, not %v", name, n, quick.sorted, plain.sorted)
			}
		}
	}
}
