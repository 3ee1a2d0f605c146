package dataset

import (
	"context"
	"slices"
)

// Difference tells how a version differs from another of its dataset, by row id.
// same + changed + added = rows of the version; same + changed + removed = rows of the base.
type Difference struct {
	Base    Version   `json:"base"`
	Columns []string  `json:"columns" doc:"两版的列，按新版的次序|columns of both, in the order of the newer"`
	Same    int       `json:"same"`
	Changed int       `json:"changed"`
	Added   int       `json:"added"`
	Removed int       `json:"removed"`
	Items   []RowDiff `json:"items"`
	Next    string    `json:"next,omitempty"`
}

// RowDiff is one row that differs; before is missing when it was added, after when removed.
type RowDiff struct {
	ID     RowID    `json:"id"`
	Kind   string   `json:"kind" enum:"changed,added,removed"`
	Before []string `json:"before,omitempty"`
	After  []string `json:"after,omitempty"`
}

// Compare lists up to limit differences after the first skip ones, changed and
// added rows in the order of the version, then removed ones in that of the base;
// kind ("" for all) picks some. Faults: NoSuchVersion.
// Cost: two passes; 24 bytes of memory a row and its id.
func (s *Service) Compare(ctx context.Context, baseID, versionID, kind string, skip, limit int) (Difference, error) {
	base, err := s.Version(ctx, baseID)
	if err != nil {
		return Difference{}, err
	}
	v, err := s.Version(ctx, versionID)
	if err != nil {
		return Difference{}, err
	}
	out := Difference{Base: base, Columns: v.Schema.Names(), Items: []RowDiff{}}
	for _, name := range base.Schema.Names() {
		if !slices.Contains(out.Columns, name) {
			out.Columns = append(out.Columns, name)
		}
	}
	was, is := arrange(base.Schema, out.Columns), arrange(v.Schema, out.Columns)
	hashes := make(map[RowID]uint64, base.RowCount)
	err = s.Rows(ctx, baseID, func(row Row) error {
		hashes[RowID(string(append([]byte(nil), row.ID...)))] = hashValues(was(row.Values))
		return ctx.Err()
	})
	if err != nil {
		return out, err
	}
	place := 0
	list := func(d RowDiff) {
		if kind != "" && d.Kind != kind {
			return
		}
		if place++; place > skip && len(out.Items) < limit {
			out.Items = append(out.Items, d)
		}
	}
	err = s.Rows(ctx, versionID, func(row Row) error {
		old, known := hashes[row.ID]
		switch values := is(row.Values); {
		case !known:
			out.Added++
			list(RowDiff{ID: clone(row).ID, Kind: "added", After: clone(Row{Values: values}).Values})
		case old != hashValues(values):
			out.Changed++
			list(RowDiff{ID: clone(row).ID, Kind: "changed", After: clone(Row{Values: values}).Values})
		default:
			out.Same++
		}
		delete(hashes, row.ID)
		return ctx.Err()
	})
	if err != nil {
		return out, err
	}
	out.Removed = len(hashes)
	if out.Removed > 0 {
		err = s.Rows(ctx, baseID, func(row Row) error {
			if _, gone := hashes[row.ID]; gone {
				list(RowDiff{ID: clone(row).ID, Kind: "removed", Before: clone(Row{Values: was(row.Values)}).Values})
			}
			return ctx.Err()
		})
		if err != nil {
			return out, err
		}
	}
	return out, s.fillBefore(ctx, baseID, was, out.Items)
}

// fillBefore reads how the changed rows were.
func (s *Service) fillBefore(ctx context.Context, baseID string, was func([]string) []string, items []RowDiff) error {
	var ids []RowID
	for _, d := range items {
		if d.Kind == "changed" {
			ids = append(ids, d.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := s.Get(ctx, baseID, ids)
	if err != nil {
		return err
	}
	before := make(map[RowID][]string, len(rows))
	for _, row := range rows {
		before[row.ID] = was(row.Values)
	}
	for i := range items {
		if items[i].Kind == "changed" {
			items[i].Before = before[items[i].ID]
		}
	}
	return nil
}

// arrange puts the values of a schema under columns; a column that it has not is empty.
func arrange(schema Schema, columns []string) func([]string) []string {
	at := make([]int, len(columns))
	for i, name := range columns {
		at[i] = schema.Index(name)
	}
	return func(values []string) []string {
		out := make([]string, len(at))
		for i, from := range at {
			if from >= 0 {
				out[i] = values[from]
			}
		}
		return out
	}
}

func hashValues(values []string) uint64 {
	h := uint64(1)
	for _, v := range values {
		h = fold(h^hash(v), 0xA0761D6478BD642F)
	}
	return h
}

// Restore makes the newest version hold exactly the rows of an earlier one; the
// versions between stay. Faults: NoSuchVersion.
func (s *Service) Restore(ctx context.Context, versionID string) (Version, error) {
	v, err := s.Version(ctx, versionID)
	if err != nil {
		return v, err
	}
	latest, err := s.Latest(ctx, v.DatasetID)
	if err != nil || latest.ID == v.ID {
		return latest, err
	}
	m, _, err := s.open(ctx, versionID)
	if err != nil {
		return v, err
	}
	return s.publish(ctx, Draft{DatasetID: v.DatasetID, Parent: latest.ID, MadeBy: MadeBy{Kind: "restore", ID: v.ID}, Schema: m.Schema,
		Inputs: m.Inputs, Report: v.Report, Profile: v.Profile}, m.Segments, m.Deltas, m.RowCount)
}
