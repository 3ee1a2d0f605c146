package tune

import (
	"math"
	"testing"
)

func TestBeats(t *testing.T) {
	trial := func(number int, fixed, broken int, p float64) Trial {
		return Trial{Number: number, State: Done, Figures: map[string]float64{FixedRows: float64(fixed), BrokenRows: float64(broken), PairedP: p}}
	}
	for name, x := range map[string]struct {
		top   Trial
		tried int
		p     float64
		sure  bool
	}{
		"better, and one trial":               {trial(1, 20, 5, .004), 2, .008, true},
		"the same after twenty trials":        {trial(7, 20, 5, .004), 20, .08, false},
		"worse on rows though the score rose": {trial(1, 5, 20, .004), 2, .008, false},
		"by luck":                             {trial(1, 5, 3, .7), 50, 1, false},
	} {
		b := beats(x.top, x.tried)
		if b == nil || math.Abs(b.P-x.p) > 1e-12 || b.Sure != x.sure {
			t.Errorf("%s: %+v", name, b)
		}
	}
	if beats(trial(0, 0, 0, 1), 5) != nil || beats(Trial{Number: 3, State: Done}, 5) != nil || beats(Trial{}, 0) != nil {
		t.Error("the defaults, or what was not compared, are said to beat them")
	}
}
