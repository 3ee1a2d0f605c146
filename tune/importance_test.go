package tune_test

import (
	"math/rand/v2"
	"testing"

	"zhuomo/internal/spec"
	"zhuomo/tune"
)

func TestImportancesFindTheDialThatMatters(t *testing.T) {
	t.Parallel()
	dials := []spec.Param{{Name: "noise", Kind: spec.Float}, {Name: "strong", Kind: spec.Float}, {Name: "choice", Kind: spec.Choice}}
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
