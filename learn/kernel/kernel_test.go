package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// FuzzKernels holds the fast loops to their plain twins, bit for bit.
func FuzzKernels(f *testing.F) {
	for _, lanes := range []uint8{1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 25} {
		f.Add(uint64(lanes), uint8(17), lanes, uint8(3))
	}
	f.Add(uint64(9), uint8(0), uint8(1), uint8(0))
	f.Fuzz(func(t *testing.T, seed uint64, features, registers, slack uint8) {
		if registers == 0 || registers > 40 {
			return
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		lanes := int(registers) * Lanes
		stride := lanes + int(slack)
		rows := int(features)*2 + 1
		w := random(rng, rows*stride)
		idx := make([]uint32, 0, features)
		for _, r := range rng.Perm(rows)[:features] {
			idx = append(idx, uint32(r))
		}
		val, start := random(rng, len(idx)), random(rng, lanes)

		fast, plain := append([]float32(nil), start...), append([]float32(nil), start...)
		Gather(fast, w, stride, idx, val)
		gatherRef(plain, w, stride, idx, val)
		same(t, "Gather", fast, plain)

		wFast, wPlain := append([]float32(nil), w...), append([]float32(nil), w...)
		Spread(start, wFast, stride, idx, val)
		spreadRef(start, wPlain, stride, idx, val)
		same(t, "Spread", wFast, wPlain)
	})
}

func random(rng *rand.Rand, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(rng.NormFloat64() * math.Exp(4*rng.NormFloat64()))
	}
	return out
}

func same(t *testing.T, what string, a, b []float32) {
	t.Helper()
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			t.Fatalf("%s: lane %d: fast %v, plain %v", what, i, a[i], b[i])
		}
	}
}

func TestCheckPanicsOnBrokenLanes(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("lanes that are no whole register were accepted")
		}
	}()
	check(make([]float32, 9), make([]float32, 16), 16, nil, nil)
}

func BenchmarkGather(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	const rows, stride, features = 100_000, 80, 200
	w, out := random(rng, rows*stride), make([]float32, stride)
	val, idx := random(rng, features), make([]uint32, features)
	for b.Loop() {
		for j := range idx {
			idx[j] = rng.Uint32N(rows)
		}
		Gather(out, w, stride, idx, val)
	}
	b.ReportMetric(float64(b.N*features)/b.Elapsed().Seconds(), "features/s")
}
