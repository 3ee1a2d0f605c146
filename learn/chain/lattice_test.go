package chain

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// small makes a layer with random weights over a text of n units, its emissions
// already in the lattice.
func small(rng *rand.Rand, s tags, n int) (*weights, *lattice) {
	w := (&problem{tags: s}).weights()
	for i := range w.steps {
		w.steps[i] = float32(rng.NormFloat64())
	}
	w.bound()
	l := &lattice{score: make([]float32, n*s.stride())}
	for i := range l.score {
		l.score[i] = float32(2 * rng.NormFloat64())
	}
	return w, l
}

// readings lists every allowed sequence of n tags.
func readings(w *weights, n int) (out [][]uint8) {
	var grow func(seq []uint8)
	grow = func(seq []uint8) {
		if len(seq) == n {
			if n == 0 || w.closes(int(seq[n-1])) {
				out = append(out, slices.Clone(seq))
			}
			return
		}
		for b := range w.n() {
			if len(seq) == 0 && w.opens(b) || len(seq) > 0 && w.follows(int(seq[len(seq)-1]), b) {
				grow(append(seq, uint8(b)))
			}
		}
	}
	grow(nil)
	return out
}

// The four ways through a lattice against trying everything.
func TestLatticeAgainstAllReadings(t *testing.T) {
	for _, s := range []tags{{1, true}, {2, true}, {1, false}, {3, false}} {
		for n := 1; n <= 4; n++ {
			t.Run(fmt.Sprintf("%+v %d units", s, n), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(uint64(n), 7))
				w, l := small(rng, s, n)
				const sharp = 0.7
				all := readings(w, n)
				slices.SortStableFunc(all, func(a, b []uint8) int { return compareFalling(l.along(w, a), l.along(w, b)) })
				best, score := l.viterbi(w)
				if !slices.Equal(best, all[0]) || math.Abs(float64(score-l.along(w, all[0]))) > 1e-4 {
					t.Errorf("viterbi gives %v (%v), the best is %v", best, score, all[0])
				}
				for k, seq := range l.nBest(w, 6) {
					if !slices.Equal(seq, all[k]) {
						t.Errorf("place %d of the n best is %v, want %v", k, seq, all[k])
					}
				}
				const lean = 1.5
				heavier := func(seq []uint8) float32 { return l.along(w, seq) + lean*float32(len(w.read(seq))) }
				leaning := &lattice{}
				leaning.leaning(l, w, lean)
				want := slices.MinFunc(all, func(a, b []uint8) int { return compareFalling(heavier(a), heavier(b)) })
				if best, score := leaning.viterbi(w); !slices.Equal(best, want) || math.Abs(float64(score-heavier(want))) > 1e-4 {
					t.Errorf("leaning, viterbi gives %v (%v), the best is %v (%v)", best, score, want, heavier(want))
				}
				if got, want := len(l.nBest(w, 6)), min(6, len(all)); got != want {
					t.Errorf("%d best of %d", got, want)
				}
				var z float64
				marginal := make([]float64, n*s.n())
				spans := map[piece]float64{}
				for _, seq := range all {
					p := math.Exp(sharp * float64(l.along(w, seq)))
					z += p
					for u, tag := range seq {
						marginal[u*s.n()+int(tag)] += p
					}
					for _, sp := range w.read(seq) {
						spans[sp] += p
					}
				}
				o, f := newOdds(w, sharp), &forward{}
				if !f.run(l, w, o) {
					t.Fatal("the fast way gave up")
				}
				l.sum(w, sharp)
				if math.Abs(f.logZ-math.Log(z)) > 1e-6 || math.Abs(l.logZ-math.Log(z)) > 1e-6 {
					t.Errorf("ln Z: fast %v, plain %v, want %v", f.logZ, l.logZ, math.Log(z))
				}
				for u := range n {
					for tag := range s.n() {
						want := marginal[u*s.n()+tag] / z
						plain := math.Exp(l.alpha[u*s.n()+tag] + l.beta[u*s.n()+tag] - l.logZ)
						if got := f.p(u, s.n(), tag); math.Abs(got-want) > 1e-6 || math.Abs(plain-want) > 1e-6 {
							t.Errorf("unit %d tag %d: fast %v, plain %v, want %v", u, tag, got, plain, want)
						}
					}
				}
				for sp, p := range spans {
					if fast, plain := f.span(w, o, sp), l.span(w, sp, sharp); math.Abs(fast-p/z) > 1e-6 || math.Abs(plain-p/z) > 1e-6 {
						t.Errorf("span %+v: fast %v, plain %v, want %v", sp, fast, plain, p/z)
					}
				}
			})
		}
	}
}

