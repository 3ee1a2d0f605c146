package linear

import (
	"cmp"
	"math"
	"slices"

	"zhuomo/learn"
)

// support are the training rows that a model leans on: those with a multiplier
// that is not zero. Texts are not in it. Slices are flat, so that it can lie in
// a mapped file: row k has ids[idAt[k]:idAt[k+1]], and so on.
type support struct {
	idAt, labelAt, featureAt, dualAt []uint32 // n+1 each
	ids                              []byte
	labels                           []uint32
	features                         []uint32
	values                           []float32
	classes                          []uint32
	multipliers                      []float32
}

func newSupport(items []item, x *matrix, dual [][]multiplier) *support {
	s := &support{idAt: []uint32{0}, labelAt: []uint32{0}, featureAt: []uint32{0}, dualAt: []uint32{0}}
	size := 0
	for i := range items {
		if len(dual[i]) > 0 {
			size += int(x.length[i])
		}
	}
	s.features, s.values = make([]uint32, 0, size), make([]float32, 0, size)
	for i, it := range items {
		// 4 GiB of features is where 32-bit places end; rows beyond are not named.
		if len(dual[i]) == 0 || len(s.features) > math.MaxUint32-int(x.length[i]) {
			continue
		}
		idx, val := x.row(i)
		s.ids = append(s.ids, it.id...)
		for _, l := range it.labels {
			s.labels = append(s.labels, uint32(l))
		}
		s.features, s.values = append(s.features, idx...), append(s.values, val...)
		for _, m := range dual[i] {
			s.classes, s.multipliers = append(s.classes, m.class), append(s.multipliers, m.value)
		}
		s.idAt = append(s.idAt, uint32(len(s.ids)))
		s.labelAt = append(s.labelAt, uint32(len(s.labels)))
		s.featureAt = append(s.featureAt, uint32(len(s.features)))
		s.dualAt = append(s.dualAt, uint32(len(s.classes)))
	}
	return s
}

func (s *support) rows() int { return len(s.idAt) - 1 }

// heaviest gives the rows whose part of the score of class is largest, for or
// against. The parts of all rows add up to the score.
func (s *support) heaviest(idx []uint32, val []float32, features int, class uint32, most int, names []string) []learn.Witness {
	query := make([]float32, features)
	for j, f := range idx {
		query[f] = val[j]
	}
	type part struct {
		row    int
		weight float32
	}
	var parts []part
	for k := range s.rows() {
		for j := s.dualAt[k]; j < s.dualAt[k+1]; j++ {
			if s.classes[j] != class {
				continue
			}
			var like float32
			for i := s.featureAt[k]; i < s.featureAt[k+1]; i++ {
				like += float32(query[s.features[i]] * s.values[i])
			}
			if like != 0 {
				parts = append(parts, part{k, float32(s.multipliers[j] * like)})
			}
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int {
		return cmp.Compare(max(b.weight, -b.weight), max(a.weight, -a.weight))
	})
	out := make([]learn.Witness, 0, min(max(most, 0), len(parts)))
	for _, p := range parts[:cap(out)] {
		w := learn.Witness{RowID: string(s.ids[s.idAt[p.row]:s.idAt[p.row+1]]), Weight: p.weight}
		for _, l := range s.labels[s.labelAt[p.row]:s.labelAt[p.row+1]] {
			w.Labels = append(w.Labels, names[l])
		}
		out = append(out, w)
	}
	return out
}
