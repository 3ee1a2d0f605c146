package operator

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"zhuomo/clean"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// Space returns the operator that tidies spaces.
func Space() clean.Operator {
	s := describe("clean.space.v1", clean.Space, "整理空白", "Tidy spaces",
		"去掉首尾空白、全角标点旁边的空格和“一 字 一 空”的空格，多个空格并成一个；最多留一个空行。顾客常用空格代替逗号，所以汉字之间单独的空格默认保留。",
		"Trims, removes spaces beside full-width marks and between letter-spaced characters, makes several spaces one; leaves at most one empty line. Customers often write a space for a comma, so a lone space between Chinese characters stays by default.",
		texts("首尾、字间、词间", "ends, characters, words", "  我 想 订 房  ", "我想订房", "buy  two   tickets", "buy two tickets", "好的 ， 谢谢", "好的，谢谢", "成 给我订一间", "成 给我订一间"))
	s.Params = []spec.Param{{Name: "join", Kind: spec.Bool, Default: false, Title: spec.Text{ZH: "去掉所有汉字间的空格", EN: "Join all characters"}, Help: spec.Text{ZH: "连当逗号用的空格也去掉", EN: "also remove the spaces that stand for commas"}}}
	return newCell(s, func(v spec.Values) (repair, error) {
		join := v.Bool("join")
		return func(s string) (string, string, int) { return tidySpace(s, join) }, nil
	})
}

func tidySpace(s string, join bool) (string, string, int) {
	if !needsTidying(s) {
		return s, "", 0
	}
	out := collapse(s, join)
	if !join {
		out = joinSpaced(out)
	}
	if out == s {
		return s, "", 0
	}
	return out, "space.untidy", 1
}

// joinSpaced removes the spaces in 我 想 订 房: four or more single characters.
func joinSpaced(s string) string {
	words := strings.Split(s, " ")
	var out strings.Builder
	run := 0 // words from here that are single characters
	for i, w := range words {
		if i > 0 {
			if run > 0 && single(w) {
				run--
			} else {
				out.WriteByte(' ')
				run = 0
			}
		}
		if run == 0 && single(w) {
			n := 1
			for i+n < len(words) && single(words[i+n]) {
				n++
			}
			if n >= 4 {
				run = n - 1
			}
		}
		out.WriteString(w)
	}
	return out.String()
}

func single(word string) bool {
	r, n := utf8.DecodeRuneInString(word)
	return n == len(word) && n > 0 && text.IsHanzi(r)
}

func collapse(s string, join bool) string {
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
		case spaces > 0 && out.Len() > 0 && !(join && text.IsHanzi(last) && text.IsHanzi(r)) && !isMark(last) && !isMark(r):
			out.WriteByte(' ')
		}
		spaces, breaks = 0, 0
		out.WriteString(s[i : i+n])
		last = r
	}
	return out.String()
}

func needsTidying(s string) bool {
	return strings.ContainsFunc(s, unicode.IsSpace)
}

// isMark reports a full-width mark, beside which no space stands.
func isMark(r rune) bool {
	return strings.ContainsRune("，。？！；：、（）【】《》", r)
}
