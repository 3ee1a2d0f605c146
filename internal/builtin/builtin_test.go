package builtin_test

import (
	"testing"

	"zhuomo/clean/cleantest"
	"zhuomo/internal/builtin"
)

func TestOperators(t *testing.T) {
	seen := map[string]bool{}
	for _, op := range builtin.Operators() {
		name := op.Spec().Name
		if seen[name] {
			t.Errorf("%s is listed twice", name)
		}
		seen[name] = true
		t.Run(name, func(t *testing.T) { t.Parallel(); cleantest.Run(t, op) })
	}
}
