package dataset

import (
	"context"
	"slices"

	"zhuomo/internal/api"
	"zhuomo/text"
)

// shown leaves out the values of a column that holds personal data, which will be
// masked: a masked value names no rows.
func (f Facets) shown(ctx context.Context) Facets {
	if api.Unmasked(ctx) {
		return f
	}
	f.Columns = slices.Clone(f.Columns)
	for i := range f.Columns {
		if slices.ContainsFunc(f.Columns[i].Values, func(v ValueCount) bool { _, finds := text.Masked(v.Value); return finds > 0 }) {
			f.Columns[i].Values = []ValueCount{}
		}
	}
	return f
}

// masked is the row as it leaves by an export, its values masked in a copy.
func (r Row) masked() Row {
	r.Values = slices.Clone(r.Values)
	for i, v := range r.Values {
		r.Values[i], _ = text.Masked(v)
	}
	return r
}
