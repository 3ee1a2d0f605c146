package learn

import "math"

// HashStart is where a hash begins.
const HashStart = 0xCBF29CE484222325

const hashPrime = 0x9E3779B97F4A7C15

// Mix adds x to a hash. Model files hold what it gives, so it never changes.
func Mix(h, x uint64) uint64 {
	h = (h ^ x) * hashPrime
	return h ^ h>>29
}

// HashText adds the bytes of text to a hash.
func HashText(h uint64, text string) uint64 {
	for i := range len(text) {
		h = Mix(h, uint64(text[i]))
	}
	return h
}

// Wide tells characters that are words in themselves: Han, kana, hangul.
func Wide(c rune) bool {
	return c >= 0x2E80 && (c <= 0x9FFF || c >= 0xAC00 && c <= 0xD7AF || c >= 0xF900 && c <= 0xFAFF || c >= 0x20000 && c <= 0x3FFFF) &&
		!(c >= 0x3000 && c <= 0x303F)
}

// HoldBack chooses about share (0–1) of n examples to calibrate on, by the hash
// of their group or id, so that one more row does not reshuffle the others.
func HoldBack(n int, share float64, seed uint64, name func(i int) (group, id string)) (kept, held []int32) {
	limit := uint64(share * math.Exp2(32))
	for i := range n {
		key := Mix(HashStart, seed)
		switch group, id := name(i); {
		case group != "":
			key = HashText(key, group)
		case id != "":
			key = HashText(key, id)
		default:
			key = Mix(key, uint64(i))
		}
		key ^= key >> 32
		key *= hashPrime
		if key>>32 < limit {
			held = append(held, int32(i))
		} else {
			kept = append(kept, int32(i))
		}
	}
	return kept, held
}

// Parts cuts examples into folds parts and gives the part of each: those of a group
// together, the others of a first label in turn. labels is how many there are.
func Parts(examples []Example, labels, folds int) []int {
	of, turn := make([]int, len(examples)), make([]int, labels+1)
	for i, e := range examples {
		if e.Group != "" {
			of[i] = int(HashText(HashStart, e.Group) >> 33 % uint64(folds))
			continue
		}
		first := labels // none
		if len(e.Labels) > 0 {
			first = e.Labels[0]
		}
		of[i] = turn[first] % folds
		turn[first]++
	}
	return of
}
