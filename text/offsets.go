package text

import "unicode/utf8"

// RuneOffset is the number of characters before byte offset b.
func RuneOffset(text string, b int) int { return utf8.RuneCountInString(text[:b]) }

// ByteOffset is the byte offset of the rune-th character; the length of the text
// when it has fewer.
func ByteOffset(text string, rune int) int {
	for i := range text {
		if rune == 0 {
			return i
		}
		rune--
	}
	return len(text)
}

// UTF16Offset is the offset that a browser counts for the rune-th character.
func UTF16Offset(text string, rune int) int {
	units := 0
	for _, r := range text {
		if rune == 0 {
			break
		}
		rune--
		units++
		if r > 0xFFFF {
			units++
		}
	}
	return units
}

// Slice is the text of characters [start, end).
func Slice(text string, start, end int) string {
	from := ByteOffset(text, start)
	return text[from : from+ByteOffset(text[from:], end-start)]
}
