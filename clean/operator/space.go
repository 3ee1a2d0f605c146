package operator

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"zhuomo/clean"
	"zhuomo/text"
)

// Space returns the operator that tidies spaces.
func Space() clean.Operator {
	return newCell(describe("clean.space.v1", clean.Space, "整理空白", "Tidy spaces",
		"去掉首尾空白和汉字之间的空格，多个空格并成一个，英文单词之间的保留；最多留一个空行。",
		"Trims, removes spaces between Chinese characters, makes several spaces one, keeps those between Latin words; leaves at most one empty line.",
		texts("首尾、字间、词间", "ends, characters, words", "  我 想 订房  ", "我想订房", "buy  two   tickets", "buy two tickets", "好的 ， 谢谢", "好的，谢谢")),
		always(tidySpace))
}

func tidySpace(s string) (string, string, int) {
	if !needsTidying(s) {
		return s, "", 0
	}
	var out strings.Builder
	out.Grow(len(s))
	last := rune('\n') // as if after a line break: nothing before the text
	spaces, breaks := 0, 0
	for i, r := range s {
		n := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, n = utf8.DecodeRuneInString(s[i:])
		}
		switch {
		case r == '\n':
			breaks++
			spaces = 0
			continue
		case r == '\r' || unicode.IsSpace(r):
			spaces++
			continue
		}
		switch {
		case breaks > 0 && out.Len() > 0:
			out.WriteString("\n\n"[:min(breaks, 2)])
		case spaces > 0 && out.Len() > 0 && !(tight(last) && tight(r)) && !isMark(last) && !isMark(r):
			out.WriteByte(' ')
		}
		spaces, breaks = 0, 0
		out.WriteString(s[i : i+n])
		last = r
	}
	if out.String() == s {
		return s, "", 0
	}
	return out.String(), "space.untidy", 1
}

func needsTidying(s string) bool {
	return strings.ContainsFunc(s, unicode.IsSpace)
}

// tight characters stand without spaces between them.
func tight(r rune) bool { return text.IsHanzi(r) || isMark(r) }

// isMark reports a full-width mark, beside which no space stands.
func isMark(r rune) bool {
	return strings.ContainsRune("，。？！；：、（）【】《》“”‘’…～", r)
}
