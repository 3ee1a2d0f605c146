package operator

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"zhuomo/clean"
	"zhuomo/text"
)

// PinyinGloss returns the operator that removes pinyin in brackets after the
// characters that it reads.
func PinyinGloss() clean.Operator {
	return newCell(describe("clean.pinyin_gloss.v1", clean.Script, "去掉夹注拼音", "Remove pinyin glosses",
		"去掉汉字后面括号里的拼音，如“訓(xùn)練師”；只有括号里确实是前面那个字（或那几个字）的读音才去掉，(CCO) 这样的缩写保留。",
		"Removes pinyin in brackets after the characters it reads, as in 訓(xùn)練師; only when it is a reading of just those characters, so that (CCO) stays.",
		texts("单字和多字的夹注", "one character and several", "訓(xùn)練師", "訓練師", "重庆（chóng qìng）火锅", "重庆火锅", "车 站(chē zhàn) 到了", "车 站 到了", "客户体验事业群(CCO)", "客户体验事业群(CCO)")),
		always(dropGlosses))
}

// maxGloss is the longest gloss looked at, in bytes.
const maxGloss = 80

func dropGlosses(s string) (string, string, int) {
	if !strings.ContainsAny(s, "(（") {
		return s, "", 0
	}
	var out strings.Builder
	count := 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == '(' || r == '（' {
			end := strings.IndexAny(s[i+n:min(len(s), i+n+maxGloss)], ")）")
			if end > 0 && isGloss(out.String(), s[i+n:i+n+end]) {
				_, closing := utf8.DecodeRuneInString(s[i+n+end:])
				i += n + end + closing
				count++
				continue
			}
		}
		out.WriteString(s[i : i+n])
		i += n
	}
	if count == 0 {
		return s, "", 0
	}
	return out.String(), "pinyin.gloss", count
}

// isGloss reports whether inside is a reading of the last characters of before.
func isGloss(before, inside string) bool {
	before = strings.TrimRightFunc(before, unicode.IsSpace) // 站 (zhàn)
	last, _ := utf8.DecodeLastRuneInString(before)
	inside = strings.TrimSpace(inside)
	if !text.IsHanzi(last) || inside == "" || !pinyinLetters(inside) {
		return false
	}
	alternatives := strings.FieldsFunc(inside, func(r rune) bool { return r == '/' || r == ',' || r == '，' || r == '、' || r == ';' })
	all := len(alternatives) > 0
	for _, a := range alternatives {
		all = all && text.HasReading(last, strings.TrimSpace(a))
	}
	return all || readsRun(before, inside)
}

// pinyinLetters accepts letters of pinyin; all capitals (CCO) are a name.
func pinyinLetters(s string) bool {
	lower := false
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Latin, r):
			lower = lower || unicode.IsLower(r)
		case r >= '0' && r <= '5', strings.ContainsRune(" '’·-/,，、;:", r), r >= 0x300 && r <= 0x30C:
		default:
			return false
		}
	}
	return lower
}

// readsRun reports whether inside spells the last two or more characters.
func readsRun(before, inside string) bool {
	plain, _ := text.SplitTone(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" '’·-", r) {
			return -1
		}
		return r
	}, inside))
	chars := []rune{}
	for len(chars) < 8 {
		before = strings.TrimRightFunc(before, unicode.IsSpace) // 车 站(chē zhàn)
		r, n := utf8.DecodeLastRuneInString(before)
		if !text.IsHanzi(r) {
			break
		}
		chars = append([]rune{r}, chars...)
		before = before[:len(before)-n]
		if len(chars) > 1 && spells(chars, plain) {
			return true
		}
	}
	return false
}

// spells reports whether the readings of chars, one each, join to plain.
func spells(chars []rune, plain string) bool {
	if len(chars) == 0 {
		return plain == ""
	}
	for _, reading := range text.PlainReadings(chars[0]) {
		for _, form := range []string{reading, strings.ReplaceAll(reading, "v", "u")} {
			if rest, ok := strings.CutPrefix(plain, form); ok && spells(chars[1:], rest) {
				return true
			}
		}
	}
	return false
}
