package examples

import (
	"strings"
	"unicode"
)

// Tidy brings a sentence into the house style of the materials. It is the
// definition of what a clean sentence looks like, told on its own so that it
// does not lean on the operators that it judges:
//
//   - full-width letters and digits become half-width;
//   - half-width , ? ! ; : beside a hanzi (or after a Chinese mark) become
//     full-width, not between digits (12:30) nor in a smiley :) or address;
//   - a half-width full stop that ends the text after a hanzi becomes 。;
//   - spaces are trimmed and collapsed; none stands between hanzi or beside a
//     full-width mark;
//   - characters nobody sees are dropped.
//
// Scripts are not touched: both sides of a comparison are folded instead.
func Tidy(s string) string {
	return spaces(marks(spaces(letters(s))))
}

// letters narrows what is full-width and drops what is invisible.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９', r >= 'Ａ' && r <= 'Ｚ', r >= 'ａ' && r <= 'ｚ':
			return r - 0xFEE0
		case r == '\u3000', r == '\u00a0', r == '\t', r == '\n', r == '\r':
			return ' '
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r) && r != '\u200d': // a joiner makes emoji
			return -1
		}
		return r
	}, s)
}

var wide = map[rune]rune{',': '，', '?': '？', '!': '！', ';': '；', ':': '：'}

const chineseMarks = "，。？！；：、（）【】《》“”‘’…～"

func marks(s string) string {
	in := []rune(s)
	out := make([]rune, len(in))
	for i, r := range in {
		out[i] = r
		if r == '.' && i == len(in)-1 && i > 0 && hanzi(in[i-1]) {
			out[i] = '。'
		}
		full, known := wide[r]
		if !known {
			continue
		}
		before, after := neighbour(out[:i], -1), neighbour(in[i+1:], +1)
		switch {
		case hanzi(before) || strings.ContainsRune(chineseMarks, before):
			if r != ':' || after != '/' && after != ')' && after != '(' && after != 'D' {
				out[i] = full
			}
		case hanzi(after) && before != 0 && before != r:
			out[i] = full
		}
	}
	return string(out)
}

// neighbour is the nearest character that is not a space: the last of s for
// step −1, the first for +1; 0 when there is none.
func neighbour(s []rune, step int) rune {
	at := 0
	if step < 0 {
		at = len(s) - 1
	}
	for ; at >= 0 && at < len(s); at += step {
		if s[at] != ' ' {
			return s[at]
		}
	}
	return 0
}

func spaces(s string) string {
	words := strings.Fields(s)
	var out strings.Builder
	last := rune(0)
	for i, w := range words {
		in := []rune(w)
		if i > 0 && !(hanzi(last) && hanzi(in[0])) && !strings.ContainsRune(chineseMarks, last) && !strings.ContainsRune(chineseMarks, in[0]) {
			out.WriteByte(' ')
		}
		out.WriteString(w)
		last = in[len(in)-1]
	}
	return out.String()
}

func hanzi(r rune) bool { return unicode.Is(unicode.Han, r) && r != '々' && r != '〇' }
