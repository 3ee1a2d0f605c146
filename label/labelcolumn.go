package label

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhuomo/dataset"
)

// LabelColumn is a column whose values look like labels that somebody has given.
type LabelColumn struct {
	Column        string `json:"column" table:"列|column"`
	FilledCount   int    `json:"filled_count" table:"有值|filled"`     // rows that have a value
	DistinctCount int    `json:"distinct_count" table:"不同的值|values"` // different values
	KnownCount    int    `json:"known_count" table:"认得|known"`       // rows whose value is a label of the guideline
}

const (
	// countedValues bounds the values that are counted of a column; labels are
	// fewer, texts are more.
	countedValues = 500
	labelRunes    = 40 // the longest value that still reads like the name of a label, in characters
	repeated      = 3  // times that a value stands in a column of labels, on average, where its head does not tell
)

// labelColumns finds the columns whose values look like labels, the most likely
// first: those that hold labels of the guideline, those that are called so,
// those of few values that repeat. counts are the values of each column, nil
// where there were more than countedValues.
func labelColumns(columns []string, roles []dataset.RoleGuess, counts []map[string]int, g Guideline) []LabelColumn {
	names := namesOf(g)
	type ranked struct {
		LabelColumn
		rank int
	}
	var found []ranked
	for i, column := range columns {
		plays := slices.IndexFunc(roles, func(r dataset.RoleGuess) bool { return r.Column == column })
		called := plays >= 0 && roles[plays].Role == dataset.RoleLabel
		if counts[i] == nil || plays >= 0 && !called {
			continue
		}
		c := LabelColumn{Column: column}
		runes, plain := 0, true
		for value, n := range counts[i] {
			if value == "" {
				continue
			}
			c.FilledCount += n
			c.DistinctCount++
			runes = max(runes, utf8.RuneCountInString(value))
			plain = plain && strings.IndexFunc(value, unicode.IsLetter) < 0
			if _, known := names[valueKey(value)]; known {
				c.KnownCount += n
			}
		}
		switch {
		case c.FilledCount == 0:
		case 2*c.KnownCount >= c.FilledCount:
			found = append(found, ranked{c, 0})
		case called && !plain:
			found = append(found, ranked{c, 1})
		case runes > labelRunes || plain:
		case c.DistinctCount >= 2 && c.FilledCount >= repeated*c.DistinctCount:
			found = append(found, ranked{c, 2})
		}
	}
	slices.SortStableFunc(found, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(b.KnownCount, a.KnownCount))
	})
	list := make([]LabelColumn, len(found))
	for i, f := range found {
		list[i] = f.LabelColumn
	}
	return list
}