func TestForwardGivesUpWhereNumbersDoNotFit(t *testing.T) {
	w, l := small(rand.New(rand.NewPCG(1, 1)), tags{2, true}, 30)
	for i := range l.score {
		l.score[i] *= 1e4
	}
	l.sum(w, 1)
	_, top := l.viterbi(w)
	if math.IsNaN(l.logZ) || math.Abs(l.logZ-float64(top)) > 1 {
		t.Errorf("ln Z is %v, the best reading alone gives %v", l.logZ, top)
	}
	if f := (&forward{}); f.run(l, w, newOdds(w, 1)) && math.Abs(f.logZ-l.logZ) > 1e-3*math.Abs(l.logZ) {
		t.Errorf("the fast way says %v, the plain one %v", f.logZ, l.logZ)
	}
}

func TestTagsAndSpansAreTheSame(t *testing.T) {
	for _, s := range []tags{{3, true}, {3, false}} {
		for _, want := range [][]piece{nil, {{0, 1, 0}}, {{0, 3, 2}, {3, 4, 2}, {6, 9, 1}}, {{0, 9, 1}}} {
			seq := s.write(9, want)
			if got := s.read(seq); !slices.Equal(got, want) {
				t.Errorf("%+v: %v became %v, then %v", s, want, seq, got)
			}
			for u := 1; u < len(seq); u++ {
				if !s.follows(int(seq[u-1]), int(seq[u])) {
					t.Errorf("%+v: tags %v may not be", s, seq)
				}
			}
		}
	}
}

