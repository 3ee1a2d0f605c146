package blob

import (
	"slices"
	"strings"
	"testing"
)

func TestNamed(t *testing.T) {
	a, b := "sha256:"+strings.Repeat("0a", 32), "sha256:"+strings.Repeat("f1", 32)
	got := Named(`{"raw":"` + a + `","more":["` + b + `"],"short":"sha256:12","long":"` + a + `0"}`)
	if want := []Hash{Hash(a), Hash(b)}; !slices.Equal(got, want) {
		t.Errorf("named %v, want %v", got, want)
	}
	if FromHex(Hash(a).Hex()) != Hash(a) {
		t.Error("the digits do not lead back")
	}
}
