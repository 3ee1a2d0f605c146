package tune

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"zhuomo/internal/spec"
)

// Importance is how much of the scores' variation follows one dial, the others held.
type Importance struct {
	Param string  `json:"param" table:"参数|parameter"`
	Share float64 `json:"share" table:"重要|importance"` // 0–1; shares of dials need not add up to 1
	Low   float64 `json:"low" doc:"95% 区间的下限|lower end of the 95% interval"`
	High  float64 `json:"high" doc:"95% 区间的上限|upper end of the 95% interval"`
}

const (
	enoughTrials = 20 // below it chance explains as much as a dial
	curved       = 3  // a number's part is a polynomial of at most this degree
	bent         = .5 // each degree counts half of the one below before any trial is seen
	draws        = 400
)

// Importances gives for every dial the share of the variance of the scores that
// follows it while the others stay, the largest first; nil below enoughTrials trials
// with a score or when all scores are equal.
//
// All dials are fitted together, since a sampler moves them together: a dial that only
// keeps company with one that matters does not matter. Each is a smooth curve, a choice
// its own step a value; how strong all may be is what makes the scores most probable.
//
// Order:  the same trials in any order give the same shares, up to rounding.
// Cost:   O(trials · columns² + columns³), at most three columns a number.
// Source: MacKay 1992 (evidence of a linear model); intervals by draws from its posterior.
func Importances(dials []spec.Param, trials []Trial) []Importance {
	var done []Trial
	for _, t := range trials {
		if t.scored() {
			done = append(done, t)
		}
	}
	if len(done) < enoughTrials {
		return nil
	}
	slices.SortStableFunc(done, func(a, b Trial) int { return a.Number - b.Number })
	scores := make([]float64, len(done))
	for i, t := range done {
		scores[i] = t.Score
	}
	floats.AddConst(-floats.Sum(scores)/float64(len(scores)), scores)
	total := floats.Dot(scores, scores)
	if total < 1e-24 {
		return nil
	}
	var columns [][]float64
	var owner []int
	for d, dial := range dials {
		for _, c := range columnsOf(dial, done) {
			columns, owner = append(columns, c), append(owner, d)
		}
	}
	out := make([]Importance, len(dials))
	for d, dial := range dials {
		out[d].Param = dial.Name
	}
	if len(columns) > 0 {
		explain(out, columns, owner, scores, total)
	}
	slices.SortStableFunc(out, func(a, b Importance) int {
		switch {
		case a.Share > b.Share:
			return -1
		case a.Share < b.Share:
			return 1
		}
		return 0
	})
	return out
}

// columnsOf is a dial as columns of a linear model: mean 0, at right angles to each
// other, their squares add up to the number of trials, those of higher degree to less.
func columnsOf(dial spec.Param, trials []Trial) [][]float64 {
	values := make([]float64, len(trials))
	for i, t := range trials {
		values[i] = placeOf(dial, t.Values[dial.Name])
	}
	levels := slices.Compact(slices.Sorted(slices.Values(values)))
	var columns [][]float64
	if dial.Kind != spec.Int && dial.Kind != spec.Float {
		for _, level := range levels[1:] {
			c := make([]float64, len(values))
			for i, v := range values {
				if v == level {
					c[i] = 1
				}
			}
			columns = append(columns, c)
		}
	} else {
		power := slices.Repeat([]float64{1}, len(values))
		for range min(curved, len(levels)-1) {
			power = slices.Clone(power)
			for i, v := range values {
				power[i] *= 2*v - 1
			}
			columns = append(columns, slices.Clone(power))
		}
	}
	var square [][]float64
	weight := 1.0
	for _, c := range columns {
		floats.AddConst(-floats.Sum(c)/float64(len(c)), c)
		for range 2 { // twice, for rounding
			for _, s := range square {
				floats.AddScaled(c, -floats.Dot(c, s), s)
			}
		}
		norm := floats.Norm(c, 2)
		if norm < 1e-9*math.Sqrt(float64(len(c))) {
			continue
		}
		floats.Scale(1/norm, c)
		square = append(square, c)
	}
	for i, c := range square {
		square[i] = slices.Clone(c)
		floats.Scale(weight*math.Sqrt(float64(len(c))), square[i])
		if dial.Kind == spec.Int || dial.Kind == spec.Float {
			weight *= bent
		}
	}
	return square
}

// explain fills the shares from a ridge regression whose penalty has the largest
// evidence.
func explain(out []Importance, columns [][]float64, owner []int, scores []float64, total float64) {
	p, n := len(columns), float64(len(scores))
	products := mat.NewSymDense(p, nil)
	towards := mat.NewVecDense(p, nil)
	for i, a := range columns {
		towards.SetVec(i, floats.Dot(a, scores))
		for j := range i + 1 {
			products.SetSym(i, j, floats.Dot(a, columns[j]))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(products, true) {
		return
	}
	var turn mat.Dense
	eigen.VectorsTo(&turn)
	stretch := eigen.Values(nil)
	var seen mat.VecDense
	seen.MulVec(turn.T(), towards)
	rest := func(penalty float64) float64 {
		left := total
		for k, s := range stretch {
			left -= seen.AtVec(k) * seen.AtVec(k) / (max(s, 0) + penalty)
		}
		return max(left, 1e-12*total)
	}
	penalty, least := 1.0, math.Inf(1)
	for at := -2.0; at <= 6; at += .25 {
		l := math.Pow(10, at)
		value := n * math.Log(rest(l))
		for _, s := range stretch {
			value += math.Log1p(max(s, 0) / l)
		}
		if value < least {
			penalty, least = l, value
		}
	}
	noise := math.Sqrt(rest(penalty) / n)
	size := make([]float64, p) // of each column, in shares of the variance a unit of weight makes
	for i, c := range columns {
		size[i] = floats.Dot(c, c) / total
	}
	shares := func(shift func(k int) float64) []float64 {
		coordinates, weights := mat.NewVecDense(p, nil), mat.NewVecDense(p, nil)
		for k, s := range stretch {
			coordinates.SetVec(k, seen.AtVec(k)/(max(s, 0)+penalty)+shift(k))
		}
		weights.MulVec(&turn, coordinates)
		sums := make([]float64, len(out))
		for i, d := range owner {
			sums[d] += weights.AtVec(i) * weights.AtVec(i) * size[i]
		}
		return sums
	}
	middle := shares(func(int) float64 { return 0 })
	rng := rand.New(rand.NewPCG(1, uint64(p)))
	drawn := make([][]float64, len(out))
	for range draws {
		for d, s := range shares(func(k int) float64 { return noise * rng.NormFloat64() / math.Sqrt(max(stretch[k], 0)+penalty) }) {
			drawn[d] = append(drawn[d], s)
		}
	}
	for d := range out {
		slices.Sort(drawn[d])
		out[d].Share = min(1, middle[d])
		out[d].Low = min(out[d].Share, drawn[d][draws/40])
		out[d].High = min(1, max(out[d].Share, drawn[d][draws-1-draws/40]))
	}
}
