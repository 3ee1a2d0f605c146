package speaker

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"zhuomo/recommend"
)

// Peers are other ways to choose, for comparison: they see the same candidates,
// tastes and wishes as the flow's own.
func Peers() map[string]recommend.Chooser {
	return map[string]recommend.Chooser{
		"random": chooser(byChance), "most-liked": &mostLiked{sums: map[string]float64{}, counts: map[string]float64{}},
		"epsilon-greedy": chooser(epsilonGreedy), "linucb": chooser(linUCB),
	}
}

type chooser func(t *recommend.Taste, all []recommend.Candidate, rng *rand.Rand) []float64

// Choose ranks by the scores that the function gives; equals go by chance.
func (c chooser) Choose(t *recommend.Taste, all []recommend.Candidate, seed uint64) recommend.Ranking {
	rng := rand.New(rand.NewPCG(seed, 7))
	scores := c(t, all, rng)
	out := make(recommend.Ranking, len(all))
	for i := range all {
		out[i] = recommend.Scored{At: i, Score: scores[i]}
	}
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	slices.SortStableFunc(out, func(a, b recommend.Scored) int { return cmp.Compare(b.Score, a.Score) })
	return out[:1]
}

func byChance(_ *recommend.Taste, all []recommend.Candidate, _ *rand.Rand) []float64 {
	return make([]float64, len(all))
}

// The ridge that the linear peers use is that of recommend: weights of spread
// .3 before, rewards of spread .6.
const (
	ridge   = 1 / (.3 * .3)
	noise   = 1 / (.6 * .6)
	epsilon = .1
	alpha   = .5
)

// ridgeOf solves the listener's ridge regression by the book.
func ridgeOf(t *recommend.Taste) (mean []float64, covariance [][]float64, at map[string]int) {
	d := len(t.Names)
	at = make(map[string]int, d)
	a := make([][]float64, d)
	for i := range d {
		at[t.Names[i]] = i
		a[i] = make([]float64, 2*d)
		for j := range d {
			low, high := min(i, j), max(i, j)
			a[i][j] = float64(t.Met[high*(high+1)/2+low]) * noise
		}
		a[i][i] += ridge
		a[i][d+i] = 1
	}
	for i := range d {
		pivot := a[i][i]
		for j := range a[i] {
			a[i][j] /= pivot
		}
		for k := range d {
			if factor := a[k][i]; k != i && factor != 0 {
				for j := range a[k] {
					a[k][j] -= factor * a[i][j]
				}
			}
		}
	}
	mean = make([]float64, d)
	for i := range d {
		covariance = append(covariance, a[i][d:])
		for j := range d {
			mean[i] += a[i][d+j] * t.Sums[j] * noise
		}
	}
	return mean, covariance, at
}

func epsilonGreedy(t *recommend.Taste, all []recommend.Candidate, rng *rand.Rand) []float64 {
	if rng.Float64() < epsilon {
		return make([]float64, len(all))
	}
	mean, _, at := ridgeOf(t)
	scores := make([]float64, len(all))
	for i, c := range all {
		scores[i] = c.Bonus
		for _, f := range c.Features {
			if n, met := at[f.Name]; met {
				scores[i] += mean[n]
			}
		}
	}
	return scores
}

func linUCB(t *recommend.Taste, all []recommend.Candidate, _ *rand.Rand) []float64 {
	mean, covariance, at := ridgeOf(t)
	scores := make([]float64, len(all))
	for i, c := range all {
		scores[i] = c.Bonus
		variance := 0.0
		var known []int
		for _, f := range c.Features {
			if n, met := at[f.Name]; met {
				scores[i] += mean[n]
				known = append(known, n)
			} else {
				variance += 1 / ridge
			}
		}
		for _, x := range known {
			for _, y := range known {
				variance += covariance[x][y]
			}
		}
		scores[i] += alpha * math.Sqrt(variance)
	}
	return scores
}

// mostLiked plays what all listeners together rewarded most; each song begins
// with two rewards of nothing.
type mostLiked struct {
	sums, counts map[string]float64
}

func (m *mostLiked) Choose(t *recommend.Taste, all []recommend.Candidate, seed uint64) recommend.Ranking {
	if last := t.Last; last != nil && last.Judged { // a choice is the last one of one choosing only
		m.counts[last.Key]++
		m.sums[last.Key] += last.Reward
	}
	return chooser(func(_ *recommend.Taste, all []recommend.Candidate, _ *rand.Rand) []float64 {
		scores := make([]float64, len(all))
		for i, c := range all {
			scores[i] = c.Bonus + m.sums[c.Key]/(m.counts[c.Key]+2)
		}
		return scores
	}).Choose(t, all, seed)
}
