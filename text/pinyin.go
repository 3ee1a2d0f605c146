package text

import (
	"slices"
	"strings"

	"github.com/mozillazg/go-pinyin"
)

// toneMarks maps a vowel with a tone mark to the plain vowel and its tone. ü is
// written v in the plain form.
var toneMarks = map[rune]struct {
	plain rune
	tone  byte
}{
	'ā': {'a', 1}, 'á': {'a', 2}, 'ǎ': {'a', 3}, 'à': {'a', 4}, 'ă': {'a', 3},
	'ē': {'e', 1}, 'é': {'e', 2}, 'ě': {'e', 3}, 'è': {'e', 4}, 'ĕ': {'e', 3}, 'ế': {'e', 2}, 'ề': {'e', 4}, 'ê': {'e', 0},
	'ī': {'i', 1}, 'í': {'i', 2}, 'ǐ': {'i', 3}, 'ì': {'i', 4}, 'ĭ': {'i', 3},
	'ō': {'o', 1}, 'ó': {'o', 2}, 'ǒ': {'o', 3}, 'ò': {'o', 4}, 'ŏ': {'o', 3},
	'ū': {'u', 1}, 'ú': {'u', 2}, 'ǔ': {'u', 3}, 'ù': {'u', 4}, 'ŭ': {'u', 3},
	'ǖ': {'v', 1}, 'ǘ': {'v', 2}, 'ǚ': {'v', 3}, 'ǜ': {'v', 4}, 'ü': {'v', 0},
	'ń': {'n', 2}, 'ň': {'n', 3}, 'ǹ': {'n', 4}, 'ḿ': {'m', 2}, 'ɑ': {'a', 0}, 'ɡ': {'g', 0},
}

// marked lists the marked forms of each plain vowel by tone 1–4.
var marked = map[rune][4]rune{
	'a': {'ā', 'á', 'ǎ', 'à'}, 'e': {'ē', 'é', 'ě', 'è'}, 'i': {'ī', 'í', 'ǐ', 'ì'},
	'o': {'ō', 'ó', 'ǒ', 'ò'}, 'u': {'ū', 'ú', 'ǔ', 'ù'}, 'v': {'ǖ', 'ǘ', 'ǚ', 'ǜ'},
}

// Readings lists every reading of a character with tone marks (重: zhòng,
// chóng, tóng), the usual one first; nil when it has none.
func Readings(r rune) []string {
	joined, ok := pinyin.PinyinDict[int(r)]
	if !ok {
		return nil
	}
	return strings.Split(joined, ",")
}

// PlainReadings lists the readings without tones, each once; ü is v.
func PlainReadings(r rune) []string {
	var plain []string
	for _, reading := range Readings(r) {
		p, _ := SplitTone(reading)
		if !slices.Contains(plain, p) {
			plain = append(plain, p)
		}
	}
	return plain
}

// SplitTone takes one syllable in any spelling (xùn, xun4, XUN, lǜ, lv4, lu:4)
// apart: the plain lower-case letters, ü as v, and the tone 1–4; 5 for an
// explicit neutral tone, 0 when no tone is given.
func SplitTone(syllable string) (plain string, tone int) {
	var out strings.Builder
	for _, r := range strings.ToLower(syllable) {
		if m, ok := toneMarks[r]; ok {
			out.WriteRune(m.plain)
			if m.tone != 0 {
				tone = int(m.tone)
			}
			continue
		}
		switch {
		case r >= '1' && r <= '5' || r == '0':
			tone = int(r - '0')
			if r == '0' {
				tone = 5
			}
		case r >= 0x300 && r <= 0x30C: // combining marks of decomposed text
			switch r {
			case 0x304:
				tone = 1
			case 0x301:
				tone = 2
			case 0x30C, 0x306:
				tone = 3
			case 0x300:
				tone = 4
			case 0x308:
				s := strings.TrimSuffix(out.String(), "u")
				out.Reset()
				out.WriteString(s + "v")
			}
		default:
			out.WriteRune(r)
		}
	}
	return strings.ReplaceAll(out.String(), "u:", "v"), tone
}

// MarkTone puts the tone (1–4; others leave the letters) on plain letters by the
// rule of the standard: a or e, else the o of ou, else the last vowel.
func MarkTone(plain string, tone int) string {
	runes := []rune(plain)
	if tone < 1 || tone > 4 {
		return strings.ReplaceAll(plain, "v", "ü")
	}
	at := slices.IndexFunc(runes, func(r rune) bool { return r == 'a' || r == 'e' })
	if at < 0 {
		if i := strings.Index(plain, "ou"); i >= 0 {
			at = i
		}
	}
	for i := len(runes) - 1; at < 0 && i >= 0; i-- {
		if _, ok := marked[runes[i]]; ok {
			at = i
		}
	}
	if at < 0 {
		return plain
	}
	runes[at] = marked[runes[at]][tone-1]
	return strings.ReplaceAll(string(runes), "v", "ü")
}

// HasReading reports whether a spelling (tone mark, tone number or plain) is one
// of the readings of r. A given tone must agree; a neutral one always does.
func HasReading(r rune, spelling string) bool {
	plain, tone := SplitTone(spelling)
	if plain == "" {
		return false
	}
	for _, reading := range Readings(r) {
		p, t := SplitTone(reading)
		same := p == plain || strings.ReplaceAll(p, "v", "u") == plain
		if same && (tone == 0 || tone == 5 || tone == t) {
			return true
		}
	}
	return false
}
