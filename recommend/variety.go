package recommend

import (
	"slices"
	"strings"
)

// Variety keeps choices from becoming the same.
type Variety struct {
	Fresh  int            // nothing that was among the last so many choices
	Spread map[string]int // by column: no value that was among the last so many
}

// Left gives the places of the candidates that are other than what was chosen
// lately; where none is, what was chosen longer ago counts as other, step by
// step. eased tells that it had to.
//
// before are keys that were shown besides, the newest last.
func (v Variety) Left(all []Candidate, t *Taste, before []string) (left []int, eased bool) {
	fresh, spread := v.Fresh, true
	for {
		left = v.left(all, t, before, fresh, spread)
		if len(left) > 0 || len(all) == 0 || fresh == 0 && !spread {
			return left, eased
		}
		eased = true
		if spread { // rather a value again than the same thing again
			spread = false
		} else {
			fresh /= 2
		}
	}
}

func (v Variety) left(all []Candidate, t *Taste, before []string, fresh int, spread bool) (left []int) {
	heard := map[string]bool{}
	for _, h := range t.Recent[max(0, len(t.Recent)-fresh):] {
		heard[h.Key] = true
	}
	for _, key := range before[max(0, len(before)-fresh):] {
		heard[key] = true
	}
	met := map[string]bool{}
	if spread {
		for column, n := range v.Spread {
			for _, h := range t.Recent[max(0, len(t.Recent)-n):] {
				for _, value := range h.Spread {
					if strings.HasPrefix(value, column+"=") {
						met[value] = true
					}
				}
			}
		}
	}
	for i := range all {
		if !heard[all[i].Key] && !slices.ContainsFunc(all[i].Spread, func(value string) bool { return met[value] }) {
			left = append(left, i)
		}
	}
	return left
}
