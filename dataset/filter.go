package dataset

import "strings"

// Filter chooses rows. The zero value passes all.
type Filter struct {
	Contains string            // some cell contains it, letters in either case
	Equals   map[string]string // column name → exact text
	Not      []Condition       // texts that cells must not be
}

// Condition is a column with a text.
type Condition struct {
	Column, Text string
}

// compile binds the filter to a schema. Fault: NoSuchColumn.
func (f Filter) compile(schema Schema) (func(Row) bool, error) {
	type cell struct {
		at   int
		text string
	}
	bind := func(name, text string) (cell, error) {
		at := schema.Index(name)
		if at < 0 {
			return cell{}, NoSuchColumn.With("column", name, "known", strings.Join(schema.Names(), ", ")).At("filter")
		}
		return cell{at, text}, nil
	}
	var equals, not []cell
	for name, text := range f.Equals {
		c, err := bind(name, text)
		if err != nil {
			return nil, err
		}
		equals = append(equals, c)
	}
	for _, x := range f.Not {
		c, err := bind(x.Column, x.Text)
		if err != nil {
			return nil, err
		}
		not = append(not, c)
	}
	needle := strings.ToLower(f.Contains)
	return func(row Row) bool {
		for _, c := range equals {
			if row.Values[c.at] != c.text {
				return false
			}
		}
		for _, c := range not {
			if row.Values[c.at] == c.text {
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
