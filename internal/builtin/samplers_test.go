package builtin_test

import (
	"testing"

	"zhuomo/internal/builtin"
	"zhuomo/tune/tunetest"
)

func TestSamplers(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range builtin.Samplers() {
		name := s.Spec().Name
		if seen[name] {
			t.Errorf("%s is listed twice", name)
		}
		seen[name] = true
		t.Run(name, func(t *testing.T) { t.Parallel(); tunetest.Run(t, s) })
	}
}
