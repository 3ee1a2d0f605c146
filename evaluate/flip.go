package evaluate

import (
	"slices"

	"zhuomo/learn"
)

// Flip is a row whose answer changed between two models.
type Flip struct {
	RowID string `json:"row_id"`
	Text  string `json:"text"`
	// History is what was said before, oldest first.
	History []learn.Said `json:"history,omitempty"`
	Gold    []string     `json:"gold"`
	Before  []string     `json:"before"`
	After   []string     `json:"after"`
	Change  Change       `json:"change"`
	// Verdict is what a person thought of it; "" when nobody judged it.
	Verdict string `json:"verdict,omitempty"`
}

// Change is the sort of a flip.
type Change string

const (
	Fixed  Change = "fixed"  // 修好: wrong before, right now
	Broken Change = "broken" // 改坏: right before, wrong now
	Other  Change = "other"  // wrong both times, in another way
)

// Flips compares two models on the same rows.
type Flips struct {
	Rows   int     `json:"rows"`
	Fixed  int     `json:"fixed"`
	Broken int     `json:"broken"`
	Other  int     `json:"other"`
	P      float64 `json:"p"` // McNemar's exact test of fixed against broken
	List   []Flip  `json:"list"`
}

// Compare lists the flips between the answers of the model before and the model
// now, broken ones first, then fixed, each in row order. Answers stand in the
// order of the examples.
func Compare(data learn.Data, before, after []learn.Prediction) Flips {
	out := Flips{Rows: len(data.Examples), List: []Flip{}}
	for i, e := range data.Examples {
		was, is := before[i].Chosen(), after[i].Chosen()
		if sameSet(was, is) {
			continue
		}
		gold := goldOf(data, e)
		f := Flip{RowID: e.RowID, Text: e.Text, History: e.History, Gold: gold, Before: was, After: is, Change: Other}
		switch {
		case sameSet(is, gold):
			f.Change = Fixed
			out.Fixed++
		case sameSet(was, gold):
			f.Change = Broken
			out.Broken++
		default:
			out.Other++
		}
		out.List = append(out.List, f)
	}
	out.P = McNemar(out.Fixed, out.Broken)
	rank := map[Change]int{Broken: 0, Fixed: 1, Other: 2}
	slices.SortStableFunc(out.List, func(a, b Flip) int { return rank[a.Change] - rank[b.Change] })
	return out
}

func goldOf(data learn.Data, e learn.Example) []string {
	labels := make([]string, len(e.Labels))
	for i, l := range e.Labels {
		labels[i] = data.Labels[l]
	}
	return labels
}
