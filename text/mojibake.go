package text

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// wrongReading is an encoding by which UTF-8 bytes are often read by mistake.
type wrongReading struct {
	name   string
	encode func(string) (string, bool) // back to the bytes that were misread
}

// hanziRank tells frequent characters from rare ones: 2 for the first level of
// GB 2312 and common traditional forms, 1 for the second level, 0 for others.
type hanziRank [1 << 16]uint8

var hanziRanks = sync.OnceValue(func() *hanziRank {
	var ranks hanziRank
	decoder := simplifiedchinese.GBK.NewDecoder()
	for row := byte(0xB0); row <= 0xF7; row++ {
		for cell := byte(0xA1); cell <= 0xFE; cell++ {
			out, err := decoder.Bytes([]byte{row, cell})
			r, _ := utf8.DecodeRune(out)
			if err != nil || !isHanzi(r) || r > 0xFFFF {
				continue
			}
			ranks[r] = 1
			if row <= 0xD7 {
				ranks[r] = 2
			}
		}
	}
	t := scriptTables()
	for simple, form := range t.traditional {
		if form != 0 && ranks[form] == 0 {
			ranks[form] = ranks[simple]
		}
	}
	return &ranks
})

// maxLayers is how often one text is repaired at most.
const maxLayers = 3

// RepairMojibake undoes readings of UTF-8 bytes by a wrong table (GBK, GB18030,
// windows-1252, Latin-1), up to three layers, and tells which tables they were,
// outermost first. A text is changed only when the repaired bytes are valid
// UTF-8 and read strictly better; sound text is returned as it is.
func RepairMojibake(text string) (repaired string, layers []string) {
	if isASCII(text) || !utf8.ValidString(text) { // broken bytes are no misreading
		return text, nil
	}
	repaired = text
	for range maxLayers {
		next, name := repairOnce(repaired)
		if name != "" {
			repaired, layers = next, append(layers, name)
			continue
		}
		if next, names := repairTwice(repaired); names != nil {
			repaired, layers = next, append(layers, names...)
		}
		break
	}
	if len(layers) == 0 {
		return text, nil
	}
	return repaired, layers
}

// repairOnce removes one layer from the whole text, or else from those stretches
// of it that are damaged (a good sentence with a damaged quotation in it).
func repairOnce(text string) (string, string) {
	if !suspicious(text) {
		return text, ""
	}
	before := strangeness(text)
	best, bestName := text, ""
	for _, table := range wrongReadings() {
		if next, ok := table.encode(text); ok && next != text {
			if after := strangeness(next); after < before-0.5 {
				best, bestName, before = next, table.name, after
			}
		}
	}
	if bestName != "" {
		return best, bestName
	}
	return repairParts(text)
}

// repairTwice removes two layers at once: what lies between them can look as
// strange as the text itself. Nothing strange may be left.
func repairTwice(text string) (string, []string) {
	if !suspicious(text) {
		return text, nil
	}
	before := strangeness(text)
	for _, outer := range wrongReadings() {
		between, ok := outer.encode(text)
		if !ok || between == text || !suspicious(between) {
			continue
		}
		for _, inner := range wrongReadings() {
			next, ok := inner.encode(between)
			if ok && next != between && !suspicious(next) && strangeness(next) < before/4 {
				return next, []string{outer.name, inner.name}
			}
		}
	}
	return text, nil
}

// suspicious is a cheap look for what misread UTF-8 is made of.
func suspicious(text string) bool {
	ranks := hanziRanks()
	for _, r := range text {
		switch {
		case r < 0x80:
		case r < 0x250, r == utf8.RuneError, r == 0x20AC, r >= 0x2013 && r <= 0x203A, r == 0x2122, r == 0x2C6, r == 0x2DC, r >= 0xE000 && r < 0xF900:
			return true
		case isHanzi(r) && (r > 0xFFFF || ranks[r] < 2):
			return true
		}
	}
	return false
}

// repairParts repairs the longest stretches without ASCII on their own.
func repairParts(text string) (string, string) {
	var out strings.Builder
	name := ""
	for at := 0; at < len(text); {
		end := at
		for end < len(text) && text[end] < 0x80 {
			end++
		}
		out.WriteString(text[at:end])
		at = end
		for end < len(text) && (text[end] >= 0x80 || text[end] == ' ') {
			end++
		}
		part := text[at:end]
		at = end
		for strings.HasSuffix(part, " ") {
			part, at = part[:len(part)-1], at-1
		}
		end = at
		if part == text || !suspicious(part) {
			out.WriteString(part)
			continue
		}
		before, better := strangeness(part), ""
		for _, table := range wrongReadings() {
			if next, ok := table.encode(part); ok {
				if after := strangeness(next); after < before-0.5 {
					better, before, name = next, after, table.name
				}
			}
		}
		if better == "" {
			better = part
		}
		out.WriteString(better)
	}
	if name == "" {
		return text, ""
	}
	return out.String(), name
}

