package builtin_test

import (
	"testing"

	"zhuomo/internal/builtin"
	"zhuomo/learn/learntest"
)

func TestLearners(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range builtin.Learners() {
		name := l.Spec().Name
		if seen[name] {
			t.Errorf("%s is listed twice", name)
		}
		seen[name] = true
		t.Run(name, func(t *testing.T) { t.Parallel(); learntest.Run(t, l) })
	}
}
