package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// NFC composes letters and their marks. Broken bytes stay as they are.
func NFC(text string) string { return norm.NFC.String(text) }

// CompareKey folds a text for comparison: compatibility forms, simplified
// script, lower case, and nothing but letters, digits and symbols that carry
// meaning: no spaces, no punctuation. Equal keys mean the same text to a reader.
func CompareKey(text string) string {
	text = Simplify(norm.NFKC.String(text))
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsPunct(r), unicode.Is(unicode.Cf, r), unicode.IsControl(r):
			return -1
		case r == '~', r == '`', r == '^':
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// IsInvisible reports whether r shows nothing and means nothing in running
// text: controls except line breaks and tabs, zero-width characters outside
// emoji, byte order marks, soft hyphens, direction marks, private use.
// U+200D and U+FE0F are invisible only where they join no emoji; the caller
// looks at the neighbours.
func IsInvisible(r rune) bool {
	switch {
	case r < 0x20:
		return r != '\n' && r != '\r' && r != '\t'
	case r < 0x7F:
		return false
	case r <= 0x9F, r == 0xAD, r == 0x34F, r == 0x61C, r == 0x180E, r == 0x3164, r == 0xFFA0:
		return true
	case r >= 0x200B && r <= 0x200F, r >= 0x2028 && r <= 0x202E, r >= 0x2060 && r <= 0x206F:
		return true
	case r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF, r >= 0xFFF9 && r <= 0xFFFB, r >= 0xE000 && r <= 0xF8FF:
		return true
	case r >= 0xE0000 && r <= 0xE0FFF, r >= 0xF0000:
		return true
	}
	return false
}

// IsEmoji reports whether r is drawn as an emoji.
func IsEmoji(r rune) bool {
	return r >= 0x1F300 && r <= 0x1FAFF || r >= 0x1F000 && r <= 0x1F2FF || r >= 0x2600 && r <= 0x27BF ||
		r >= 0x2B00 && r <= 0x2BFF || r == 0x231A || r == 0x231B || r >= 0x23E9 && r <= 0x23FA || r == 0x20E3
}
