package text

import (
	"math"
	"unicode/utf8"
)

// Permutations is the length of a MinHash signature.
const Permutations = 128

// Signature is a one-permutation MinHash of a set; the share of equal places of
// two signatures estimates the Jaccard similarity of their sets.
type Signature [Permutations]uint32

const emptyPlace = math.MaxUint32

// mix64 is the finalizer of SplitMix64: a bijection that scatters every bit.
func mix64(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// MinHash signs the set of k-character shingles of text (k 1–4). A text shorter
// than k is one shingle. The empty text gives a signature equal only to itself.
//
// Source: Li, Owen, Zhang 2012 (one permutation hashing); Shrivastava 2017
// (optimal densification). Cost: one hash a character, no allocation.
func MinHash(text string, k int) Signature {
	var s Signature
	for i := range s {
		s[i] = emptyPlace
	}
	mask := uint64(1)<<(16*uint(k)) - 1
	if k >= 4 {
		mask = math.MaxUint64
	}
	var window uint64
	n := 0
	for i := 0; i < len(text); {
		c := text[i]
		var r uint64
		switch {
		case c < utf8.RuneSelf:
			r = uint64(c)
			i++
		case c >= 0xE0 && c < 0xF0 && i+2 < len(text):
			r = uint64(c&0xF)<<12 | uint64(text[i+1]&0x3F)<<6 | uint64(text[i+2]&0x3F)
			i += 3
		default:
			wide, size := utf8.DecodeRuneInString(text[i:])
			r = uint64(wide) ^ uint64(wide)>>16
			i += size
		}
		window = (window<<16 | r&0xFFFF) & mask
		n++
		if n >= k {
			s.add(mix64(window))
		}
	}
	if n > 0 && n < k {
		s.add(mix64(window))
	}
	s.densify()
	return s
}

func (s *Signature) add(h uint64) {
	place := h >> 57
	if v := uint32(h >> 20); v < s[place] {
		s[place] = v
	}
}

// densify fills each empty place from one chosen by a fixed hash of the place.
func (s *Signature) densify() {
	filled := *s
	any := false
	for _, v := range filled {
		any = any || v != emptyPlace
	}
	if !any {
		return
	}
	for i := range s {
		for try := uint64(1); s[i] == emptyPlace; try++ {
			s[i] = filled[mix64(uint64(i)<<32|try)%Permutations]
		}
	}
}

// Similarity estimates the Jaccard similarity, with a standard error of at most 0.045.
func (s *Signature) Similarity(other *Signature) float64 {
	same := 0
	for i := range s {
		if s[i] == other[i] {
			same++
		}
	}
	return float64(same) / Permutations
}

// Bands hashes the signature in groups of rows places; two signatures that share
// a band are candidates for being near-duplicates.
func (s *Signature) Bands(rows int) []uint64 {
	bands := make([]uint64, 0, Permutations/rows)
	for at := 0; at+rows <= Permutations; at += rows {
		h := uint64(at + 1)
		for _, v := range s[at : at+rows] {
			h = mix64(h ^ uint64(v)*0x9e3779b97f4a7c15)
		}
		bands = append(bands, h)
	}
	return bands
}

// Jaccard is the exact similarity of the k-character shingle sets of two texts;
// 1 when both are empty.
func Jaccard(a, b string, k int) float64 {
	setA, setB := shingles(a, k), shingles(b, k)
	if len(setA) == 0 && len(setB) == 0 {
		return 1
	}
	both := 0
	for s := range setA {
		if _, ok := setB[s]; ok {
			both++
		}
	}
	return float64(both) / float64(len(setA)+len(setB)-both)
}

func shingles(text string, k int) map[string]struct{} {
	set := map[string]struct{}{}
	runes := []rune(text)
	if len(runes) > 0 && len(runes) < k {
		set[text] = struct{}{}
	}
	for i := 0; i+k <= len(runes); i++ {
		set[string(runes[i:i+k])] = struct{}{}
	}
	return set
}

// EditDistance is the least number of characters to insert, delete or replace
// that turns a into b, or limit+1 when it is more than limit (0 or more).
//
// Cost: O(limit × length): only a band about the diagonal is filled.
func EditDistance(a, b []rune, limit int) int {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > limit {
		return limit + 1
	}
	if len(a) == 0 {
		return len(b)
	}
	far := limit + 1
	row := make([]int, len(a)+1)
	for i := range row {
		row[i] = min(i, far)
	}
	for j := 1; j <= len(b); j++ {
		from, to := max(1, j-limit), min(len(a), j+limit)
		diagonal := row[from-1]
		if from == 1 {
			row[0] = min(j, far)
		} else {
			row[from-1] = far
		}
		best := row[from-1]
		for i := from; i <= to; i++ {
			up := far
			if i < j+limit {
				up = row[i]
			}
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[i]
			row[i] = min(cost, up+1, row[i-1]+1, far)
			best = min(best, row[i])
		}
		if best > limit {
			return far
		}
	}
	return row[len(a)]
}

// maxBand bounds the work of one exact comparison, about a tenth of a second.
const maxBand = 1 << 26

// Likeness is 1 − edit distance ÷ the longer length, 1 for two empty texts; 0
// when it would be below floor. Texts so long that this would take minutes are
// compared by MinHash over 4-character shingles instead.
func Likeness(a, b string, floor float64) float64 {
	ra, rb := []rune(a), []rune(b)
	longer := max(len(ra), len(rb))
	if longer == 0 {
		return 1
	}
	limit := int(math.Floor((1 - floor) * float64(longer)))
	if (limit+1)*longer > maxBand {
		x, y := MinHash(a, 4), MinHash(b, 4)
		if estimate := x.Similarity(&y); estimate >= floor {
			return estimate
		}
		return 0
	}
	d := EditDistance(ra, rb, limit)
	if d > limit {
		return 0
	}
	return 1 - float64(d)/float64(longer)
}
