package knowledge

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Op is how a filter compares a cell.
type Op string

const (
	Is       Op = "is"       // the same text, or one of a list cell
	IsNot    Op = "is_not"   // neither
	Has      Op = "has"      // a list cell holds a value that contains it, or a text cell contains it
	Less     Op = "less"     // number <
	AtMost   Op = "at_most"  // number ≤
	More     Op = "more"     // number >
	AtLeast  Op = "at_least" // number ≥
	Near     Op = "near"     // close to the place named by the value; the column is not looked at
	opsKnown    = "is, is_not, has, less, at_most, more, at_least, near"
)

// Filter is one wish.
type Filter struct {
	Column string `json:"column,omitempty" yaml:"column,omitempty"`
	Op     Op     `json:"op" yaml:"op"`
	Value  string `json:"value" yaml:"value"`
}

// Query asks a table for the rows that fulfil all wishes.
type Query struct {
	Table string   `json:"table" yaml:"table"`
	Where []Filter `json:"where,omitempty" yaml:"where,omitempty"`
	Order string   `json:"order,omitempty" yaml:"order,omitempty"` // column; "-column" the largest first; else the order of the table
	Limit int      `json:"limit,omitempty" yaml:"limit,omitempty"` // 0: all
}

// Lookup answers the rows of a query: the closest first when it asks for near,
// then by Order, then in the order of the table.
// Faults: NoTable, NoColumn, BadFilter.
func (s *Snapshot) Lookup(q Query) ([]Record, error) {
	t, ok := s.Table(q.Table)
	if !ok {
		return nil, NoTable.With("table", q.Table)
	}
	tests := make([]func(Record) int, len(q.Where))
	for i, f := range q.Where {
		test, err := s.compile(t, f)
		if err != nil {
			return nil, err
		}
		tests[i] = test
	}
	type found struct {
		record Record
		level  int
		number float64
		text   string
	}
	order, descending := strings.CutPrefix(q.Order, "-")
	at := t.Column(order)
	if order != "" && at < 0 {
		return nil, NoColumn.With("table", t.Name, "column", order).At("order")
	}
	var all []found
rows:
	for _, r := range t.Rows {
		f := found{record: r}
		for _, test := range tests {
			level := test(r)
			if level == 0 {
				continue rows
			}
			f.level += level
		}
		if at >= 0 {
			f.number, _ = firstNumber(r.Cells[at])
			f.text = r.Cells[at]
		}
		all = append(all, f)
	}
	slices.SortStableFunc(all, func(a, b found) int {
		if c := cmp.Compare(b.level, a.level); c != 0 || at < 0 {
			return c
		}
		c := cmp.Or(cmp.Compare(a.number, b.number), strings.Compare(a.text, b.text))
		if descending {
			return -c
		}
		return c
	})
	out := make([]Record, 0, len(all))
	for _, f := range all {
		if q.Limit > 0 && len(out) == q.Limit {
			break
		}
		out = append(out, f.record)
	}
	return out, nil
}

// compile makes a test of a filter: 0 the row fails, else how well it fits.
func (s *Snapshot) compile(t *Table, f Filter) (func(Record) int, error) {
	if f.Op == Near {
		return s.nearTo(t, f.Value), nil
	}
	at := t.Column(f.Column)
	if at < 0 {
		return nil, NoColumn.With("table", t.Name, "column", f.Column).At("where")
	}
	want := fold(strings.TrimSpace(f.Value))
	yes := func(ok bool) int {
		if ok {
			return 1
		}
		return 0
	}
	holds := func(r Record) bool {
		return slices.ContainsFunc(List(r.Cells[at]), func(v string) bool { return fold(v) == want })
	}
	switch f.Op {
	case Is:
		if synonyms := t.Column(t.Synonyms); f.Column == t.Key && synonyms >= 0 {
			return func(r Record) int {
				return yes(holds(r) || slices.ContainsFunc(List(r.Cells[synonyms]), func(v string) bool { return fold(v) == want }))
			}, nil
		}
		return func(r Record) int { return yes(holds(r)) }, nil
	case IsNot:
		return func(r Record) int { return yes(!holds(r)) }, nil
	case Has:
		return func(r Record) int { return yes(want != "" && strings.Contains(fold(r.Cells[at]), want)) }, nil
	case Less, AtMost, More, AtLeast:
		limit, err := strconv.ParseFloat(want, 64)
		if err != nil {
			return nil, BadFilter.With("op", f.Op, "value", f.Value, "known", opsKnown).At("where")
		}
		return func(r Record) int {
			n, ok := firstNumber(r.Cells[at])
			c := cmp.Compare(n, limit)
			return yes(ok && (f.Op == Less && c < 0 || f.Op == AtMost && c <= 0 || f.Op == More && c > 0 || f.Op == AtLeast && c >= 0))
		}, nil
	}
	return nil, BadFilter.With("op", f.Op, "value", f.Value, "known", opsKnown).At("where")
}

// nearTo fits a row with 3 when it names the place in a near column, or the
// place names it; with 2 when both name the same third place; with 1 when the
// place is a value of a linked column of the row, such as its district.
func (s *Snapshot) nearTo(t *Table, place string) func(Record) int {
	place = fold(strings.TrimSpace(place))
	names := map[string]bool{place: true} // what the place is called
	around := map[string]bool{}           // what it names as near
	for i := range s.Tables {
		p := &s.Tables[i]
		key, synonyms := p.Column(p.Key), p.Column(p.Synonyms)
		for _, r := range p.Rows {
			called := []string{r.Cells[key]}
			if synonyms >= 0 {
				called = append(called, List(r.Cells[synonyms])...)
			}
			if !slices.ContainsFunc(called, func(c string) bool { return fold(c) == place }) {
				continue
			}
			names[fold(r.Cells[key])] = true
			for c, column := range p.Columns {
				if column.Near {
					for _, v := range List(r.Cells[c]) {
						around[fold(v)] = true
					}
				}
			}
		}
	}
	key := t.Column(t.Key)
	return func(r Record) int {
		self := fold(r.Cells[key])
		if names[self] {
			return 0 // a place is not near itself
		}
		best := 0
		if around[self] {
			best = 3
		}
		for c, column := range t.Columns {
			if !column.Near && !column.Linked {
				continue
			}
			for _, v := range List(r.Cells[c]) {
				v = fold(v)
				switch {
				case column.Near && names[v]:
					best = max(best, 3)
				case column.Near && around[v]:
					best = max(best, 2)
				case column.Linked && v == place:
					best = max(best, 1)
				}
			}
		}
		return best
	}
}

// firstNumber is the first number in a cell: 35元 is 35.
func firstNumber(cell string) (float64, bool) {
	cell = fold(cell)
	start := strings.IndexAny(cell, "0123456789")
	if start < 0 {
		return 0, false
	}
	end := start
	for end < len(cell) && (cell[end] >= '0' && cell[end] <= '9' || cell[end] == '.') {
		end++
	}
	if start > 0 && cell[start-1] == '-' {
		start--
	}
	n, err := strconv.ParseFloat(strings.TrimRight(cell[start:end], "."), 64)
	return n, err == nil
}

// String tells a query in one line, for traces.
func (q Query) String() string {
	out := q.Table
	for _, f := range q.Where {
		out += fmt.Sprintf(" · %s %s %s", f.Column, f.Op, f.Value)
	}
	return out
}
