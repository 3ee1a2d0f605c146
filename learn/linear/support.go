package linear

import (
	"math"

	"zhuomo/learn"
)

// support are the training rows that a model leans on: those with a multiplier
// that is not zero. Texts are not in it. Slices are flat, as those of Rows: row k
// has features[featureAt[k]:featureAt[k+1]], and so on.
type support struct {
	learn.Rows
	featureAt, dualAt []uint32 // n+1 each
	features          []uint32
	values            []float32
	classes           []uint32
	multipliers       []float32
}

func newSupport(items []item, x *matrix, dual [][]multiplier) *support {
	s := &support{Rows: learn.NewRows(), featureAt: []uint32{0}, dualAt: []uint32{0}}
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
		labels := make([]uint32, len(it.labels))
		for k, l := range it.labels {
			labels[k] = uint32(l)
		}
		s.Add(it.id, labels)
		s.features, s.values = append(s.features, idx...), append(s.values, val...)
		for _, m := range dual[i] {
			s.classes, s.multipliers = append(s.classes, m.class), append(s.multipliers, m.value)
		}
		s.featureAt = append(s.featureAt, uint32(len(s.features)))
		s.dualAt = append(s.dualAt, uint32(len(s.classes)))
	}
	return s
}

// heaviest gives the rows whose part of the score of class is largest, for or
// against. The parts of all rows add up to the score.
func (s *support) heaviest(idx []uint32, val []float32, features int, class uint32, most int, names []string) []learn.Witness {
	query := make([]float32, features)
	for j, f := range idx {
		query[f] = val[j]
	}
	var pulls []learn.Pull
	for k := range s.Len() {
		for j := s.dualAt[k]; j < s.dualAt[k+1]; j++ {
			if s.classes[j] != class {
				continue
			}
			var like float32
			for i := s.featureAt[k]; i < s.featureAt[k+1]; i++ {
				like += float32(query[s.features[i]] * s.values[i])
			}
			if like != 0 {
				pulls = append(pulls, learn.Pull{Row: k, Weight: float32(s.multipliers[j] * like)})
			}
		}
	}
	return s.Heaviest(pulls, most, names)
}
