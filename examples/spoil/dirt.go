package spoil

import (
	"fmt"
	"html"
	"math/rand/v2"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhuomo/examples"
)

// addDirt soils the texts of rows. Each kind has its own share of the rows that
// it can soil; several may hit one row. The order is that of a text's life: it is
// typed, pasted into a page, and read by the wrong table last.
func (w *works) addDirt() {
	r := w.stream(streamDirt)
	for _, s := range w.sessions {
		for i := range s.records {
			if rec := &s.records[i]; rec.raw == nil && rec.fields == 0 && (rec.want != nil || hasKind(rec, Template)) {
				soil(r, rec, s.file)
			}
		}
	}
}

func hasKind(rec *record, kind string) bool {
	return strings.Contains(strings.Join(rec.kinds, " "), kind)
}

// dirt is one way to soil a text; it answers the text itself when it cannot.
type dirt struct {
	kind  string
	share float64
	do    func(r *rand.Rand, rec *record, file int) string
}

var dirts = []dirt{
	{Pinyin, 0.03, func(r *rand.Rand, rec *record, _ int) string { return gloss(r, rec.text) }},
	{Script, 0.06, func(r *rand.Rand, rec *record, _ int) string { return mixScripts(r, rec.text) }},
	{Punctuation, 0.06, func(r *rand.Rand, rec *record, _ int) string { return halfMarks(r, rec.text) }},
	{Width, 0.10, func(r *rand.Rand, rec *record, _ int) string { return widen(r, rec.text) }},
	{Space, 0.04, func(r *rand.Rand, rec *record, _ int) string { return addSpaces(r, rec.text) }},
	{Tag, 0.025, addTags},
	{Entity, 0.025, func(r *rand.Rand, rec *record, _ int) string { return addEntities(r, rec.text) }},
	{Invisible, 0.03, func(r *rand.Rand, rec *record, file int) string { return addInvisible(r, rec.text, file) }},
	{Mojibake, 0.07, func(r *rand.Rand, rec *record, _ int) string { return misread(r, rec.text) }},
}

func soil(r *rand.Rand, rec *record, file int) {
	for _, d := range dirts {
		if r.Float64() >= d.share {
			continue
		}
		if dirty := d.do(r, rec, file); dirty != rec.text {
			rec.text = dirty
			rec.plant(d.kind)
		}
	}
}

var half = map[rune]rune{'，': ',', '？': '?', '！': '!', '；': ';', '：': ':'}

// halfMarks types marks in half width, all or some, where the house style tells
// how to restore them.
func halfMarks(r *rand.Rand, s string) string {
	all := r.IntN(2) == 0
	in := []rune(s)
	for i, c := range in {
		if h, ok := half[c]; ok && (all || r.IntN(2) == 0) {
			in[i] = h
			if examples.Tidy(string(in)) != s {
				in[i] = c
			}
		}
	}
	return string(in)
}

// widen types letters and digits in full width, as an input method left in that
// mode does: a run of them, or all.
func widen(r *rand.Rand, s string) string {
	all := r.IntN(2) == 0
	in := []rune(s)
	for i := 0; i < len(in); {
		end := i
		for end < len(in) && in[end] < 0x80 && (unicode.IsLetter(in[end]) || unicode.IsDigit(in[end])) {
			end++
		}
		if end > i && (all || r.IntN(2) == 0) {
			for ; i < end; i++ {
				in[i] += 0xFEE0
			}
		}
		i = max(end, i+1)
	}
	return string(in)
}

