package dataset

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"zhuomo/internal/spec"
)

// Facets counts the rows of a version along what they can be filtered by. Each
// facet counts the rows that pass all other groups of the filter, so that its own
// choice can be changed. All counts are of rows.
type Facets struct {
	RowCount int           `json:"row_count" doc:"版本的行数|rows of the version"`
	Matched  int           `json:"matched" doc:"符合筛选的行数|rows that pass the filter"`
	Findings []FoundCount  `json:"findings"`
	Columns  []ColumnFacet `json:"columns"`
}

// FoundCount is how many rows have a finding.
type FoundCount struct {
	Finding Found     `json:"finding" doc:"也是能修它的清洗算子|also the cleaning operator that mends it"`
	Title   spec.Text `json:"title"`
	Count   int       `json:"count"`
}

// ColumnFacet is one column: its values where there are few, and how long its
// texts are. Lengths are in characters; empty values are not in Lengths.
type ColumnFacet struct {
	Name    string        `json:"name"`
	Values  []ValueCount  `json:"values" doc:"值和行数；值太多时为空|values and rows, empty where there are too many"`
	Lengths []LengthCount `json:"lengths"`
}

// LengthCount is the rows whose value has From to To characters, both inclusive.
type LengthCount struct {
	From  int `json:"from"`
	To    int `json:"to"`
	Count int `json:"count"`
}

const (
	facetValues  = 40 // a column with more distinct values is no facet
	facetBuckets = 20
)

// Facets counts by one pass over the rows; without findings it does not wait for
// the rows to be inspected unless the filter names some.
// Faults: NoSuchVersion, NoSuchColumn.
// Cost: O(rows × columns), and the first time that findings are asked for that of
// the inspector.
func (s *Service) Facets(ctx context.Context, versionID string, filter Filter, findings bool) (Facets, error) {
	profile, err := s.Profile(ctx, versionID)
	if err != nil {
		return Facets{}, err
	}
	m, over, err := s.open(ctx, versionID)
	if err != nil {
		return Facets{}, err
	}
	conditions, err := s.compile(filter, m.Schema)
	if err != nil {
		return Facets{}, err
	}
	sets, kinds := make([]foundSet, baseRows(m)+len(over.added)), []FoundKind(nil)
	if findings {
		kinds = s.foundKinds()
	}
	if findings || filter.asksFindings() {
		if sets, err = s.found(ctx, versionID); err != nil {
			return Facets{}, err
		}
	}
	out := Facets{RowCount: m.RowCount, Findings: []FoundCount{}}
	columns := make([]*facetCount, len(m.Schema.Columns))
	for i := range columns {
		columns[i] = newFacetCount(profile.Columns[i])
	}
	counts := make([]int, len(kinds))
	err = s.eachRow(ctx, m, over, 0, func(at int, row Row) error {
		fails, only := 0, 0
		for _, c := range conditions {
			if c.pass(row, sets[at]) || fails > 0 && only == c.group {
				continue
			}
			fails, only = fails+1, c.group
		}
		if fails > 1 {
			return ctx.Err()
		}
		if fails == 0 {
			out.Matched++
		}
		for i, c := range columns {
			if fails == 0 || only == i {
				c.add(row.Values[i])
			}
		}
		if fails == 0 || only == groupOfFound {
			for i := range counts {
				if sets[at]&(1<<i) != 0 {
					counts[i]++
				}
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return Facets{}, err
	}
	for i, n := range counts {
		out.Findings = append(out.Findings, FoundCount{kinds[i].Finding, kinds[i].Title, n})
	}
	for i, c := range columns {
		out.Columns = append(out.Columns, c.facet(m.Schema.Columns[i].Name))
	}
	return out, nil
}

// facetCount counts one column. Its buckets stand for the whole version, so that
// the picture does not move under a filter.
type facetCount struct {
	values  map[string]int // nil: too many
	first   int            // characters of the shortest value
	width   int            // characters in a bucket
	lengths []int
}

func newFacetCount(p ColumnProfile) *facetCount {
	c := &facetCount{first: p.LengthMin}
	if p.DistinctCount > 0 && p.DistinctCount <= facetValues && p.LengthMax <= topBytes/4 {
		c.values = map[string]int{}
	}
	if p.DistinctCount > 0 {
		span := p.LengthMax - p.LengthMin + 1
		c.width = (span + facetBuckets - 1) / facetBuckets
		c.lengths = make([]int, (span+c.width-1)/c.width)
	}
	return c
}

func (c *facetCount) add(v string) {
	if c.values != nil {
		if _, known := c.values[v]; !known {
			v = strings.Clone(v) // values share memory with their page
		}
		c.values[v]++
	}
	if v != "" && len(c.lengths) > 0 {
		c.lengths[(utf8.RuneCountInString(v)-c.first)/c.width]++
	}
}

func (c *facetCount) facet(name string) ColumnFacet {
	out := ColumnFacet{Name: name, Values: []ValueCount{}, Lengths: []LengthCount{}}
	for v, n := range c.values {
		out.Values = append(out.Values, ValueCount{v, n})
	}
	slices.SortFunc(out.Values, func(a, b ValueCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
	})
	for i, n := range c.lengths {
		from := c.first + i*c.width
		out.Lengths = append(out.Lengths, LengthCount{from, from + c.width - 1, n})
	}
	return out
}
