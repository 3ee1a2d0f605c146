package sampler

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"zhuomo/internal/spec"
	"zhuomo/tune"
)

func TestGradientOfTheLikelihood(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 1))
	const n, dims = 12, 3
	f := &likelihood{n: n, dims: dims, k: mat.NewSymDense(n, nil), inverse: mat.NewSymDense(n, nil), slopes: make([]float64, n*(n-1)/2)}
	y := make([]float64, n)
	for i := range y {
		y[i] = rng.NormFloat64()
		f.doubts = append(f.doubts, float64(1+i%4))
	}
	f.y = mat.NewVecDense(n, y)
	for range n * (n - 1) / 2 * dims {
		f.squares = append(f.squares, rng.Float64())
	}
	at := []float64{0.5, -1, 2, -3}
	f.at(at)
	gradient := append([]float64(nil), f.gradient...)
	for i := range at {
		const h = 1e-5
		up, down := append([]float64(nil), at...), append([]float64(nil), at...)
		up[i] += h
		down[i] -= h
		if want := (f.at(up) - f.at(down)) / (2 * h); math.Abs(want-gradient[i]) > 1e-5*(1+math.Abs(want)) {
			t.Errorf("along %d: %g, by difference %g", i, gradient[i], want)
		}
	}
}

func TestLogImprovement(t *testing.T) {
	t.Parallel()
	for z := -40.0; z <= 5; z += 0.01 {
		got := logImprovement(z)
		if z > -5 {
			want := math.Log(math.Exp(-z*z/2)/math.Sqrt(2*math.Pi) + z*math.Erfc(-z/math.Sqrt2)/2)
			if math.Abs(got-want) > 1e-9 {
				t.Fatalf("at %.2f: %g, want %g", z, got, want)
			}
		}
		if before := logImprovement(z - 0.01); !(got > before) {
			t.Fatalf("falls at %.2f: from %g to %g", z, before, got)
		}
	}
}

func TestEvenedScores(t *testing.T) {
	t.Parallel()
	var trials []tune.Trial
	for i, score := range []float64{.8, .9, -1e9, .7, .7, math.NaN()} {
		s := tune.Trial{Number: i, State: tune.Done, Score: score}
		if math.IsNaN(score) {
			s = tune.Trial{Number: i, State: tune.Failed}
		}
		trials = append(trials, s)
	}
	y, _, _ := evened(trials)
	if !(y[1] > y[0] && y[0] > y[3] && y[3] == y[4] && y[4] > y[2] && y[2] > y[5]) {
		t.Errorf("the order is lost: %v", y)
	}
	if y[2] < -2.5 {
		t.Errorf("a hopeless score stands out at %.2f", y[2])
	}
	none, _, _ := evened([]tune.Trial{{State: tune.Failed}, {State: tune.Failed}})
	for _, v := range none {
		if v != 0 {
			t.Errorf("all failed: %v", v)
		}
	}
}

// TestPointIsTheInverseOfAt goes through every value of the dials with few.
func TestPointIsTheInverseOfAt(t *testing.T) {
	t.Parallel()
	s := tune.Space{Fixed: spec.Values{}, Dials: []spec.Param{
		{Name: "n", Kind: spec.Int, Min: 1, Max: 9}, {Name: "wide", Kind: spec.Int, Min: 1, Max: 4096, Log: true},
		{Name: "x", Kind: spec.Float, Min: 1e-4, Max: 10, Log: true}, {Name: "c", Kind: spec.Choice, Choices: []string{"a", "b", "c"}}, {Name: "b", Kind: spec.Bool},
		{Name: "one", Kind: spec.Float, Min: 2, Max: 2},
	}}
	rng := rand.New(rand.NewPCG(2, 2))
	for range 2000 {
		p := make([]float64, len(s.Dials))
		for i := range p {
			p[i] = rng.Float64()
		}
		v := s.At(p)
		back := s.At(s.Point(v))
		for name := range v {
			if a, ok := v[name].(float64); ok && math.Abs(a-back[name].(float64)) < 1e-9*(1+a) {
				continue
			}
			if v[name] != back[name] {
				t.Fatalf("%s: %v came back as %v", name, v[name], back[name])
			}
		}
	}
}

func TestShuffleIsAPermutation(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 5, 16, 17, 486, 1000} {
		seen := make([]bool, n)
		s := newShuffle(n, 7)
		for i := range n {
			if at := s.of(i); seen[at] {
				t.Fatalf("%d of %d comes twice", at, n)
			} else {
				seen[at] = true
			}
		}
	}
}
