package text

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"zhuomo/internal/spec"
)

// Names of the encodings that Detect tells apart and Decode knows.
const (
	UTF8    = "utf-8"
	UTF16LE = "utf-16le"
	UTF16BE = "utf-16be"
	GB18030 = "gb18030" // includes GBK and GB2312
	Big5    = "big5"
	EUCJP   = "euc-jp"
	SJIS    = "shift_jis"
	EUCKR   = "euc-kr"
	CP1252  = "windows-1252" // includes Latin-1 and ASCII
)

// Encodings lists the names in the order in which pages show them.
func Encodings() []string {
	return []string{UTF8, GB18030, Big5, UTF16LE, UTF16BE, EUCJP, SJIS, EUCKR, CP1252}
}

// Guess is what Detect thinks of a sample.
type Guess struct {
	Name       string
	Confidence float64 // 0–1
	Why        spec.Text
	Candidates []string // others that fit, best first
	BOM        int      // bytes of the byte order mark to skip
}

// known gives the decoder of a name; UTF-8 and UTF-16 are handled apart.
func known(name string) encoding.Encoding {
	switch name {
	case GB18030:
		return simplifiedchinese.GB18030
	case Big5:
		return traditionalchinese.Big5
	case EUCJP:
		return japanese.EUCJP
	case SJIS:
		return japanese.ShiftJIS
	case EUCKR:
		return korean.EUCKR
	case CP1252:
		return charmap.Windows1252
	}
	return nil
}

// CanonicalEncoding maps the names that people write (GBK, utf8, cp936 …) to
// ours; "" when unknown.
func CanonicalEncoding(name string) string {
	n := strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(strings.TrimSpace(name)))
	switch n {
	case "utf8", "utf8sig", "utf8bom", "ascii", "usascii":
		return UTF8
	case "utf16", "utf16le", "ucs2", "unicode":
		return UTF16LE
	case "utf16be":
		return UTF16BE
	case "gb18030", "gbk", "gb2312", "cp936", "936", "ansi", "euccn":
		return GB18030
	case "big5", "big5hkscs", "cp950", "950":
		return Big5
	case "eucjp":
		return EUCJP
	case "shiftjis", "sjis", "cp932":
		return SJIS
	case "euckr", "cp949", "ksc5601":
		return EUCKR
	case "windows1252", "cp1252", "latin1", "iso88591":
		return CP1252
	}
	return ""
}

var classes = sync.OnceValue(hanziClasses)

// sampleBytes is how much of a sample the statistics look at.
const sampleBytes = 64 << 10

// Detect tells the encoding of a sample. A sample cut in the middle of a
// character is judged without its last bytes; damaged bytes lower the confidence.
func Detect(sample []byte) Guess {
	if g, ok := byMark(sample); ok {
		return g
	}
	if len(sample) > sampleBytes {
		sample = sample[:sampleBytes]
	}
	if g, ok := wide(sample); ok {
		return g
	}
	damaged, multi := utf8Damage(sample)
	if damaged == 0 {
		if multi == 0 {
			return Guess{Name: UTF8, Confidence: 0.9, Why: spec.Text{ZH: "只有 ASCII 字符", EN: "only ASCII characters"}, Candidates: []string{GB18030, CP1252}}
		}
		return Guess{Name: UTF8, Confidence: math.Min(0.999, 0.9+float64(multi)/100), Candidates: []string{GB18030},
			Why: spec.Text{ZH: fmt.Sprintf("%d 个多字节字符都符合 UTF-8", multi), EN: fmt.Sprintf("all %d multi-byte characters are valid UTF-8", multi)}}
	}
	type scored struct {
		name  string
		score float64
		share float64
		bad   int
	}
	var all []scored
	for _, name := range []string{GB18030, Big5, EUCJP, SJIS, EUCKR, CP1252} {
		s, share, bad := judge(sample, name)
		all = append(all, scored{name, s, share, bad})
	}
	// Mostly sound UTF-8 with some damage: the damaged bytes are no letters of
	// another table, they are holes (or whole lines from elsewhere).
	if multi > 0 {
		all = append(all, scored{UTF8, 1.1*float64(multi)/float64(multi+2*damaged) - 0.05, 1, damaged})
	}
	slices.SortStableFunc(all, func(a, b scored) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	best := all[0]
	g := Guess{Name: best.name, Confidence: confidence(best.score, all[1].score)}
	for _, c := range all[1:] {
		if c.score > 0.1 {
			g.Candidates = append(g.Candidates, c.name)
		}
	}
	g.Why = spec.Text{
		ZH: fmt.Sprintf("不是 UTF-8；按 %s 解码后常用字占 %.0f%%，坏字节 %d 处", best.name, 100*best.share, best.bad),
		EN: fmt.Sprintf("not UTF-8; decoded as %s, %.0f%% are common characters, %d damaged places", best.name, 100*best.share, best.bad),
	}
	if best.name == UTF8 {
		g.Why = spec.Text{ZH: fmt.Sprintf("大部分是 UTF-8，有 %d 处坏字节", best.bad), EN: fmt.Sprintf("mostly UTF-8, with %d damaged places", best.bad)}
	}
	return g
}

func confidence(best, next float64) float64 {
	return math.Max(0.05, math.Min(0.99, 0.5+(best-math.Max(next, 0))/1.2))
}

func byMark(b []byte) (Guess, bool) {
	why := func(name string) spec.Text {
		return spec.Text{ZH: "文件以 " + name + " 的字节顺序标记开头", EN: "it begins with the byte order mark of " + name}
	}
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return Guess{Name: UTF8, Confidence: 1, Why: why("UTF-8"), BOM: 3}, true
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return Guess{Name: UTF16LE, Confidence: 1, Why: why("UTF-16 LE"), BOM: 2}, true
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return Guess{Name: UTF16BE, Confidence: 1, Why: why("UTF-16 BE"), BOM: 2}, true
	}
	return Guess{}, false
}

