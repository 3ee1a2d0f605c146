package external

import (
	"math"

	"zhuomo/learn"
)

// likeness are the rows learnt from, as pieces of their texts; the texts are not in
// it. Row k has grams[gramAt[k]:gramAt[k+1]].
type likeness struct {
	learn.Rows
	gramAt []uint32
	grams  []uint32
	idf    map[uint32]float64
	length []float64 // of each row
}

func newLikeness(examples []learn.Example) *likeness {
	s := &likeness{Rows: learn.NewRows(), gramAt: []uint32{0}}
	for _, e := range examples {
		own := grams(e.Text)
		if len(s.grams) > math.MaxUint32-len(own) { // where 32-bit places end; rows beyond are not named
			break
		}
		labels := make([]uint32, len(e.Labels))
		for k, l := range e.Labels {
			labels[k] = uint32(l)
		}
		s.Add(e.RowID, labels)
		s.grams = append(s.grams, own...)
		s.gramAt = append(s.gramAt, uint32(len(s.grams)))
	}
	s.weigh()
	return s
}

// weigh finds what each piece counts: the rarer, the more.
func (s *likeness) weigh() {
	rows := map[uint32]int{}
	for _, g := range s.grams {
		rows[g]++
	}
	s.idf = make(map[uint32]float64, len(rows))
	for g, n := range rows {
		s.idf[g] = math.Log(1 + float64(s.Len())/float64(n))
	}
	s.length = make([]float64, s.Len())
	for k := range s.length {
		s.length[k] = s.norm(s.grams[s.gramAt[k]:s.gramAt[k+1]])
	}
}

func (s *likeness) norm(own []uint32) float64 {
	sum := 0.0
	for _, g := range own {
		sum += float64(s.idf[g] * s.idf[g])
	}
	return math.Sqrt(sum)
}

// nearest gives the rows most like text. Cost: all rows.
func (s *likeness) nearest(text string, label uint32, most int, names []string) []learn.Witness {
	own := grams(text)
	has := make(map[uint32]float64, len(own))
	for _, g := range own {
		has[g] = float64(s.idf[g] * s.idf[g])
	}
	length := s.norm(own)
	var pulls []learn.Pull
	for k := range s.length {
		sum := 0.0
		for _, g := range s.grams[s.gramAt[k]:s.gramAt[k+1]] {
			sum += has[g]
		}
		if sum == 0 {
			continue
		}
		weight := float32(sum / (length * s.length[k]))
		mine := false
		for _, l := range s.Labels[s.LabelAt[k]:s.LabelAt[k+1]] {
			mine = mine || l == label
		}
		if !mine {
			weight = -weight
		}
		pulls = append(pulls, learn.Pull{Row: k, Weight: weight})
	}
	return s.Heaviest(pulls, most, names)
}
