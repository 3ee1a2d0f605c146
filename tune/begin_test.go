package tune_test

import (
	"testing"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
	"zhuomo/tune"
	"zhuomo/tune/sampler"
)

func TestAStudyBeginsWithWhatWasBestEarlier(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, err := tune.New(t.Context(), tune.Needs{DB: d, Now: time.Now, Samplers: []tune.Sampler{sampler.Auto(), sampler.Random()}, Bench: &bench{}})
		if err != nil {
			t.Fatal(err)
		}
		search := func(study tune.Study) (tune.Study, tune.Outcome) {
			t.Helper()
			study.ProductID, study.Objective = "p", "exact"
			study, err := s.Create(t.Context(), study)
			if err != nil {
				t.Fatal(err)
			}
			out, err := s.Run(t.Context(), "p", study.ID, nil)
			if err != nil {
				t.Fatal(err)
			}
			return study, out
		}
		first, found := search(tune.Study{Trials: 12, Dials: []string{"rate", "depth"}, Seed: 1})
		if len(first.Begin) != 0 {
			t.Errorf("the first study begins with %v", first.Begin)
		}
		next, out := search(tune.Study{Trials: 6, Dials: []string{"rate", "depth"}, Seed: 2})
		if len(next.Begin) != 3 || out.Trials[1].Values["rate"] != found.Best.Values["rate"] || out.Trials[1].Score != found.Best.Score || out.Trials[0].Values["rate"] != 0.1 {
			t.Errorf("the second study begins with %v; its trials are %v", next.Begin, out.Trials)
		}
		kept, err := s.Study(t.Context(), "p", next.ID)
		if err != nil || len(kept.Begin) != 3 {
			t.Errorf("kept: %v, %v", kept.Begin, err)
		}
		for what, study := range map[string]tune.Study{
			"that wants nothing of them": {Trials: 3, Dials: []string{"rate", "depth"}, Fresh: true},
			"whose sampler is asked for": {Trials: 3, Dials: []string{"rate", "depth"}, Sampler: sampler.Random().Spec().Name},
		} {
			if got, _ := search(study); len(got.Begin) != 0 {
				t.Errorf("a study %s begins with %v", what, got.Begin)
			}
		}
		best := found.Best.Values["rate"].(float64)
		low := best * 1.5
		if low < 10 {
			high := 10.0
			moved, out := search(tune.Study{Trials: 6, Dials: []string{"rate", "depth"}, Ranges: map[string]tune.Range{"rate": {Min: &low, Max: &high}}})
			for _, b := range moved.Begin {
				if b["rate"].(float64) < low {
					t.Errorf("begins outside its range: %v", b)
				}
			}
			for _, trial := range out.Trials[1:] {
				if trial.Values["rate"].(float64) < low {
					t.Errorf("trial outside its range: %v", trial.Values)
				}
			}
		}
	})
}
