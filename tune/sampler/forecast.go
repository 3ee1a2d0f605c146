package sampler

import (
	"math"
	"math/rand/v2"

	"zhuomo/tune"
)

// Forecast gives how much the best score is expected to rise by one more trial, tried
// where that is largest; false while there are too few trials to tell.
//
// It asks the map of the Gaussian process, whatever the sampler: of the trials, of
// thousands the newest, and the places that it would look at.
//
// Order:  the same trials and seed give the same number.
// Source: Jones, Schonlau, Welch 1998 (stopping when the expected improvement is small).
func Forecast(space tune.Space, trials []tune.Trial, seed uint64) (gain float64, known bool) {
	a := &gaussianAsker{told: newTold(space), seed: seed}
	scored := 0
	for _, t := range trials[max(0, len(trials)-gaussianMost):] {
		if t.State == tune.Stopped || t.State == tune.Aside {
			t.State = tune.Done
		}
		if t.State == tune.Done {
			scored++
		}
		if t.State == tune.Done || t.State == tune.Failed {
			a.add(t)
		}
	}
	if scored < 2*evenFirst(len(space.Dials)) {
		return 0, false
	}
	y, doubts, unit := evened(a.trials)
	m := newMap(space, a.points(a.trials), y, doubts, fitScales(space, a.points(a.trials), y, doubts, startScales(space)))
	_, most := a.best(m, rand.New(rand.NewPCG(seed, uint64(len(trials))+1<<33)))
	return math.Exp(most) * unit, true
}
