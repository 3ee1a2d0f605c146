package sampler

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"zhuomo/internal/spec"
	"zhuomo/tune"
)

type gaussian struct{}

// Gaussian is the sampler that draws a map of the scores with a Gaussian process
// and tries next where improvement is most to be expected. Its first trials are
// spread evenly.
//
// Sources: Jones, Schonlau, Welch 1998 (expected improvement); Ament et al. 2023
// (its logarithm, arXiv:2310.20708); Hvarfner et al. 2024 (the length scales grow
// with the number of dials, arXiv:2402.02229); Ginsbourger et al. 2010 (trials under way are taken to
// score what the map says).
func Gaussian() tune.Sampler { return gaussian{} }

func (gaussian) Spec() spec.Spec {
	return spec.Spec{
		Name:  "tune.gaussian.v1",
		Title: spec.Text{ZH: "高斯过程", EN: "Gaussian process"},
		Help: spec.Text{
			ZH: "用试过的得分画一张地图，下一次去最可能更好的地方；几十次试验就能找到好参数，适合每次试验较慢的时候",
			EN: "draws a map from the scores so far and goes where better ones are to be expected; finds good parameters in some dozens of trials, best when a trial is slow",
		},
	}
}

func (gaussian) Start(space tune.Space, seed uint64) (tune.Asker, error) {
	return &gaussianAsker{told: newTold(space), seed: seed, net: newNet(len(space.Dials), seed)}, nil
}

const (
	gaussianMost  = 300 // trials that the map is drawn from; of more, the newest
	manyCandidate = 300 // places looked at
	tops          = 4   // of them, from how many the search goes on nearby
	closer        = 5   // rounds of looking nearby
	nearby        = 14  // places a round and top
)

// evenFirst is how many trials are spread evenly before there is a map.
func evenFirst(dials int) int { return min(max(4, dials+1), 10) }

type gaussianAsker struct {
	told
	seed uint64
	net  *net

	fits []scales // by rung of the ladder of refits
	seen []glance // the trials that the fits rest on
}

// glance is what a fit rests on of a trial, which a race may tell of again.
type glance struct {
	number       int
	score, error float64
}

func (a *gaussianAsker) Tell(t tune.Trial) { a.add(t) }

func (a *gaussianAsker) Ask(number int) spec.Values {
	if len(a.trials) < evenFirst(len(a.space.Dials)) {
		return a.ask(number, a.space.At(a.net.point(number)))
	}
	delete(a.pending, number)
	rng := rand.New(rand.NewPCG(a.seed, uint64(number)+1<<32))
	trials := a.trials[max(0, len(a.trials)-gaussianMost):]
	y, doubts, _ := evened(trials)
	m := newMap(a.space, a.points(trials), y, doubts, a.scales(trials))
	for _, v := range a.waiting() {
		m.believe(a.space.Point(v))
	}
	place, _ := a.best(m, rng)
	return a.ask(number, place)
}

// points are the coordinates of trials.
func (a *gaussianAsker) points(trials []tune.Trial) [][]float64 {
	points := make([][]float64, len(trials))
	for i, t := range trials {
		points[i] = a.space.Point(t.Values)
	}
	return points
}

// scales fits the length scales to the trials: again at every rung of a ladder, from
// what the rung before gave, so that a resumed search comes to the same.
func (a *gaussianAsker) scales(trials []tune.Trial) scales {
	now := make([]glance, len(trials))
	for i, t := range trials {
		now[i] = glance{t.Number, t.Score, t.Error}
	}
	rungs := ladder(evenFirst(len(a.space.Dials)), len(trials))
	same := 0
	for same < min(len(now), len(a.seen)) && now[same] == a.seen[same] {
		same++
	}
	for len(a.fits) > 0 && (len(a.fits) > len(rungs) || rungs[len(a.fits)-1] > same) {
		a.fits = a.fits[:len(a.fits)-1]
	}
	for _, n := range rungs[len(a.fits):] {
		from := startScales(a.space)
		if len(a.fits) > 0 {
			from = a.fits[len(a.fits)-1]
		}
		y, doubts, _ := evened(trials[:n])
		a.fits = append(a.fits, fitScales(a.space, a.points(trials[:n]), y, doubts, from))
	}
	a.seen = now
	return a.fits[len(a.fits)-1]
}

// ladder are the numbers of trials at which the length scales are fitted anew:
// densely at first, then every twelfth more.
func ladder(first, n int) []int {
	var rungs []int
	for r := first; r <= n; r += max(1, r/12) {
		rungs = append(rungs, r)
	}
	return rungs
}

// best gives the values with the largest expected improvement that were not tried, and
// the logarithm of that.
func (a *gaussianAsker) best(m *landscape, rng *rand.Rand) (spec.Values, float64) {
	type place struct {
		point []float64
		gain  float64
	}
	var places []place
	look := func(points [][]float64) {
		for i, g := range m.gains(points) {
			places = append(places, place{points[i], g})
		}
		slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(b.gain, a.gain) })
	}
	dims := len(a.space.Dials)
	points := make([][]float64, 0, manyCandidate)
	for i := range manyCandidate {
		p := make([]float64, dims)
		if i%4 == 3 { // near the best trials
			copy(p, m.tops[i/4%len(m.tops)])
			a.move(p, []float64{0.2, 0.07, 0.02}[i/4%3], rng)
		} else {
			for d := range p {
				p[d] = rng.Float64()
			}
		}
		a.space.Snap(p)
		points = append(points, p)
	}
	look(points)
	for round := range closer {
		points = points[:0]
		for _, top := range places[:min(tops, len(places))] {
			for range nearby {
				p := slices.Clone(top.point)
				a.move(p, 0.15*math.Pow(0.45, float64(round)), rng)
				a.space.Snap(p)
				points = append(points, p)
			}
		}
		look(points)
		places = places[:min(len(places), 64)]
	}
	under := map[string]bool{}
	for _, v := range a.pending {
		under[a.space.Key(v)] = true
	}
	for _, p := range places {
		v := a.space.At(p.point)
		if key := a.space.Key(v); !a.tried[key] && !under[key] {
			return v, p.gain
		}
	}
	return a.space.At(places[0].point), math.Inf(-1) // everything near has been tried
}

// move changes one dial of a point, or several, by steps of about size.
func (a *gaussianAsker) move(p []float64, size float64, rng *rand.Rand) {
	several := rng.IntN(2) == 0
	one := rng.IntN(len(p))
	for d, dial := range a.space.Dials {
		if !several && d != one {
			continue
		}
		switch {
		case !isChoice(dial):
			step := size * rng.NormFloat64()
			if levels := tune.Levels(dial); levels > 1 && math.Abs(step) < 1/float64(levels) {
				step = math.Copysign(1/float64(levels), step) // at least to the next number
			}
			p[d] = reflected(p[d] + step)
		case !several || rng.Float64() < max(size, 0.1):
			p[d] = rng.Float64()
		}
	}
}

// reflected folds a coordinate back into [0,1].
func reflected(u float64) float64 {
	u = math.Mod(math.Abs(u), 2)
	if u > 1 {
		u = 2 - u
	}
	return u
}
