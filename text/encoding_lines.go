package text

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// Line is one decoded line without its end.
type Line struct {
	Text   string
	Number int    // from 1
	Offset int64  // bytes from the start of the file
	Length int64  // bytes in the file, line end included
	End    string // the line end, "" for a last line without one
	Bad    int    // damaged places, each kept as U+FFFD
	As     string // the encoding this line really has, when it differs from the file's
}

// LongLine is the error of a line beyond the limit.
type LongLine struct {
	Number int
	Offset int64
	Limit  int
}

func (e *LongLine) Error() string {
	return fmt.Sprintf("line %d at byte %d is longer than %d bytes", e.Number, e.Offset, e.Limit)
}

// ErrUnknownEncoding is answered for a name that CanonicalEncoding does not know.
var ErrUnknownEncoding = errors.New("unknown encoding")

// Lines reads a text line by line, whatever its encoding, and remembers where
// each line lay. Damaged bytes never stop it: a line that another encoding reads
// without fault is read by that, else the damage becomes U+FFFD.
//
// Lines end in \n or \r\n; in \r only if the first block has no \n.
// Memory: one block (1 MiB) or the longest line. Texts share their block's
// memory: clone what outlives its neighbours.
type Lines struct {
	from     io.Reader
	encoding string
	limit    int
	wide     int // bytes of a code unit: 1, or 2 for UTF-16

	raw     []byte // bytes read, not yet given
	block   string // whole lines
	sound   bool   // block is valid UTF-8
	at      int    // next byte of block
	offset  int64  // of block[at] in the file
	number  int
	end     bool
	eol     byte
	decoded []byte
}

const lineBlock = 1 << 20

// NewLines reads from with the named encoding; skip is the length of the byte
// order mark. limit is the longest line in bytes.
func NewLines(from io.Reader, encoding string, skip int, limit int) (*Lines, error) {
	name := CanonicalEncoding(encoding)
	if name == "" {
		return nil, fmt.Errorf("%w: %s", ErrUnknownEncoding, encoding)
	}
	if _, err := io.CopyN(io.Discard, from, int64(skip)); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	l := &Lines{from: from, encoding: name, limit: limit, wide: 1, offset: int64(skip)}
	if name == UTF16LE || name == UTF16BE {
		l.wide = 2
	}
	return l, nil
}

// Next gives the next line, io.EOF after the last, or a *LongLine.
func (l *Lines) Next() (Line, error) {
	if l.at >= len(l.block) {
		if err := l.fill(); err != nil {
			return Line{}, err
		}
	}
	rest := l.block[l.at:]
	size, cut, end := l.cut(rest)
	if size > l.limit {
		return Line{}, &LongLine{l.number + 1, l.offset, l.limit}
	}
	line := Line{Number: l.number + 1, Offset: l.offset, Length: int64(size), End: end}
	l.decode(rest[:cut], &line)
	l.number, l.at, l.offset = l.number+1, l.at+size, l.offset+int64(size)
	return line, nil
}

// cut finds the first line of s: its size with and without the line end.
func (l *Lines) cut(s string) (size, text int, end string) {
	if l.wide == 2 {
		return l.cutWide(s)
	}
	i := strings.IndexByte(s, l.eol)
	if i < 0 {
		return len(s), len(s), ""
	}
	if l.eol == '\n' && i > 0 && s[i-1] == '\r' {
		return i + 1, i - 1, "\r\n"
	}
	return i + 1, i, s[i : i+1]
}

func (l *Lines) cutWide(s string) (size, text int, end string) {
	for i := 0; i+1 < len(s); i += 2 {
		if l.unit(s, i) != uint16(l.eol) {
			continue
		}
		if l.eol == '\n' && i >= 2 && l.unit(s, i-2) == '\r' {
			return i + 2, i - 2, "\r\n"
		}
		return i + 2, i, string(rune(l.eol))
	}
	return len(s), len(s), ""
}

func (l *Lines) unit(s string, i int) uint16 {
	if l.encoding == UTF16BE {
		return uint16(s[i])<<8 | uint16(s[i+1])
	}
	return uint16(s[i+1])<<8 | uint16(s[i])
}

// fill makes the next block of whole lines.
func (l *Lines) fill() error {
	want := lineBlock
	for {
		if !l.end {
			have := len(l.raw)
			if cap(l.raw) < want {
				l.raw = append(make([]byte, 0, want), l.raw...)
			}
			n, err := io.ReadFull(l.from, l.raw[have:want])
			l.raw = l.raw[:have+n]
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				l.end = true
			} else if err != nil {
				return err
			}
		}
		if len(l.raw) == 0 {
			return io.EOF
		}
		if l.eol == 0 {
			l.eol = '\n'
			if !l.has('\n') && l.has('\r') {
				l.eol = '\r'
			}
		}
		if cut := l.last(); cut > 0 || l.end {
			if l.end {
				cut = len(l.raw)
			}
			l.block, l.at = string(l.raw[:cut]), 0
			l.raw = append(l.raw[:0], l.raw[cut:]...)
			l.sound = l.encoding == UTF8 && utf8.ValidString(l.block)
			return nil
		}
		if len(l.raw) > l.limit {
			return &LongLine{l.number + 1, l.offset, l.limit}
		}
		want = min(2*want, l.limit+lineBlock)
	}
}

