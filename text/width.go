package text

import "strings"

// Narrow makes full-width letters and digits and the ideographic space
// half-width, and counts them. Punctuation stays.
func Narrow(text string) (string, int) {
	count := 0
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９', r >= 'Ａ' && r <= 'Ｚ', r >= 'ａ' && r <= 'ｚ':
			count++
			return r - 0xFEE0
		case r == '\u3000':
			count++
			return ' '
		}
		return r
	}, text)
	if count == 0 {
		return text, 0
	}
	return out, count
}

// NarrowAll makes every full-width form U+FF01–FF5E half-width, punctuation too.
func NarrowAll(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			return r - 0xFEE0
		case r == '\u3000':
			return ' '
		}
		return r
	}, text)
}
