package dataset

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Filter chooses rows. The zero value passes all. Conditions of one group (a
// column, the findings, the text) are one wish; a row must fulfil every group.
type Filter struct {
	Contains  string              // some cell contains it, letters in either case
	Equals    map[string]string   // column name → exact text
	Not       map[string][]string // column name → texts that it must not have
	Length    map[string][2]int   // column name → characters from, to, both inclusive
	NotLength map[string][][2]int // column name → numbers of characters that it must not have
	Found     []Found             // findings that the row must have, all of them
	NotFound  []Found             // findings that the row must not have
}

// groupOfText and groupOfFound name the groups that are no column.
const (
	groupOfText  = -1
	groupOfFound = -2
)

func (f Filter) asksFindings() bool { return len(f.Found)+len(f.NotFound) > 0 }

type condition struct {
	group int // place of the column, or one of the groups above
	pass  func(row Row, found foundSet) bool
}

// compile binds a filter to a schema. Fault: NoSuchColumn.
func (s *Service) compile(f Filter, schema Schema) ([]condition, error) {
	var all []condition
	on := func(name string, pass func(value string) bool) error {
		at := schema.Index(name)
		if at < 0 {
			return NoSuchColumn.With("column", name, "known", strings.Join(schema.Names(), ", ")).At("filter")
		}
		all = append(all, condition{at, func(row Row, _ foundSet) bool { return pass(row.Values[at]) }})
		return nil
	}
	for name, text := range f.Equals {
		if err := on(name, func(v string) bool { return v == text }); err != nil {
			return nil, err
		}
	}
	for name, texts := range f.Not {
		if err := on(name, func(v string) bool { return !slices.Contains(texts, v) }); err != nil {
			return nil, err
		}
	}
	for name, span := range f.Length {
		if err := on(name, func(v string) bool { return within(v, span) }); err != nil {
			return nil, err
		}
	}
	for name, spans := range f.NotLength {
		if err := on(name, func(v string) bool {
			return !slices.ContainsFunc(spans, func(span [2]int) bool { return within(v, span) })
		}); err != nil {
			return nil, err
		}
	}
	if needle := strings.ToLower(f.Contains); needle != "" {
		all = append(all, condition{groupOfText, func(row Row, _ foundSet) bool {
			return slices.ContainsFunc(row.Values, func(v string) bool { return strings.Contains(strings.ToLower(v), needle) })
		}})
	}
	if f.asksFindings() {
		want, none := s.setOf(f.Found), s.setOf(f.NotFound)
		all = append(all, condition{groupOfFound, func(_ Row, found foundSet) bool { return found&want == want && found&none == 0 }})
	}
	return all, nil
}

// within tells whether v is not empty and has so many characters.
func within(v string, span [2]int) bool {
	n := utf8.RuneCountInString(v)
	return n > 0 && n >= span[0] && n <= span[1]
}

func passes(all []condition, row Row, found foundSet) bool {
	for _, c := range all {
		if !c.pass(row, found) {
			return false
		}
	}
	return true
}

// parseFilter reads the filter of a query. Faults: BadSetting.
func (s *Service) parseFilter(contains string, where, length []string, found, notFound []Found) (Filter, error) {
	f := Filter{Contains: contains, Equals: map[string]string{}, Not: map[string][]string{}, Length: map[string][2]int{}, NotLength: map[string][][2]int{}, Found: found, NotFound: notFound}
	for _, pair := range where {
		column, value, ok := strings.Cut(pair, "=")
		if !ok {
			return f, BadSetting.With("setting", "where", "got", pair, "known", "column=value, column!=value").At("where")
		}
		if column, not := strings.CutSuffix(column, "!"); not {
			f.Not[column] = append(f.Not[column], value)
			continue
		}
		f.Equals[column] = value
	}
	for _, pair := range length {
		at := strings.LastIndexByte(pair, '=')
		from, to, ok := strings.Cut(pair[at+1:], "-")
		low, err1 := strconv.Atoi(from)
		high, err2 := strconv.Atoi(to)
		if at < 1 || !ok || err1 != nil || err2 != nil {
			return f, BadSetting.With("setting", "length", "got", pair, "known", "column=from-to, column!=from-to").At("length")
		}
		if column, not := strings.CutSuffix(pair[:at], "!"); not {
			f.NotLength[column] = append(f.NotLength[column], [2]int{low, high})
			continue
		}
		f.Length[pair[:at]] = [2]int{low, high}
	}
	known := s.foundNames()
	for _, kind := range append(slices.Clone(found), notFound...) {
		if !slices.Contains(known, string(kind)) {
			return f, BadSetting.With("setting", "finding", "got", string(kind), "known", strings.Join(known, ", ")).At("finding")
		}
	}
	return f, nil
}
