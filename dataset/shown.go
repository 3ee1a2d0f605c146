package dataset

import (
	"slices"

	"zhuomo/text"
)

// What the routes answer about rows goes through here: personal data is masked for
// everybody by the one rule, text.Masked. Whoever must see it opens the thread of
// the row, says why, and is written down. Exports give the text as it is.

// shownRows masks the values of rows in copies.
func shownRows(rows []Row) []Row {
	out := slices.Clone(rows)
	for i := range out {
		out[i].Values = shownValues(out[i].Values)
	}
	return out
}

func shownValues(values []string) []string {
	if values == nil {
		return nil
	}
	out := make([]string, len(values))
	for i, v := range values {
		out[i], _ = text.Masked(v)
	}
	return out
}

func (d Difference) shown() Difference {
	d.Items = slices.Clone(d.Items)
	for i := range d.Items {
		d.Items[i].Before, d.Items[i].After = shownValues(d.Items[i].Before), shownValues(d.Items[i].After)
	}
	return d
}

// shown leaves out the values of a column that holds personal data: a masked value
// names no rows.
func (f Facets) shown() Facets {
	f.Columns = slices.Clone(f.Columns)
	for i := range f.Columns {
		if slices.ContainsFunc(f.Columns[i].Values, func(v ValueCount) bool { _, finds := text.Masked(v.Value); return finds > 0 }) {
			f.Columns[i].Values = []ValueCount{}
		}
	}
	return f
}

func (p Profile) shown() Profile {
	p.Columns = slices.Clone(p.Columns)
	for i := range p.Columns {
		top := slices.Clone(p.Columns[i].Top)
		for k := range top {
			top[k].Value, _ = text.Masked(top[k].Value)
		}
		p.Columns[i].Top = top
	}
	return p
}
