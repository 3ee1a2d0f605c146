package operator

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"zhuomo/clean"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

var fullPunctuation = map[rune]rune{',': '，', '?': '？', '!': '！', ';': '；', ':': '：', '.': '。'}

// Punctuation returns the operator that makes the punctuation of Chinese
// sentences full-width.
func Punctuation() clean.Operator {
	return newCell(describe("clean.punctuation.v1", clean.Punctuation, "标点改全角", "Full-width punctuation",
		"把汉字旁边的半角逗号、问号、叹号、分号、冒号、句号改成全角；数字、时间、网址和英文里的不动。",
		"Makes half-width punctuation beside Chinese characters full-width; numbers, times, addresses and English keep theirs.",
		texts("汉字旁边与数字之间", "beside characters and between digits", "你好,有房吗?明天13:30到,共1,200元.", "你好，有房吗？明天13:30到，共1,200元。", "Hello, world!", "Hello, world!", "见 http://a.cn/?q=1,2", "见 http://a.cn/?q=1,2")),
		always(fullWidth))
}

func fullWidth(s string) (string, string, int) {
	if !strings.ContainsAny(s, ",?!;:.") {
		return s, "", 0
	}
	var out strings.Builder
	count := 0
	before := rune(0)
	for i, r := range s {
		n := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, n = utf8.DecodeRuneInString(s[i:])
			out.WriteString(s[i : i+n])
			before = r
			continue
		}
		if full, ok := fullPunctuation[r]; ok {
			after, _ := utf8.DecodeRuneInString(s[i+n:])
			if i+n == len(s) {
				after = 0
			}
			if widens(r, before, after) || r == ',' && joinsClauses(s[i+n:], before) {
				r = full
				count++
			}
		}
		out.WriteRune(r)
		before = r
	}
	if count == 0 {
		return s, "", 0
	}
	return out.String(), "punctuation.halfwidth", count
}

// widens decides by the neighbours; 0 is the border of the text.
func widens(r, before, after rune) bool {
	chinese := text.IsHanzi(before) || strings.ContainsRune("，。？！；：、）】》」』”’…～％℃", before) && before != 0
	ascii := after > ' ' && after < 0x7F
	switch r {
	case '.':
		return text.IsHanzi(before) && !ascii
	case ':':
		return chinese && after != '/' && after != ')' && after != '(' && after != 'D'
	}
	if chinese {
		return true
	}
	// After Latin letters or digits only before a Chinese character (OK,明白).
	return text.IsHanzi(after) && before != 0 && before != ' ' && before != r
}

// joinsClauses reports whether a comma after Latin letters or digits ends a
// clause: what follows is a number of Chinese text (28退房), not of three digits
// after a digit, which may be one number (1,200元).
func joinsClauses(after string, before rune) bool {
	if before >= 0x7F || !unicode.IsLetter(before) && !unicode.IsDigit(before) {
		return false
	}
	n := 0
	for n < len(after) && after[n] >= '0' && after[n] <= '9' {
		n++
	}
	next, _ := utf8.DecodeRuneInString(after[n:])
	return n > 0 && !(n == 3 && unicode.IsDigit(before)) && text.IsHanzi(next)
}

// Quotes returns the operator that makes quotation marks of one kind.
func Quotes() clean.Operator {
	return newCell(describe("clean.quotes.v1", clean.Punctuation, "统一引号", "Unify quotation marks",
		"把直角引号和成对的英文引号（里面有汉字）改成弯引号。",
		"Turns corner brackets, and paired straight quotes around Chinese text, into curly quotes.",
		texts("三种引号", "three kinds", "他说「好的」", "他说“好的”", "点\"确认\"按钮", "点“确认”按钮", "6\" 屏", "6\" 屏")),
		always(unifyQuotes))
}

var corners = strings.NewReplacer("「", "“", "」", "”", "『", "‘", "』", "’", "﹁", "“", "﹂", "”", "＂", "\"", "〝", "“", "〞", "”")

func unifyQuotes(s string) (string, string, int) {
	if !strings.ContainsAny(s, "「」『』﹁﹂＂〝〞\"") {
		return s, "", 0
	}
	out := corners.Replace(s)
	parts := strings.Split(out, `"`)
	if len(parts) >= 3 && len(parts)%2 == 1 {
		var b strings.Builder
		for i, p := range parts {
			if i > 0 {
				inside := parts[i-1+i%2]
				switch {
				case !strings.ContainsFunc(inside, text.IsHanzi):
					b.WriteByte('"')
				case i%2 == 1:
					b.WriteString("“")
				default:
					b.WriteString("”")
				}
			}
			b.WriteString(p)
		}
		out = b.String()
	}
	if out == s {
		return s, "", 0
	}
	return out, "quotes.mixed", 1
}

// RepeatedPunctuation returns the operator that shortens runs of one mark.
func RepeatedPunctuation() clean.Operator {
	s := describe("clean.repeated_punctuation.v1", clean.Punctuation, "去掉重复标点", "Shorten repeated punctuation",
		"同一个标点连着出现只留规定的个数；省略号、破折号不动。",
		"Keeps only so many of one mark in a row; ellipses and dashes stay.",
		texts("连着的叹号和问号", "exclamation and question marks", "太慢了！！！！怎么回事？？", "太慢了！怎么回事？", "等等……再说——好", "等等……再说——好", "嗯...", "嗯..."))
	s.Params = []spec.Param{{Name: "keep", Kind: spec.Int, Default: 1, Min: 1, Max: 5, Title: spec.Text{ZH: "保留个数", EN: "How many stay"}, Help: spec.Text{ZH: "连着的同一个标点留几个", EN: "how many of one mark in a row stay"}}}
	return newCell(s, func(v spec.Values) (repair, error) {
		keep := v.Int("keep")
		return func(s string) (string, string, int) { return shortenRuns(s, keep) }, nil
	})
}

func shortenRuns(s string, keep int) (string, string, int) {
	var out strings.Builder
	count, run := 0, 0
	last := rune(0)
	for i, r := range s {
		n := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, n = utf8.DecodeRuneInString(s[i:])
		}
		if r == last && strings.ContainsRune("！？。，、；：!?,;~～", r) {
			if run++; run > keep {
				count++
				continue
			}
		} else {
			run = 1
		}
		out.WriteString(s[i : i+n])
		last = r
	}
	if count == 0 {
		return s, "", 0
	}
	return out.String(), "punctuation.repeated", count
}
