// Package sampler holds the samplers, one file each.
package sampler

import (
	"math/rand/v2"

	"zhuomo/internal/spec"
	"zhuomo/tune"
)

type random struct{}

// Random is the sampler that draws each trial by chance, each dial on its own
// scale. It learns nothing, so trials may run side by side, and it is the line
// that every cleverer sampler has to beat.
func Random() tune.Sampler { return random{} }

func (random) Spec() spec.Spec {
	return spec.Spec{
		Name:  "tune.random.v1",
		Title: spec.Text{ZH: "随机搜索", EN: "Random search"},
		Help: spec.Text{
			ZH: "每次试验在范围内随机取值，按种子可以重现；标为对数的参数按倍数取",
			EN: "each trial draws values by chance within their ranges, repeatable by seed; parameters marked logarithmic are drawn by factor",
		},
	}
}

func (random) Start(space tune.Space, seed uint64) (tune.Asker, error) {
	return randomAsker{space, seed}, nil
}

type randomAsker struct {
	space tune.Space
	seed  uint64
}

// Ask draws from a stream that belongs to the trial's number alone.
func (a randomAsker) Ask(number int) spec.Values {
	rng := rand.New(rand.NewPCG(a.seed, uint64(number)))
	point := make([]float64, len(a.space.Dials))
	for i := range point {
		point[i] = rng.Float64()
	}
	return a.space.At(point)
}

func (randomAsker) Tell(tune.Trial) {}
