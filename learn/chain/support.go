package chain

import (
	"cmp"
	"math"
	"slices"

	"zhuomo/learn"
)

// support are the training units that a model leans on: those with a multiplier.
// Texts are not in it. Slices are flat, as those of Rows: row k has units unitAt[k]…unitAt[k+1]; unit u has
// features[featureAt[u]:featureAt[u+1]], and multipliers dualAt[u]…dualAt[u+1].
type support struct {
	learn.Rows
	unitAt            []uint32 // rows+1
	featureAt, dualAt []uint32 // units+1 each
	features          []uint32
	tags              []uint32 // layer<<8 | tag
	multipliers       []float32
}

// newSupport takes the features of p that the settled model still has.
func newSupport(m *model, p *problem, items []learn.Example, duals [][][]multiplier) *support {
	s := &support{Rows: learn.NewRows(), unitAt: []uint32{0}, featureAt: []uint32{0}, dualAt: []uint32{0}}
	for i := range items {
		type pull struct {
			unit  uint32
			tag   uint32
			value float32
		}
		var pulls []pull
		for layer, dual := range duals {
			for _, d := range dual[i] {
				pulls = append(pulls, pull{d.unit, uint32(layer)<<8 | uint32(d.tag), d.value})
			}
		}
		// 4 GiB of features is where 32-bit places end; rows beyond are not named.
		size := p.at[p.unitAt[i+1]] - p.at[p.unitAt[i]]
		if len(pulls) == 0 || len(s.features) > math.MaxUint32-size {
			continue
		}
		slices.SortStableFunc(pulls, func(a, b pull) int { return cmp.Or(cmp.Compare(a.unit, b.unit), cmp.Compare(a.tag, b.tag)) })
		for k := 0; k < len(pulls); {
			u := p.unitAt[i] + int(pulls[k].unit)
			for _, f := range p.idx[p.at[u]:p.at[u+1]] {
				if to := m.moved[f]; to >= 0 {
					s.features = append(s.features, uint32(to))
				}
			}
			for unit := pulls[k].unit; k < len(pulls) && pulls[k].unit == unit; k++ {
				s.tags, s.multipliers = append(s.tags, pulls[k].tag), append(s.multipliers, pulls[k].value)
			}
			s.featureAt, s.dualAt = append(s.featureAt, uint32(len(s.features))), append(s.dualAt, uint32(len(s.tags)))
		}
		var labels []uint32
		for _, sp := range items[i].Spans {
			if l := uint32(sp.Label); !slices.Contains(labels, l) {
				labels = append(labels, l)
			}
		}
		s.Add(items[i].RowID, labels)
		s.unitAt = append(s.unitAt, uint32(len(s.featureAt)-1))
	}
	return s
}

// heaviest gives the rows whose part of the emissions of a stretch is largest,
// for or against. The parts of all rows add up to them.
func (s *support) heaviest(d *desk, w *weights, g guess, features, most int, names []string) []learn.Witness {
	seq, set := w.write(g.to, []piece{g.piece}), &d.sets[g.layer]
	// By tag of the stretch: how often it has each feature that is paired with it.
	query := map[uint32][]float32{}
	for t := g.from; t < g.to; t++ {
		tag := uint32(g.layer)<<8 | uint32(seq[t])
		if query[tag] == nil {
			query[tag] = make([]float32, features)
		}
		for k := set.at[t]; k < set.at[t+1]; k++ {
			if w.of(set.idx[k], seq[t]) != 0 {
				query[tag][set.idx[k]]++
			}
		}
	}
	var pulls []learn.Pull
	for k := range s.Len() {
		var weight float32
		for u := s.unitAt[k]; u < s.unitAt[k+1]; u++ {
			for j := s.dualAt[u]; j < s.dualAt[u+1]; j++ {
				has := query[s.tags[j]]
				if has == nil {
					continue
				}
				var like float32
				for i := s.featureAt[u]; i < s.featureAt[u+1]; i++ {
					like += has[s.features[i]]
				}
				weight += float32(like * s.multipliers[j])
			}
		}
		if weight != 0 {
			pulls = append(pulls, learn.Pull{Row: k, Weight: weight})
		}
	}
	return s.Heaviest(pulls, most, names)
}
