package near

import (
	"slices"

	"zhuomo/learn"
	"zhuomo/learn/kernel"
	"zhuomo/learn/linear"
)

// mostPostings bounds the numbers of all rows' pieces, 1 GiB in two lists; vectors are
// bounded by mostNumbers, 1 GiB.
const (
	mostPostings = 1 << 27
	mostNumbers  = 1 << 28
)

// search holds rows so that one pass gives how alike an input is to every one of them:
// for each piece the rows that have it, and for each number of a vector that number of
// all rows, side by side. Every answer is exact.
type search struct {
	rows   int
	stride int       // lanes of rows, whole registers
	at     []uint32  // piece f stands in row[at[f]:at[f+1]], rows rising
	row    []uint32  //
	val    []float32 //
	dense  []float32 // number d of row r is dense[d*stride+r]
	every  []uint32  // 0, 1 … one for each number of a vector
}

// newSearch turns rows over. Fault: TooMuch.
func newSearch(x linear.Encoded, rows, first, dense int) (*search, error) {
	s := &search{rows: rows, stride: kernel.Pad(rows), at: make([]uint32, first+1)}
	if size := x.Size(); size-rows*dense > mostPostings || s.stride*dense > mostNumbers {
		return nil, TooMuch.With("rows", rows, "limit_mb", mostPostings>>17)
	}
	for r := range rows {
		idx, _, _ := x.Row(r)
		for _, f := range idx {
			if int(f) < first {
				s.at[f+1]++
			}
		}
	}
	for f := range first {
		s.at[f+1] += s.at[f]
	}
	s.row, s.val = make([]uint32, s.at[first]), make([]float32, s.at[first])
	s.dense = make([]float32, dense*s.stride)
	next := append([]uint32(nil), s.at...)
	for r := range rows {
		idx, val, _ := x.Row(r)
		for j, f := range idx {
			if int(f) >= first {
				s.dense[(int(f)-first)*s.stride+r] = val[j]
				continue
			}
			s.row[next[f]], s.val[next[f]] = uint32(r), val[j]
			next[f]++
		}
	}
	s.every = count(dense)
	return s, nil
}

func count(n int) []uint32 {
	out := make([]uint32, n)
	for i := range out {
		out[i] = uint32(i)
	}
	return out
}

// alike leaves in into (stride long) the scalar product of an input with every row. The
// numbers of a vector stand together, last.
func (s *search) alike(idx []uint32, val []float32, into []float32) {
	clear(into)
	first := uint32(len(s.at) - 1)
	for j, f := range idx {
		if f >= first {
			kernel.Gather(into, s.dense, s.stride, s.every[f-first:][:len(idx)-j], val[j:])
			return
		}
		add(into, s.row[s.at[f]:s.at[f+1]], s.val[s.at[f]:s.at[f+1]], val[j])
	}
}

// add is the hot loop over the rows that have one piece.
func add(into []float32, row []uint32, val []float32, by float32) {
	val = val[:len(row)]
	for k, r := range row {
		into[r] += float32(by * val[k])
	}
}

// weigh is Σ of part[row]·value over the rows that have feature f: what the feature
// weighs when each row counts part.
func (s *search) weigh(f uint32, part []float32) (sum float32) {
	if first := uint32(len(s.at) - 1); f >= first {
		for r, v := range s.dense[int(f-first)*s.stride:][:s.rows] {
			sum += float32(part[r] * v)
		}
		return sum
	}
	for k := s.at[f]; k < s.at[f+1]; k++ {
		sum += float32(part[s.row[k]] * s.val[k])
	}
	return sum
}

// whole tells whether lists from a file fit together.
func (s *search) whole() bool {
	far := outside(-1.001, 1.001) // every row has length 1
	return learn.Ordered(s.at, len(s.row)) && learn.Below(s.row, s.rows) && !slices.ContainsFunc(s.val, far) && !slices.ContainsFunc(s.dense, far)
}
