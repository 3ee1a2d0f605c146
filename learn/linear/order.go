package linear

import (
	"math"
	"slices"
)

// ranking puts the scores of a row in order. Its memory is reused from row to row.
type ranking struct {
	sorted []uint64
	ends   []int32
}

// key rises with the score and, of equal ones, falls with the place.
func key(score float32, place int) uint64 {
	bits := math.Float32bits(score + 0) // −0 becomes 0
	if bits>>31 == 1 {
		bits = ^bits
	} else {
		bits |= 1 << 31
	}
	return uint64(bits)<<32 | uint64(math.MaxUint32-place)
}

// at is the place of the k-th lowest.
func (r *ranking) at(k int) int { return int(math.MaxUint32 - uint32(r.sorted[k])) }

// sortRef is sort told plainly.
func (r *ranking) sortRef(scores []float32) {
	r.sorted = r.sorted[:0]
	for m, s := range scores {
		r.sorted = append(r.sorted, key(s, m))
	}
	slices.Sort(r.sorted)
}

// sort orders the scores, which are numbers, from the lowest to the highest and of equal
// ones the first last. It throws them into as many bins of equal width as there are
// scores, and sorts what lies in one bin.
func (r *ranking) sort(scores []float32) {
	n := len(scores)
	low, high := scores[0], scores[0]
	for _, s := range scores {
		low, high = min(low, s), max(high, s)
	}
	scale := float32(n-1) / (high - low)
	if n < 12 || !(scale > 0 && scale < math.MaxFloat32) {
		r.sortRef(scores)
		return
	}
	if cap(r.ends) <= n {
		r.sorted, r.ends = make([]uint64, n), make([]int32, n+1)
	}
	sorted, ends := r.sorted[:n], r.ends[:n+1]
	clear(ends)
	for _, s := range scores {
		ends[int(float32(s-low)*scale)+1]++
	}
	for b := range n {
		ends[b+1] += ends[b]
	}
	for m, s := range scores {
		b := int(float32(s-low) * scale)
		sorted[ends[b]] = key(s, m)
		ends[b]++
	}
	from := int32(0)
	for _, to := range ends[:n] {
		if to-from > 1 {
			tidy(sorted[from:to])
		}
		from = to
	}
	r.sorted = sorted
}

// tidy sorts a few keys.
func tidy(keys []uint64) {
	if len(keys) > 12 {
		slices.Sort(keys)
		return
	}
	for i := 1; i < len(keys); i++ {
		k, j := keys[i], i
		for ; j > 0 && keys[j-1] > k; j-- {
			keys[j] = keys[j-1]
		}
		keys[j] = k
	}
}
