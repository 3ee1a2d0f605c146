package builtin

import (
	"zhuomo/tune"
	"zhuomo/tune/sampler"
)

// Samplers lists the samplers in the order in which pages show them; the first
// is the default.
func Samplers() []tune.Sampler {
	return []tune.Sampler{
		sampler.Auto(),      // tune.auto.v1
		sampler.Gaussian(),  // tune.gaussian.v1
		sampler.Parzen(),    // tune.parzen.v1
		sampler.Evolution(), // tune.evolution.v1
		sampler.Halton(),    // tune.even.v1
		sampler.Grid(),      // tune.grid.v1
		sampler.Random(),    // tune.random.v1
	}
}

// Forecast is what tells studies whether more trials are worth it.
func Forecast() tune.Forecast { return sampler.Forecast }