func TestLayersHoldNestedSpansApart(t *testing.T) {
	got := layers([]piece{{2, 4, 0}, {0, 6, 1}, {2, 3, 2}, {8, 9, 0}, {2, 4, 0}}, 3)
	want := [][]piece{{{0, 6, 1}, {8, 9, 0}}, {{2, 4, 0}}, {{2, 3, 2}}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// What is laid out for speed adds up to what the plain way does, to the bit; and
// tags that are too far behind are passed over without a loss, whatever steps weigh.
func TestFastWaysAgreeWithPlainOnes(t *testing.T) {
	s := tags{20, false}
	rng := rand.New(rand.NewPCG(5, 5))
	p := &problem{tags: s, unitAt: []int{0, 40}, rows: []int32{0}, features: 30, gold: [][]uint8{make([]uint8, 40)}, at: []int{0}}
	for u := range 40 {
		p.gold[0][u] = uint8(rng.IntN(s.n()))
		for range 6 {
			p.idx = append(p.idx, uint32(rng.IntN(30)))
		}
		p.at = append(p.at, len(p.idx))
	}
	for _, wide := range []float64{0.1, 1, 10, 1000} {
		w := p.weights()
		for i := range w.emit {
			w.emit[i] = float32(rng.NormFloat64())
		}
		for i := range w.steps {
			w.steps[i] = float32(wide * rng.NormFloat64())
		}
		w.bound()
		plain, fast := &lattice{}, &lattice{}
		p.emissions(plain, w, 0)
		p.pack(w).emissions(fast, p, s.stride(), 0)
		if !slices.Equal(plain.score, fast.score) {
			t.Errorf("steps of %v: emissions differ", wide)
		}
		seq, score := fast.viterbi(w)
		if best := plain.nBest(w, 1)[0]; !slices.Equal(seq, best) || score != plain.along(w, best) && math.Abs(float64(score-plain.along(w, best))) > 1e-3*math.Abs(float64(score)) {
			t.Errorf("steps of %v: %v, the best is %v", wide, seq, best)
		}
	}
}

// The mean of several fits is that of the fits one by one, on any number of workers.
func TestTheMeanOfFits(t *testing.T) {
	s := tags{2, true}
	rng := rand.New(rand.NewPCG(9, 9))
	p := &problem{tags: s, unitAt: []int{0}, at: []int{0}, features: 40, passes: 5, cost: 1, seed: 3}
	for i := range 30 {
		for range 6 {
			for range 4 {
				p.idx = append(p.idx, uint32(rng.IntN(40)))
			}
			p.at = append(p.at, len(p.idx))
		}
		p.unitAt = append(p.unitAt, len(p.at)-1)
		p.rows, p.weight = append(p.rows, int32(i)), append(p.weight, 1)
		p.gold = append(p.gold, s.write(6, []piece{{rng.IntN(3), 3 + rng.IntN(3), rng.IntN(2)}}))
	}
	const fits = 3
	mean, err := meanPassive(t.Context(), p, fits, 1)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := meanPassive(t.Context(), p, fits, 4)
	if err != nil || !slices.Equal(wide.w.emit, mean.w.emit) || !slices.Equal(wide.w.steps, mean.w.steps) {
		t.Errorf("four workers find other weights than one (%v)", err)
	}
	sum := make([]float32, len(mean.w.emit))
	differ := false
	for k := range fits {
		one, err := passiveAggressive(t.Context(), p, uint64(k))
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range one.w.emit {
			sum[i] += v / fits
			differ = differ || math.Abs(float64(v-mean.w.emit[i])) > 1e-3
		}
	}
	again := p.weights()
	p.collect(again, mean.dual)
	for i, v := range mean.w.emit {
		if math.Abs(float64(v-sum[i])) > 1e-4 || math.Abs(float64(v-again.emit[i])) > 1e-4 {
			t.Fatalf("weight %d is %v, the mean %v, what rows pull %v", i, v, sum[i], again.emit[i])
		}
	}
	if !differ {
		t.Error("all fits are the same")
	}
}

// The gradient of the field against differences of its loss.
func TestGradientAgainstDifferences(t *testing.T) {
	s := tags{2, true}
	rng := rand.New(rand.NewPCG(3, 3))
	p := &problem{tags: s, unitAt: []int{0, 4, 9}, rows: []int32{0, 1}, features: 5, cost: 2, weight: []float32{1, 1.5}}
	p.gold = [][]uint8{s.write(4, []piece{{1, 3, 0}}), s.write(5, []piece{{0, 1, 1}, {2, 5, 0}})}
	p.at = []int{0}
	for range 9 {
		for f := range 5 {
			if rng.IntN(2) == 0 {
				p.idx = append(p.idx, uint32(f))
			}
		}
		p.at = append(p.at, len(p.idx))
	}
	w := p.weights()
	g := &gradient{p: p, w: w, workers: 2, residual: make([]float32, 9*s.stride()), chunkLoss: make([]float64, 1), chunkSteps: make([][]float32, 1)}
	g.invert()
	x := make([]float32, len(w.emit)+len(w.steps))
	w.emit, w.steps = x[:len(w.emit):len(w.emit)], x[len(w.emit):]
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	slope := make([]float32, len(x))
	if _, err := g.at(t.Context(), slope); err != nil {
		t.Fatal(err)
	}
	scratch := make([]float32, len(x))
	for i := range x {
		const h = 1e-2
		was := x[i]
		x[i] = was + h
		up, _ := g.at(t.Context(), scratch)
		x[i] = was - h
		down, _ := g.at(t.Context(), scratch)
		x[i] = was
		if want := (up - down) / (2 * h); math.Abs(want-float64(slope[i])) > 2e-3*math.Max(1, math.Abs(want)) {
			t.Errorf("weight %d: slope %v, differences give %v", i, slope[i], want)
		}
	}
}
