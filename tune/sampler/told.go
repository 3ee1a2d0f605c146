package sampler

import (
	"cmp"
	"math"
	"slices"

	"zhuomo/internal/spec"
	"zhuomo/tune"
)

// told keeps the finished trials of a search by number, so that what follows from
// them does not hang on the order in which they came.
type told struct {
	space   tune.Space
	trials  []tune.Trial
	tried   map[string]bool     // values that were tried
	pending map[int]spec.Values // asked and not told yet
}

func newTold(space tune.Space) told {
	return told{space: space, tried: map[string]bool{}, pending: map[int]spec.Values{}}
}

// add keeps a trial; again tells that its number was told before.
func (h *told) add(t tune.Trial) (again bool) {
	at, again := slices.BinarySearchFunc(h.trials, t.Number, func(a tune.Trial, n int) int { return a.Number - n })
	if again {
		h.trials[at] = t
	} else {
		h.trials = slices.Insert(h.trials, at, t)
	}
	h.tried[h.space.Key(t.Values)] = true
	delete(h.pending, t.Number)
	return again
}

// Mind notes a trial under way that was not proposed here.
func (h *told) Mind(number int, v spec.Values) { h.pending[number] = v }

// ask notes what is proposed.
func (h *told) ask(number int, v spec.Values) spec.Values {
	h.pending[number] = v
	return v
}

// waiting are the values of trials under way, by number.
func (h *told) waiting() []spec.Values {
	var numbers []int
	for n := range h.pending {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	list := make([]spec.Values, len(numbers))
	for i, n := range numbers {
		list[i] = h.pending[n]
	}
	return list
}

// evened gives the scores as a model should see them: of the better half their own
// distances, of the worse half their ranks only, since how bad a bad place is says
// little; those that failed are the worst. Then mean 0, variance 1. doubts are the variances of scores that are only
// estimates, in the same unit; unit is what 1 is, of the better half.
//
// Source: half-rank warping of Vizier (Song et al. 2024, arXiv:2408.11527).
func evened(trials []tune.Trial) (y, doubts []float64, unit float64) {
	n := len(trials)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	value := func(i int) float64 {
		if trials[i].State != tune.Done {
			return math.Inf(-1)
		}
		return trials[i].Score
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(value(a), value(b)) })
	y, doubts = make([]float64, n), make([]float64, n)
	middle := value(order[n/2])
	if math.IsInf(middle, -1) { // most failed: the worst that did not stands for the middle
		for _, i := range order {
			if middle = value(i); !math.IsInf(middle, -1) {
				break
			}
		}
	}
	if math.IsInf(middle, -1) {
		return y, doubts, 1
	}
	var spread float64
	better := 0
	for _, i := range order {
		if v := value(i); v >= middle {
			spread += (v - middle) * (v - middle)
			better++
		}
	}
	spread = math.Sqrt(spread / float64(better))
	if spread == 0 {
		spread = 1
	}
	for first := 0; first < n; {
		last := first
		for last+1 < n && value(order[last+1]) == value(order[first]) {
			last++
		}
		for _, i := range order[first : last+1] { // equals stay equal
			if v := value(i); v >= middle {
				y[i] = v
			} else {
				rank := (float64(first+last)/2 + 0.5) / float64(n)
				y[i] = middle + spread*math.Sqrt2*math.Erfinv(2*min(rank, 0.5)-1)
			}
		}
		first = last + 1
	}
	var mean, variance float64
	for _, v := range y {
		mean += v / float64(n)
	}
	for _, v := range y {
		variance += (v - mean) * (v - mean) / float64(n)
	}
	if variance == 0 {
		variance = 1
	}
	for i := range y {
		y[i] = (y[i] - mean) / math.Sqrt(variance)
		doubts[i] = trials[i].Error * trials[i].Error / variance
	}
	return y, doubts, math.Sqrt(variance)
}
