package matrix

import (
	"math"
	"math/rand/v2"
	"testing"
)

func random(rng *rand.Rand, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(rng.NormFloat64())
	}
	return out
}

// FuzzMultiply holds the fast product to sums in float64, for every number of rows
// and both ways to fill panels.
func FuzzMultiply(f *testing.F) {
	for rows := range uint8(14) {
		f.Add(uint64(rows), rows+1, 3*rows+1, 5*rows+1, rows%3)
	}
	f.Fuzz(func(t *testing.T, seed uint64, rows8, k8, n8, slack uint8) {
		rows, k, n := int(rows8), int(k8), int(n8)
		if rows == 0 || k == 0 || n == 0 {
			return
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		aStride, bStride, cStride := k+int(slack), n+int(slack), Padded(n)+int(slack)
		a, b, start := random(rng, rows*aStride), random(rng, k*bStride), random(rng, rows*cStride)
		turned := make([]float32, n*k)
		for i := range k {
			for j := range n {
				turned[j*k+i] = b[i*bStride+j]
			}
		}
		var p, q Panels
		p.Resize(k, n)
		p.Fill(b, bStride)
		q.Resize(k, n)
		q.FillTransposed(turned, k)
		c, plain := append([]float32(nil), start...), append([]float32(nil), start...)
		half := p.Count() / 2
		Multiply(c, cStride, a, aStride, rows, &p, 0, half)
		Multiply(c, cStride, a, aStride, rows, &p, half, p.Count())
		for panel := range p.Count() {
			multiplyRef(plain[panel*Wide:], cStride, a, aStride, q.data[panel*k*Wide:][:k*Wide], k, rows)
		}
		for i := range rows {
			for j := range n {
				want, size := float64(start[i*cStride+j]), math.Abs(float64(start[i*cStride+j]))
				for x := range k {
					v := float64(a[i*aStride+x]) * float64(b[x*bStride+j])
					want, size = want+v, size+math.Abs(v)
				}
				for name, got := range map[string]float32{"fast": c[i*cStride+j], "plain": plain[i*cStride+j]} {
					if math.Abs(float64(got)-want) > 1e-6*(1+size) {
						t.Fatalf("%s %d×%d×%d at %d,%d: %v, want %v", name, rows, k, n, i, j, got, want)
					}
				}
			}
			for j := Padded(n); j < cStride && i*cStride+j < len(c); j++ {
				if c[i*cStride+j] != start[i*cStride+j] {
					t.Fatalf("wrote beyond the panels at %d,%d", i, j)
				}
			}
		}
	})
}

// TestExpAndGELU holds both to the mathematics and the fast to the plain.
func TestExpAndGELU(t *testing.T) {
	var xs []float32
	for x := -100.0; x <= 100; x += .0137 {
		xs = append(xs, float32(x))
	}
	xs = append(xs, 0, float32(math.Copysign(0, -1)), 1e-30, -1e-30, 1e30, -1e30)
	for len(xs)%Lanes != 0 {
		xs = append(xs, 0)
	}
	copyOf := func() []float32 { return append([]float32(nil), xs...) }
	fastExp, plainExp, fastGELU, plainGELU := copyOf(), copyOf(), copyOf(), copyOf()
	Exp(fastExp, 3)
	expRef(plainExp, 3)
	GELU(fastGELU)
	geluRef(plainGELU)
	for i, x := range xs {
		if d := float64(x) - 3; d > -80 && d < 80 {
			want := math.Exp(float64(x - 3))
			for name, got := range map[string]float32{"fast": fastExp[i], "plain": plainExp[i]} {
				if math.Abs(float64(got)-want) > 4e-7*want {
					t.Errorf("%s e^%v = %v, want %v", name, x-3, got, want)
				}
			}
		}
		v := float64(x)
		want := v / 2 * math.Erfc(-v/math.Sqrt2)
		for name, got := range map[string]float32{"fast": fastGELU[i], "plain": plainGELU[i]} {
			if math.Abs(float64(got)-want) > 1e-6*max(1, math.Abs(want)) {
				t.Errorf("%s GELU(%v) = %v, want %v", name, x, got, want)
			}
		}
	}
	if e := []float32{-1e30, 0, 0, 0, 0, 0, 0, 0}; true {
		if Exp(e, 0); e[0] > 1e-37 || e[1] != 1 {
			t.Errorf("e^−∞ = %v, e^0 = %v", e[0], e[1])
		}
	}
}

func BenchmarkMultiply(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	const rows, k, n = 32, 384, 1536
	a, c := random(rng, rows*k), make([]float32, rows*n)
	var p Panels
	p.Resize(k, n)
	p.Fill(random(rng, k*n), n)
	for b.Loop() {
		Multiply(c, n, a, k, rows, &p, 0, p.Count())
	}
	b.ReportMetric(2*rows*k*n*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
