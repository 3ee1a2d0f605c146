package tune

import (
	"fmt"
	"math"
	"slices"

	"zhuomo/internal/spec"
)

// Importance is how much of the scores' variation one dial explains by itself.
type Importance struct {
	Param string  `json:"param" table:"参数|parameter"`
	Share float64 `json:"share" table:"重要|importance"` // 0–1; shares of dials need not add up to 1
}

const (
	enoughTrials   = 20 // below it chance explains as much as a dial
	importanceBins = 4
)

// Importances gives for every dial the share of the variance of the scores that
// it explains alone, the largest first; nil below enoughTrials finished trials
// or when all scores are equal.
//
// Source: ω² of a one-way analysis of variance (Hays 1963) over the dial's
// values, numbers in four bins of equal counts; negative estimates count as 0.
func Importances(dials []spec.Param, trials []Trial) []Importance {
	var done []Trial
	var mean float64
	for _, t := range trials {
		if t.scored() {
			done = append(done, t)
			mean += t.Score
		}
	}
	n := float64(len(done))
	if len(done) < enoughTrials {
		return nil
	}
	mean /= n
	var total float64
	for _, t := range done {
		total += (t.Score - mean) * (t.Score - mean)
	}
	if total == 0 {
		return nil
	}
	out := []Importance{}
	for _, dial := range dials {
		groups := map[string][]float64{}
		for i, key := range binned(dial, done) {
			groups[key] = append(groups[key], done[i].Score)
		}
		var between float64
		for _, key := range sortedKeys(groups) {
			var m float64
			for _, v := range groups[key] {
				m += v
			}
			m /= float64(len(groups[key]))
			between += float64(len(groups[key])) * (m - mean) * (m - mean)
		}
		k := float64(len(groups))
		share := 0.0
		if k > 1 && n > k {
			within := (total - between) / (n - k)
			share = (between - (k-1)*within) / (total + within)
		}
		out = append(out, Importance{dial.Name, min(1, max(0, share))})
	}
	slices.SortStableFunc(out, func(a, b Importance) int {
		if a.Share > b.Share {
			return -1
		}
		if a.Share < b.Share {
			return 1
		}
		return 0
	})
	return out
}

// binned gives the group of each trial: its value, or for many numbers the bin.
func binned(dial spec.Param, trials []Trial) []string {
	keys := make([]string, len(trials))
	numbers := make([]float64, 0, len(trials))
	for i, t := range trials {
		keys[i] = fmt.Sprint(t.Values[dial.Name])
		if v, ok := number(t.Values[dial.Name]); ok {
			numbers = append(numbers, v)
		}
	}
	if len(numbers) < len(trials) {
		return keys
	}
	sorted := slices.Sorted(slices.Values(numbers))
	if len(slices.Compact(slices.Clone(sorted))) <= importanceBins {
		return keys
	}
	for i, v := range numbers {
		rank, _ := slices.BinarySearch(sorted, v)
		keys[i] = fmt.Sprint(int(math.Floor(float64(rank) / float64(len(sorted)) * importanceBins)))
	}
	return keys
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	}
	return 0, false
}

func sortedKeys(m map[string][]float64) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
