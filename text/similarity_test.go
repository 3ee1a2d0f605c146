package text

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestMinHashEstimatesJaccard(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	worst := 0.0
	for range 60 {
		a := make([]rune, 300)
		for i := range a {
			a[i] = rune(0x4E00 + rng.IntN(2000))
		}
		b := append([]rune(nil), a...)
		for range rng.IntN(60) {
			b[rng.IntN(len(b))] = rune(0x4E00 + rng.IntN(2000))
		}
		x, y := MinHash(string(a), 3), MinHash(string(b), 3)
		worst = max(worst, math.Abs(x.Similarity(&y)-Jaccard(string(a), string(b), 3)))
	}
	if worst > 0.18 { // four standard errors
		t.Errorf("the estimate is off by %.3f", worst)
	}
	empty, short := MinHash("", 3), MinHash("好", 3)
	if empty.Similarity(&short) != 0 || empty.Similarity(&empty) != 1 || short.Similarity(&short) != 1 {
		t.Error("empty and short texts")
	}
}

func FuzzEditDistance(f *testing.F) {
	f.Add("你好吗", "您好吗", 3)
	f.Add("", "abc", 1)
	f.Add("订单取消了", "订单没取消", 9)
	f.Fuzz(func(t *testing.T, a, b string, limit int) {
		if len(a) > 200 || len(b) > 200 || limit < 0 || limit > 300 {
			return // the plain version would take too long
		}
		ra, rb := []rune(a), []rune(b)
		want := min(editRef(ra, rb), limit+1)
		if got := EditDistance(ra, rb, limit); got != want {
			t.Errorf("EditDistance(%q, %q, %d) = %d, want %d", a, b, limit, got, want)
		}
	})
}

func editRef(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func TestEditDistanceAgreesWithItsPlainTwin(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	word := func() []rune {
		w := make([]rune, rng.IntN(12))
		for i := range w {
			w[i] = rune('a' + rng.IntN(3))
		}
		return w
	}
	for range 20000 {
		a, b, limit := word(), word(), rng.IntN(14)
		if got, want := EditDistance(a, b, limit), min(editRef(a, b), limit+1); got != want {
			t.Fatalf("EditDistance(%q, %q, %d) = %d, want %d", string(a), string(b), limit, got, want)
		}
	}
}

func BenchmarkMinHash(b *testing.B) {
	text := strings.Repeat("我想问一下那个订单什么时候发货，已经等了三天了，谢谢。", 10)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		MinHash(text, 3)
	}
}
