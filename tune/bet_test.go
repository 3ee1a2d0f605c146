package tune

import (
	"math"
	"math/rand/v2"
	"testing"
)

// playedRef is played, told slowly.
func playedRef(gains []int, stake float64) float64 {
	var money float64
	for _, g := range gains {
		money += math.Log(1 - stake*float64(g))
	}
	return money
}

func TestPlayedIsWhatItSays(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 500 {
		most := 1 + rng.IntN(5)
		gains := make([]int, rng.IntN(300))
		for i := range gains {
			if rng.IntN(3) == 0 {
				gains[i] = rng.IntN(2*most+1) - most
			}
		}
		stake := rng.Float64() * boldest / float64(most)
		if got, want := played(gains, stake), playedRef(gains, stake); math.Abs(got-want) > 1e-9*(1+math.Abs(want)) {
			t.Fatalf("%v, slowly %v, of %v at %v", got, want, gains, stake)
		}
	}
	if against(nil, 1) != 0 {
		t.Error("who has seen nothing has won something")
	}
}

// Challengers that are exactly as good, over five thousand lives each, looked at after
// each of ten folds: at most one in twenty is ever said to be worse.
func TestEqualsAreSeldomSaidToBeWorse(t *testing.T) {
	t.Parallel()
	for name, life := range map[string]struct {
		rows, group int
		differ      float64 // share of the rows on which both differ
		shift       float64 // standard deviation of a fold's own mean, which is 0 over all folds
	}{
		"a row differs in twenty":            {2000, 1, .05, 0},
		"most rows differ":                   {500, 1, .8, 0},
		"conversations go right together":    {2000, 8, .1, 0},
		"few rows":                           {100, 1, .2, 0},
		"folds differ, as other models do":   {2000, 1, .1, .01},
		"groups of one and hardly any gains": {3000, 1, .004, 0},
	} {
		rng := rand.New(rand.NewPCG(7, 7))
		const lives = 5000
		wrong := 0
		for range lives {
			var gains []int
			for range 10 {
				shift := life.shift * rng.NormFloat64()
				for range life.rows / 10 / life.group {
					g := 0
					if rng.Float64() < life.differ {
						g = life.group
						if rng.Float64() < .5-shift/2/life.differ {
							g = -g
						}
					}
					gains = append(gains, g)
				}
				if math.Exp(-against(gains, life.group)) <= RaceAlpha {
					wrong++
					break
				}
			}
		}
		if share := float64(wrong) / lives; share > RaceAlpha {
			t.Errorf("%s: %.4f of equals are stopped", name, share)
		} else {
			t.Logf("%s: %.4f", name, share)
		}
	}
}

// The test must also find what is worse: five points are sure within a third of 2,000 rows.
func TestWhatIsWorseIsFoundEarly(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	found := 0
	for range 200 {
		gains := make([]int, 700)
		for i := range gains {
			if u := rng.Float64(); u < .025 {
				gains[i] = 1
			} else if u < .1 {
				gains[i] = -1
			}
		}
		if math.Exp(-against(gains, 1)) <= RaceAlpha {
			found++
		}
	}
	if found < 175 {
		t.Errorf("of 200 that are five points worse %d are found in 700 rows", found)
	}
}