// strangeness adds up how unlikely each character is in a text that people
// wrote: 0 for ASCII and frequent hanzi, high for what misreading brings forth.
// It is a sum: a repair shortens the text, and fewer strange characters win.
func strangeness(text string) float64 {
	ranks := hanziRanks()
	sum, latin := 0.0, 0
	previous := rune(0)
	for _, r := range text {
		switch {
		case r == utf8.RuneError:
			sum += 2
		case r < 0x20 && r != '\n' && r != '\t' && r != '\r', r >= 0x7F && r < 0xA0:
			sum += 3
		case r < 0x80:
		case r < 0x250:
			sum += 0.4
			if !unicode.IsLetter(r) || latin > 0 {
				sum += 0.8 // two in a row are rare in any language
			}
			if !unicode.IsLetter(r) && (r == '·' || r == '°' || r == '×' || r == '±' || r == '²' || r == '³' || r == '®' || r == '©' || r == '÷') && latin == 0 {
				sum -= 1.1
			}
			latin++
			previous = r
			continue
		case isHanzi(r):
			switch {
			case r > 0xFFFF:
				sum += 1
			case ranks[r] == 2:
				sum += 0.02
			case ranks[r] == 1:
				sum += 0.6
			default:
				sum += 1.3
			}
			if latin > 0 && previous < 0x250 {
				sum += 0.3
			}
		case r >= 0xE000 && r < 0xF900:
			sum += 2
		case r >= 0x3001 && r < 0x3020, r >= 0xFF00 && r < 0xFF66, r >= 0x2010 && r < 0x2030, IsEmoji(r), r == 0x200D, r == 0xFE0F:
			if latin > 0 {
				sum += 0.8
			}
		case r >= 0x20A0 && r < 0x2150, r >= 0x2C0 && r < 0x2E0:
			sum += 0.3
			if latin > 0 {
				sum += 0.8
			}
		default:
			sum += 0.3
		}
		latin = 0
		previous = r
	}
	return sum
}

var wrongReadings = sync.OnceValue(func() []wrongReading {
	return []wrongReading{
		{"gbk", func(s string) (string, bool) { return reencode(s, simplifiedchinese.GBK, false) }},
		{"gb18030", func(s string) (string, bool) { return reencode(s, simplifiedchinese.GB18030, true) }},
		{"windows-1252", func(s string) (string, bool) { return reencode(s, charmap.Windows1252, true) }},
		{"latin-1", func(s string) (string, bool) { return reencode(s, charmap.ISO8859_1, true) }},
	}
})

// reencode gives the bytes of text in the wrong table, read as UTF-8. Where
// lossless is false, bytes that the misreading lost (a ? or U+FFFD at the end of
// a character) are marked as U+FFFD instead of refused.
func reencode(text string, table encoding.Encoding, lossless bool) (string, bool) {
	encoder := table.NewEncoder()
	var out []byte
	for _, r := range text {
		switch {
		case r < 0x80:
			out = append(out, byte(r))
		case r == utf8.RuneError:
			if lossless {
				return "", false
			}
			out = append(out, 0xFF)
		case table == charmap.Windows1252 && r >= 0x80 && r < 0xA0:
			out = append(out, byte(r)) // the five holes of the table pass as controls
		case table == simplifiedchinese.GBK && r == '€':
			out = append(out, 0x80)
		default:
			b, err := encoder.Bytes([]byte(string(r)))
			if err != nil {
				return "", false
			}
			out = append(out, b...)
		}
	}
	if utf8.Valid(out) {
		return string(out), true
	}
	if lossless {
		return "", false
	}
	fixed, damaged := markDamage(out)
	// More than a third lost: what remains is no better than what was there.
	if damaged*3 > utf8.RuneCountInString(fixed) {
		return "", false
	}
	return fixed, true
}

// markDamage replaces every broken sequence by one U+FFFD; a lead byte followed
// by its continuations and a literal ? counts as one.
func markDamage(b []byte) (string, int) {
	var out strings.Builder
	damaged := 0
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r != utf8.RuneError || n > 1 {
			out.WriteRune(r)
			b = b[n:]
			continue
		}
		n = 1
		for n < len(b) && n < 3 && b[n]&0xC0 == 0x80 && b[0] >= 0xC0 {
			n++
		}
		if n < len(b) && (b[n] == '?' || b[n] == 0xFF) && b[0] >= 0xE0 {
			n++
		}
		out.WriteRune(utf8.RuneError)
		damaged++
		b = b[n:]
	}
	return out.String(), damaged
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