// wide looks for UTF-16 without a mark: text whose decoded form is common.
func wide(b []byte) (Guess, bool) {
	b = b[:len(b)&^1]
	if len(b) < 4 {
		return Guess{}, false
	}
	best, bestShare := "", 0.0
	for side, name := range []string{UTF16BE, UTF16LE} {
		if share, ok := wideShare(b, side == 0); ok && share > bestShare {
			best, bestShare = name, share
		}
	}
	// Real text in a byte encoding has no zeros and, read as UTF-16, next to no
	// common characters.
	if bestShare < 0.45 || bytes.IndexByte(b, 0) < 0 && utf8.Valid(b) {
		return Guess{}, false
	}
	return Guess{Name: best, Confidence: math.Min(0.99, 0.5+bestShare/2), Why: spec.Text{
		ZH: fmt.Sprintf("按 %s 解码后 %.0f%% 是常见字符", best, 100*bestShare), EN: fmt.Sprintf("decoded as %s, %.0f%% are common characters", best, 100*bestShare)}}, true
}

func wideShare(b []byte, big bool) (float64, bool) {
	units := make([]uint16, len(b)/2)
	for i := range units {
		if big {
			units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
		} else {
			units[i] = uint16(b[2*i+1])<<8 | uint16(b[2*i])
		}
	}
	good, total := 0, 0
	for i, r := range utf16.Decode(units) {
		if r == utf8.RuneError && i+1 < len(units) || r < 0x20 && r != '\n' && r != '\r' && r != '\t' {
			return 0, false
		}
		total++
		if r < 0x80 || classes()[r]&isCommon != 0 || r >= 0x3000 && r < 0x3003 || r >= 0xFF00 && r < 0xFF20 {
			good++
		}
	}
	return float64(good) / float64(total), true
}

// utf8Damage counts damaged places and sound multi-byte characters; a character
// cut off at the end is not damage.
func utf8Damage(b []byte) (damaged, multi int) {
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			if len(b) < 4 && !utf8.FullRune(b) {
				return damaged, multi
			}
			damaged++
		} else {
			multi++
		}
		b = b[n:]
	}
	return damaged, multi
}

// judge decodes the sample and rates the result: about 1 for running text of the
// language, about 0 for chance. share is that of common among all wide characters.
func judge(sample []byte, name string) (score, share float64, bad int) {
	out, err := known(name).NewDecoder().Bytes(sample)
	if err != nil {
		return -1, 0, 0
	}
	var wideCount, common, letters, punctuation, kana, controls float64
	previous := rune(' ')
	runes := []rune(string(out))
	for i, r := range runes {
		switch {
		case r < 0x80:
		case r == utf8.RuneError:
			if i < len(runes)-1 { // the last may be cut off
				bad++
			}
		case r >= 0x80 && r < 0xA0 || r >= 0xE000 && r < 0xF900:
			controls++ // C1 or private use: nobody writes these
		case r >= 0x3040 && r < 0x3100:
			wideCount++
			kana++
		case r >= 0xFF61 && r < 0xFFA0:
			wideCount++ // half-width katakana: what GB becomes when read as Shift_JIS
		case r >= 0x3001 && r < 0x3020 || r >= 0xFF00 && r < 0xFF61 || r >= 0x2010 && r < 0x2030:
			punctuation++
		case r < 0x250:
			wideCount++
			if unicode.IsLetter(r) && (unicode.IsLetter(previous) && previous < 0x250 || i+1 < len(runes) && runes[i+1] < 0x250 && unicode.IsLetter(runes[i+1])) {
				letters++
			}
		default:
			wideCount++
			if c := classes()[r]; c&isCommon != 0 || name == EUCKR && c&isHangul != 0 {
				common++
			} else if name == EUCKR && r >= 0xAC00 && r < 0xD7A4 {
				common += 0.4
			}
		}
		previous = r
	}
	if wideCount == 0 {
		return -0.5 + 0.1*punctuation/(punctuation+1), 0, bad
	}
	good := common
	switch name {
	case EUCJP, SJIS:
		good += 0.95 * kana
	case GB18030, Big5:
		// GB and Big5 have kana too; a Chinese text hardly holds them.
		good += 0.05 * kana
	case CP1252:
		// é between letters is French; é beside é is Chinese read wrong.
		good = 0.9 * letters * math.Max(0, 1-3*wideCount/float64(max(1, len(runes))))
	}
	share = good / wideCount
	return share + 0.02*math.Min(1, punctuation) - 3*(float64(bad)+controls)/(wideCount+float64(bad)+controls), share, bad
}
