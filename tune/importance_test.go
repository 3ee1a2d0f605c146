package tune_test

import (
	"math/rand/v2"
	"testing"

	"zhuomo/internal/spec"
	"zhuomo/tune"
)

func TestImportancesFindTheDialThatMatters(t *testing.T) {
	t.Parallel()
	dials := []spec.Param{{Name: "noise", Kind: spec.Float, Max: 1}, {Name: "strong", Kind: spec.Float, Max: 1}, {Name: "choice", Kind: spec.Choice, Choices: []string{"a", "b"}}}
	rng := rand.New(rand.NewPCG(1, 2))
	var trials []tune.Trial
	for i := range 80 {
		strong, noise, choice := rng.Float64(), rng.Float64(), []string{"a", "b"}[rng.IntN(2)]
		score := strong
		if choice == "b" {
			score += .2
		}
		trials = append(trials, tune.Trial{Number: i, State: tune.Done, Score: score, Values: spec.Values{"noise": noise, "strong": strong, "choice": choice}})
	}
	got := tune.Importances(dials, trials)
	if len(got) != 3 || got[0].Param != "strong" || got[1].Param != "choice" || got[2].Param != "noise" {
		t.Fatalf("order: %v", got)
	}
	if got[0].Share < .6 || got[2].Share > .1 {
		t.Errorf("strong should explain most and noise next to nothing: %v", got)
	}
	for _, i := range got {
		if !(i.Low <= i.Share && i.Share <= i.High) || i.High-i.Low > .3 {
			t.Errorf("interval of %+v", i)
		}
	}
	if few := tune.Importances(dials, trials[:19]); few != nil {
		t.Errorf("19 trials say nothing, got %v", few)
	}
	for i := range trials {
		trials[i].Score = .5
	}
	if same := tune.Importances(dials, trials); same != nil {
		t.Errorf("equal scores say nothing, got %v", same)
	}
}

// A dial that only keeps company with the one that matters gets nothing for it.
func TestImportanceLooksThroughCompany(t *testing.T) {
	t.Parallel()
	dials := []spec.Param{{Name: "acts", Kind: spec.Int, Max: 9}, {Name: "company", Kind: spec.Int, Max: 9}}
	rng := rand.New(rand.NewPCG(4, 4))
	var trials []tune.Trial
	for i := range 120 {
		acts := rng.IntN(10)
		company := min(9, max(0, acts+rng.IntN(5)-2))
		trials = append(trials, tune.Trial{Number: i, State: tune.Done, Score: float64(acts) + rng.NormFloat64(), Values: spec.Values{"acts": acts, "company": company}})
	}
	got := tune.Importances(dials, trials)
	if got[0].Param != "acts" || got[0].Share < .6 || got[1].Share > .1 {
		t.Errorf("%v", got)
	}
}