// addSpaces puts blanks where none belong.
func addSpaces(r *rand.Rand, s string) string {
	in := []rune(s)
	blank := func() string { return pick(r, []string{" ", "  ", "\u3000", "\u00a0", "\t", "   "}) }
	var out strings.Builder
	places := 1 + r.IntN(3)
	if r.IntN(4) == 0 {
		out.WriteString(blank())
	}
	for i, c := range in {
		out.WriteRune(c)
		last := i == len(in)-1
		switch {
		case last && r.IntN(3) == 0:
			out.WriteString(blank())
		case c == ' ' && r.IntN(2) == 0:
			out.WriteString(" ")
		case !last && places > 0 && isHan(c) && isHan(in[i+1]) && r.IntN(len(in)) < 3:
			out.WriteString(blank())
			places--
		}
	}
	if dirty := out.String(); examples.Tidy(dirty) == examples.Tidy(s) {
		return dirty
	}
	return s
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// addTags pastes the line from a page.
func addTags(r *rand.Rand, rec *record, _ int) string {
	s := rec.text
	if strings.ContainsAny(s, "<>&") {
		return s
	}
	switch r.IntN(6) {
	case 0:
		return pick(r, []string{"<p>", "<P class=\"msg\">"}) + s + "</p>"
	case 1:
		return `<span style="color:#333;font-size:14px">` + s + "</span>"
	case 2:
		return "<div><font size=2>" + s + "</font></div>"
	case 3:
		return s + pick(r, []string{"<br>", "<br/>", "<BR />"})
	case 4:
		in := []rune(s)
		from := r.IntN(len(in))
		to := from + 1 + r.IntN(len(in)-from)
		return string(in[:from]) + "<b>" + string(in[from:to]) + "</b>" + string(in[to:])
	}
	for i, c := range s { // a break after the first mark: one line or two, both are right
		if end := i + utf8.RuneLen(c); (c == '，' || c == '。' || c == '！') && end < len(s) && rec.want != nil {
			before, after, _ := strings.Cut(rec.want[0], string(c))
			if strings.Count(rec.want[0], string(c)) == strings.Count(s, string(c)) && !strings.HasPrefix(after, " ") {
				rec.want = append(rec.want, before+string(c)+"\n"+after)
				return s[:end] + "<br>" + s[end:]
			}
			break
		}
	}
	return "<p>" + s + "</p>"
}

var named = map[rune]string{'“': "&ldquo;", '”': "&rdquo;", '…': "&hellip;", '·': "&middot;", '<': "&lt;", '>': "&gt;", '"': "&quot;", '—': "&mdash;", '~': "&#126;"}

// addEntities escapes characters, once or twice.
func addEntities(r *rand.Rand, s string) string {
	if strings.Contains(s, "&") {
		return s
	}
	var out strings.Builder
	hits := 0
	for _, c := range s {
		name, known := named[c]
		switch {
		case known && (c == '<' || c == '>' || r.IntN(3) > 0):
			out.WriteString(name)
			hits++
		case isHan(c) && r.IntN(8) == 0:
			fmt.Fprintf(&out, pick(r, []string{"&#%d;", "&#x%X;"}), c)
			hits++
		default:
			out.WriteRune(c)
		}
	}
	if hits == 0 || r.IntN(4) == 0 {
		out.WriteString("&nbsp;")
	}
	if r.IntN(3) == 0 {
		return html.EscapeString(strings.ReplaceAll(out.String(), `"`, "&quot;"))
	}
	return out.String()
}

// unseen are characters without a shape. Controls cannot stand in a sheet.
var (
	unseen   = []rune{0x200B, 0xFEFF, 0x200E, 0x200C, 0x00AD, 0x2060, 0x202C}
	controls = []rune{0x01, 0x02, 0x07, 0x08, 0x1F, 0x7F}
)

func addInvisible(r *rand.Rand, s string, file int) string {
	set := unseen
	if file != fileXLSX && r.IntN(3) == 0 {
		set = controls
	}
	in := []rune(s)
	var out strings.Builder
	for left, i := 1+r.IntN(3), 0; i < len(in); i++ {
		out.WriteRune(in[i])
		if left > 0 && plain(in[i]) && (i+1 == len(in) || plain(in[i+1])) && r.IntN(len(in)) < 3 {
			out.WriteRune(pick(r, set))
			left--
		}
	}
	return out.String()
}

// plain characters may stand beside an invisible one without making an emoji.
func plain(r rune) bool { return isHan(r) || r < 0x80 && r > ' ' }

// misread reads the text's bytes by a wrong table, once or twice, where that can
// be undone without loss.
func misread(r *rand.Rand, s string) string {
	if strings.Count(s, "")-1 < 4 {
		return s
	}
	tables := [][]encoding.Encoding{
		{simplifiedchinese.GBK}, {charmap.ISO8859_1}, {charmap.Windows1252}, {charmap.Windows1252, charmap.Windows1252}, {charmap.ISO8859_1, charmap.ISO8859_1},
		{simplifiedchinese.GBK, charmap.Windows1252}, {charmap.Windows1252, simplifiedchinese.GBK}, {simplifiedchinese.GBK, simplifiedchinese.GBK},
	}
	out := s
	for _, table := range pick(r, tables) {
		wrong, err := table.NewDecoder().String(out)
		if err != nil || strings.ContainsRune(wrong, utf8.RuneError) {
			return s
		}
		back, err := table.NewEncoder().String(wrong)
		if err != nil || back != out {
			return s
		}
		out = wrong
	}
	for _, c := range out {
		if c < 0x20 || c == 0x85 || c >= 0xE000 && c < 0xF900 {
			return s // a line end, or bytes that have no character
		}
	}
	return out
}
