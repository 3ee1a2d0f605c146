package learn

import (
	"cmp"
	"slices"
)

// Rows names the training rows that a model leans on. Slices are flat, so that
// they can lie in a mapped file: row k has IDs[IDAt[k]:IDAt[k+1]], and labels
// likewise. NewRows begins one.
type Rows struct {
	IDAt, LabelAt []uint32 // rows + 1 each
	IDs           []byte
	Labels        []uint32
}

// NewRows is a list without a row.
func NewRows() Rows { return Rows{IDAt: []uint32{0}, LabelAt: []uint32{0}} }

// Add appends a row.
func (r *Rows) Add(id string, labels []uint32) {
	r.IDs, r.Labels = append(r.IDs, id...), append(r.Labels, labels...)
	r.IDAt, r.LabelAt = append(r.IDAt, uint32(len(r.IDs))), append(r.LabelAt, uint32(len(r.Labels)))
}

// Len is the number of rows.
func (r *Rows) Len() int { return len(r.IDAt) - 1 }

// Whole tells whether the places fit the lists, and each label is below labels.
func (r *Rows) Whole(labels int) bool {
	return Ordered(r.IDAt, len(r.IDs)) && Ordered(r.LabelAt, len(r.Labels)) && Below(r.Labels, labels)
}

// Pull is what a row did to a score.
type Pull struct {
	Row    int
	Weight float32
}

// Heaviest gives up to most rows that pulled most, for or against; pulls are in
// the order of rows and get sorted. names are those of the labels.
func (r *Rows) Heaviest(pulls []Pull, most int, names []string) []Witness {
	slices.SortStableFunc(pulls, func(a, b Pull) int {
		return cmp.Compare(max(b.Weight, -b.Weight), max(a.Weight, -a.Weight))
	})
	out := make([]Witness, 0, min(max(most, 0), len(pulls)))
	for _, p := range pulls[:cap(out)] {
		w := Witness{RowID: string(r.IDs[r.IDAt[p.Row]:r.IDAt[p.Row+1]]), Weight: p.Weight}
		for _, l := range r.Labels[r.LabelAt[p.Row]:r.LabelAt[p.Row+1]] {
			w.Labels = append(w.Labels, names[l])
		}
		out = append(out, w)
	}
	return out
}

// LabelAt is the place of a label. Fault: UnknownLabel.
func LabelAt(labels []string, label string) (int, error) {
	at := slices.Index(labels, label)
	if at < 0 {
		return 0, UnknownLabel.With("label", label)
	}
	return at, nil
}