func (l *Lines) has(c byte) bool {
	if l.wide == 1 {
		return bytes.IndexByte(l.raw, c) >= 0
	}
	s := string(l.raw)
	for i := 0; i+1 < len(s); i += 2 {
		if l.unit(s, i) == uint16(c) {
			return true
		}
	}
	return false
}

// last is the end of the last whole line in raw, 0 if there is none.
func (l *Lines) last() int {
	if l.wide == 1 {
		return bytes.LastIndexByte(l.raw, l.eol) + 1
	}
	for i := len(l.raw)&^1 - 2; i >= 0; i -= 2 {
		a, b := l.raw[i], l.raw[i+1]
		if l.encoding == UTF16BE {
			a, b = b, a
		}
		if a == l.eol && b == 0 {
			return i + 2
		}
	}
	return 0
}

// decode turns the raw bytes of one line into text.
func (l *Lines) decode(raw string, line *Line) {
	switch {
	case l.sound:
		line.Text = raw
	case l.wide == 2:
		line.Text, line.Bad = l.decodeWide(raw)
	case ascii(raw):
		line.Text = raw
	case l.encoding == UTF8:
		if utf8.ValidString(raw) {
			line.Text = raw
			return
		}
		if name, text := l.other(raw); name != "" {
			line.Text, line.As = text, name
			return
		}
		line.Text, line.Bad = repair(raw)
	default:
		line.Text, line.Bad = l.table(l.encoding, raw)
		if l.encoding == CP1252 || !utf8.ValidString(raw) {
			return
		}
		// Bytes that are sound UTF-8 and read as common characters were written as
		// UTF-8, even where the file's own table happens to have a character for them.
		if there, here := commonShare(raw), commonShare(line.Text); there > 0.3 && there > here || line.Bad > 0 {
			line.Text, line.As, line.Bad = raw, UTF8, 0
		}
	}
}

func (l *Lines) decodeWide(raw string) (string, int) {
	units := make([]uint16, 0, len(raw)/2)
	for i := 0; i+1 < len(raw); i += 2 {
		units = append(units, l.unit(raw, i))
	}
	bad := 0
	runes := utf16.Decode(units)
	for _, r := range runes {
		if r == utf8.RuneError {
			bad++
		}
	}
	text := string(runes)
	if len(raw)%2 == 1 {
		text, bad = text+"\uFFFD", bad+1
	}
	return text, bad
}

// table decodes by a table and counts what it has no character for.
func (l *Lines) table(name, raw string) (string, int) {
	decoder := known(name).NewDecoder()
	if need := 4*len(raw) + 16; cap(l.decoded) < need {
		l.decoded = make([]byte, need)
	}
	l.decoded = l.decoded[:cap(l.decoded)]
	n, _, err := decoder.Transform(l.decoded, []byte(raw), true)
	if err != nil && !errors.Is(err, transform.ErrShortSrc) {
		return repair(raw)
	}
	text := string(l.decoded[:n])
	return text, strings.Count(text, "\uFFFD")
}

// other finds the table that reads a damaged UTF-8 line without fault and as
// plausible text.
func (l *Lines) other(raw string) (name, text string) {
	best := 0.3
	for _, candidate := range []string{GB18030, Big5, EUCKR, SJIS, EUCJP} {
		score, share, bad := judge([]byte(raw), candidate)
		if bad == 0 && share > 0 && score > best {
			if t, damage := l.table(candidate, raw); damage == 0 {
				best, name, text = score, candidate, t
			}
		}
	}
	return name, text
}

// commonShare is the share of common hanzi among the characters beyond ASCII.
func commonShare(s string) float64 {
	common, all := 0, 0
	for _, r := range s {
		if r < 0x80 || r >= 0x3000 && r < 0x3020 || r >= 0xFF00 && r < 0xFF66 {
			continue
		}
		all++
		if classes()[r]&isCommon != 0 {
			common++
		}
	}
	if all == 0 {
		return 0
	}
	return float64(common) / float64(all)
}

// repair keeps what is sound UTF-8 and puts U+FFFD for each damaged place.
func repair(raw string) (string, int) {
	bad := 0
	var b strings.Builder
	b.Grow(len(raw) + 8)
	for len(raw) > 0 {
		r, n := utf8.DecodeRuneInString(raw)
		if r == utf8.RuneError && n == 1 {
			bad++
		}
		b.WriteRune(r)
		raw = raw[n:]
	}
	return b.String(), bad
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Decode turns a whole text into UTF-8 and counts the damaged places. "" as the
// encoding means detect.
func Decode(b []byte, encoding string) (string, Guess, int, error) {
	g := Detect(b)
	if encoding != "" {
		name := CanonicalEncoding(encoding)
		if name != g.Name {
			g = Guess{Name: name, Confidence: 1}
		}
	}
	lines, err := NewLines(bytes.NewReader(b), g.Name, g.BOM, len(b)+1)
	if err != nil {
		return "", g, 0, fmt.Errorf("%w: %s", ErrUnknownEncoding, encoding)
	}
	var out strings.Builder
	out.Grow(len(b))
	bad := 0
	for {
		line, err := lines.Next()
		if errors.Is(err, io.EOF) {
			return out.String(), g, bad, nil
		}
		if err != nil {
			return "", g, bad, err
		}
		out.WriteString(line.Text)
		bad += line.Bad
		out.WriteString(line.End)
	}
}
