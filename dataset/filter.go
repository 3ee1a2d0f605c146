package dataset

import "strings"

// Filter chooses rows. The zero value passes all.
type Filter struct {
	Contains string            // some cell contains it, letters in either case
	Equals   map[string]string // column name → exact text
}

// compile binds the filter to a schema. Fault: NoSuchColumn.
func (f Filter) compile(schema Schema) (func(Row) bool, error) {
	type cell struct {
		at   int
		text string
	}
	var equals []cell
	for name, text := range f.Equals {
		at := schema.Index(name)
		if at < 0 {
			return nil, NoSuchColumn.With("column", name, "known", strings.Join(schema.Names(), ", ")).At("filter")
		}
		equals = append(equals, cell{at, text})
	}
	needle := strings.ToLower(f.Contains)
	return func(row Row) bool {
		for _, c := range equals {
			if row.Values[c.at] != c.text {
				return false
			}
		}
		if needle == "" {
			return true
		}
		for _, v := range row.Values {
			if strings.Contains(strings.ToLower(v), needle) {
				return true
			}
		}
		return false
	}, nil
}
