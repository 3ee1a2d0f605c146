package knowledge

import (
	"strings"
	"unicode"

	"zhuomo/text"
)

// fold makes texts alike that people take for the same: full and half width,
// upper and lower case, traditional and simplified. It keeps the number of code
// points, so that offsets in the folded text are offsets in the text.
func fold(s string) string {
	return text.Simplify(strings.Map(func(r rune) rune {
		switch {
		case r == 0x3000:
			return ' '
		case r >= 0xFF01 && r <= 0xFF5E:
			r -= 0xFEE0
		}
		return unicode.ToLower(r)
	}, s))
}

// term is one unit of search: a character, two neighbouring characters, or a
// word of letters and digits.
type term struct {
	key   uint64
	start int32 // in bytes of the folded text
	end   int32
	whole bool // a pair or a word; single characters weigh less
}

// terms cuts a folded text. Characters join only across nothing: punctuation
// and spaces part them.
//
// Cost: one pass; into is reused when it is large enough.
func terms(folded string, into []term) []term {
	out := into[:0]
	var before rune
	beforeAt := 0
	word := -1
	var hash uint64
	flush := func(end int) {
		if word >= 0 {
			out = append(out, term{key: hash | 1<<63, start: int32(word), end: int32(end), whole: true})
			word = -1
		}
	}
	for i, r := range folded {
		switch {
		case r < 0x80 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z'):
			if word < 0 {
				word, hash = i, 14695981039346656037
			}
			hash = (hash ^ uint64(r)) * 1099511628211 // FNV-1a
			before = 0
		case r >= 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			flush(i)
			end := int32(i + runeBytes(r))
			out = append(out, term{key: uint64(r), start: int32(i), end: end})
			if before != 0 {
				out = append(out, term{key: uint64(before)<<21 | uint64(r), start: int32(beforeAt), end: end, whole: true})
			}
			before, beforeAt = r, i
		default:
			flush(i)
			before = 0
		}
	}
	flush(len(folded))
	return out
}

func runeBytes(r rune) int {
	switch {
	case r < 0x80:
		return 1
	case r < 0x800:
		return 2
	case r < 0x10000:
		return 3
	}
	return 4
}

// likeness is the Dice measure of two texts' pairs and words, 0–1. Texts too
// short to hold a pair are compared by their characters.
func likeness(a, b string) float64 {
	x, y := distinct(terms(fold(a), nil)), distinct(terms(fold(b), nil))
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	both := 0
	for k := range x {
		if y[k] {
			both++
		}
	}
	return 2 * float64(both) / float64(len(x)+len(y))
}

func distinct(list []term) map[uint64]bool {
	whole, single := map[uint64]bool{}, map[uint64]bool{}
	for _, t := range list {
		if t.whole {
			whole[t.key] = true
		} else {
			single[t.key] = true
		}
	}
	if len(whole) == 0 {
		return single
	}
	return whole
}
