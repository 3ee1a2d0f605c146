package builtin_test

import (
	"testing"

	"zhuomo/internal/builtin"
	"zhuomo/serve/voicetest"
)

func TestVoices(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range builtin.Voices() {
		name := v.Spec().Name
		if seen[name] {
			t.Errorf("%s is listed twice", name)
		}
		seen[name] = true
		t.Run(name, func(t *testing.T) { t.Parallel(); voicetest.Strangers(t, v) })
	}
}
