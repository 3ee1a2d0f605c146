package recommend

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// Thompson draws what the listener may like from what is believed, and takes
// the candidate that is best by that draw: what is uncertain is tried, what is
// known to be disliked is not.
type Thompson struct {
	Wide float64 // how far draws stray from the mean; 0 never tries, 1 is the posterior itself
}

// stream keeps the draws of a choice apart from other uses of the same seed.
const stream = 0x7a68756f6d6f

// Choose ranks candidates by one draw of the weights.
//
// Order:  same taste, candidates in the same order, same seed → same ranking.
// Cost:   see posterior; besides one pass over the candidates.
func (th Thompson) Choose(t *Taste, all []Candidate, seed uint64) Ranking {
	at := make(map[string]int, len(t.Names))
	for i, name := range t.Names {
		at[name] = i
	}
	p := posteriorOf(t.Met, t.Sums)
	rng := rand.New(rand.NewPCG(seed, stream))
	drawn := make([]float64, p.d)
	for i := range drawn {
		drawn[i] = rng.NormFloat64()
	}
	p.draw(drawn, th.Wide)
	mean := p.mean
	for i := range all { // what was never met is as it was believed before
		for _, f := range all[i].Features {
			if _, met := at[f.Name]; !met {
				at[f.Name] = len(drawn)
				drawn, mean = append(drawn, float64(th.Wide*weightSD*rng.NormFloat64())), append(mean, 0)
			}
		}
	}
	scored := make([]Scored, len(all))
	for i := range all {
		s := Scored{At: i, Score: all[i].Bonus, Mean: all[i].Bonus, lot: rng.Uint64()}
		for _, f := range all[i].Features {
			s.Score += drawn[at[f.Name]]
			s.Mean += mean[at[f.Name]]
		}
		scored[i] = s
	}
	slices.SortStableFunc(scored, func(a, b Scored) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.lot, b.lot)) })
	scored = scored[:min(ranked, len(scored))]
	usual := parts(all, func(f Feature) float64 { return mean[at[f.Name]] / float64(len(all)) })
	for i := range scored {
		scored[i].Parts = parts(all[scored[i].At:scored[i].At+1], func(f Feature) float64 { return mean[at[f.Name]] })
		for from := range scored[i].Parts {
			scored[i].Parts[from] -= usual[from]
		}
		for from := len(scored[i].Parts); from < len(usual); from++ {
			scored[i].Parts = append(scored[i].Parts, -usual[from])
		}
	}
	return scored
}

// parts adds up what the features of candidates tell, by the declared feature.
func parts(all []Candidate, weight func(Feature) float64) (sums []float64) {
	for i := range all {
		for _, f := range all[i].Features {
			for len(sums) <= f.From {
				sums = append(sums, 0)
			}
			sums[f.From] += weight(f)
		}
	}
	return sums
}
