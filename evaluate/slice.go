package evaluate

import (
	"unicode/utf8"

	"zhuomo/learn"
)

// Slice is a kind of rows, with the share of them that is right.
type Slice struct {
	ID    string   `json:"id" table:"切片|slice"` // short, middle, long, opening, follow_up, one_label, more_labels
	Rows  int      `json:"rows" table:"行数|rows"`
	Exact Figure   `json:"exact"`
	Live  *float64 `json:"live,omitempty"` // the model before on the same rows
}

const (
	shortLine = 6  // code points; up to here a line is short
	longLine  = 15 // above it is long
)

// slices of rows, in the order in which pages show them. Each looks only at the
// row, never at an answer, so that models compare.
var slicesOf = []struct {
	id string
	is func(e learn.Example) bool
}{
	{"short", func(e learn.Example) bool { return utf8.RuneCountInString(e.Text) <= shortLine }},
	{"middle", func(e learn.Example) bool {
		n := utf8.RuneCountInString(e.Text)
		return n > shortLine && n <= longLine
	}},
	{"long", func(e learn.Example) bool { return utf8.RuneCountInString(e.Text) > longLine }},
	{"opening", func(e learn.Example) bool { return len(e.History) == 0 }},
	{"follow_up", func(e learn.Example) bool { return len(e.History) > 0 }},
	{"one_label", func(e learn.Example) bool { return len(e.Labels) == 1 }},
	{"more_labels", func(e learn.Example) bool { return len(e.Labels) > 1 }},
}

// SliceHas tells whether a row is in a slice; an unknown slice has no rows.
func SliceHas(id string, e learn.Example) bool {
	for _, s := range slicesOf {
		if s.id == id {
			return s.is(e)
		}
	}
	return false
}

// Slices measures each kind of rows; kinds without a row are left out. before
// are the answers of another model, or nil.
func Slices(data learn.Data, before, after []learn.Prediction) []Slice {
	out := []Slice{}
	for _, kind := range slicesOf {
		var rows, right, was int
		for i, e := range data.Examples {
			if !kind.is(e) {
				continue
			}
			gold := goldOf(data, e)
			rows++
			if sameSet(after[i].Chosen(), gold) {
				right++
			}
			if before != nil && sameSet(before[i].Chosen(), gold) {
				was++
			}
		}
		if rows == 0 {
			continue
		}
		low, high := wilson(float64(right), float64(rows))
		s := Slice{ID: kind.id, Rows: rows, Exact: Figure{Value: share(right, rows), Low: low, High: high}}
		if before != nil {
			v := share(was, rows)
			s.Live = &v
		}
		out = append(out, s)
	}
	return out
}
