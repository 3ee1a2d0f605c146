package builtin

import (
	"zhuomo/tune"
	"zhuomo/tune/sampler"
)

// Samplers lists the samplers in the order in which pages show them; the first
// is the default.
func Samplers() []tune.Sampler {
	return []tune.Sampler{
		sampler.Random(), // tune.random.v1
	}
}
