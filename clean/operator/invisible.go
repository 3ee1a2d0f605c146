package operator

import (
	"strings"
	"unicode/utf8"

	"zhuomo/clean"
	"zhuomo/text"
)

// Invisible returns the operator that removes characters nobody sees.
func Invisible() clean.Operator {
	return newCell(describe("clean.invisible.v1", clean.Unicode, "去掉看不见的字符", "Remove invisible characters",
		"去掉零宽字符、BOM、控制符、软连字符、方向标记和私用区字符；表情里的连接符保留，不换行空格变成普通空格。",
		"Removes zero-width characters, byte order marks, controls, soft hyphens, direction marks and private use; joiners inside emoji stay, no-break spaces become spaces.",
		texts("零宽空格和 BOM", "zero-width space and byte order mark", "\ufeff你\u200b好\u00ad", "你好", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧", "a\u00a0b", "a b")),
		always(dropInvisible))
}

func dropInvisible(s string) (string, string, int) {
	if !strings.ContainsFunc(s, func(r rune) bool { return r == '\u00a0' || text.IsInvisible(r) }) {
		return s, "", 0
	}
	var out strings.Builder
	count := 0
	last := rune(0) // last character kept
	for i, r := range s {
		n := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, n = utf8.DecodeRuneInString(s[i:])
			out.WriteString(s[i : i+n])
			last = r
			continue
		}
		switch {
		case r == '\u00a0':
			out.WriteByte(' ')
			count++
			last = ' '
			continue
		case r == 0x200D || r == 0xFE0F:
			next, _ := utf8.DecodeRuneInString(s[i+n:])
			joins := text.IsEmoji(last) || last >= 0x1F3FB && last <= 0x1F3FF || last == 0xFE0F
			if r == 0x200D && joins && text.IsEmoji(next) || r == 0xFE0F && (text.IsEmoji(last) || last < 0x80 && next == 0x20E3 || last == 0xA9 || last == 0xAE || last == 0x203C || last >= 0x2190 && last < 0x2300) {
				break
			}
			count++
			continue
		case text.IsInvisible(r):
			count++
			continue
		}
		out.WriteRune(r)
		last = r
	}
	return out.String(), "invisible.character", count
}
