package text

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/traditionalchinese"
)

func encode(t testing.TB, name, s string) []byte {
	t.Helper()
	switch name {
	case UTF8:
		return []byte(s)
	case UTF16LE, UTF16BE:
		var out []byte
		for _, u := range utf16.Encode([]rune(s)) {
			if name == UTF16LE {
				out = append(out, byte(u), byte(u>>8))
			} else {
				out = append(out, byte(u>>8), byte(u))
			}
		}
		return out
	}
	out, err := known(name).NewEncoder().Bytes([]byte(s))
	if err != nil {
		return nil
	}
	return out
}

func TestDetectTellsLanguagesAndTablesApart(t *testing.T) {
	for _, c := range []struct{ want, text string }{
		{GB18030, "你好，我想问一下这个订单什么时候能到，已经三天了，谢谢。"},
		{GB18030, "酒店的早餐時間是幾點？我們明天想早一點出門。"},
		{Big5, "酒店的早餐時間是幾點？我們明天想早一點出門。"},
		{UTF8, "你好"},
		{UTF8, "plain ascii"},
		{UTF16LE, "编号,内容\n1,你好，我想退票\n2,谢谢您的帮助"},
		{UTF16BE, "编号,内容\n1,你好，我想退票\n2,谢谢您的帮助"},
		{SJIS, "すみません、駅はどこですか。今日は東京へ行きます。"},
		{EUCJP, "すみません、駅はどこですか。今日は東京へ行きます。"},
		{EUCKR, "안녕하세요. 주문한 것이 아직 도착하지 않았습니다. 확인해 주시기 바랍니다."},
		{CP1252, "Le détail du café est déjà arrivé à l'hôtel, très bien."},
		{CP1252, "Größe und Qualität für Übernachtung, schön."},
	} {
		if got := Detect(encode(t, c.want, c.text)); got.Name != c.want {
			t.Errorf("%q as %s was taken for %s (%v, %s)", c.text, c.want, got.Name, got.Confidence, got.Why.EN)
		} else if got.Why.ZH == "" || got.Why.EN == "" {
			t.Errorf("%s: no reason in both languages", c.want)
		}
	}
}

func TestDetectReadsTheMark(t *testing.T) {
	for mark, want := range map[string]string{"\xef\xbb\xbf": UTF8, "\xff\xfe": UTF16LE, "\xfe\xff": UTF16BE} {
		if g := Detect([]byte(mark + "ab")); g.Name != want || g.BOM != len(mark) || g.Confidence != 1 {
			t.Errorf("%x: %+v", mark, g)
		}
	}
}

// TestDetectOnRealText holds the bar of 99.5 % on whole files and on snippets
// of 20 to 60 hanzi cut from real text.
func TestDetectOnRealText(t *testing.T) {
	sets := os.Getenv("ZHUOMO_SETS")
	if sets == "" {
		t.Skip("needs the set encodings-zh: set ZHUOMO_SETS")
	}
	folder := filepath.Join(sets, "encodings-zh")
	for file, want := range map[string]string{
		"a-gbk-crlf.csv": GB18030, "b-gb18030.csv": GB18030, "c-big5.csv": Big5, "d-utf8-bom.csv": UTF8,
		"e-utf16le-bom.csv": UTF16LE, "g-mojibake-latin1.csv": UTF8, "h-mojibake-gbk-lossy.csv": UTF8,
		"i-markup-width-dups.csv": UTF8, "j-gbk-cr-only.csv": GB18030, "gold.csv": UTF8,
	} {
		b, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}
		if g := Detect(b); g.Name != want {
			t.Errorf("%s: %s, want %s", file, g.Name, want)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	right, total := 0, 0
	for file, names := range map[string][]string{
		"gold.csv":      {UTF8, GB18030, UTF16LE, UTF16BE},
		"gold-hant.csv": {UTF8, GB18030, Big5, UTF16LE, UTF16BE},
	} {
		for _, text := range realTexts(t, filepath.Join(folder, file)) {
			for _, name := range names {
				for range 2 {
					s := snippet(rng, text, 20+rng.IntN(41))
					if s == "" {
						continue
					}
					b := encode(t, name, s)
					if b == nil {
						continue
					}
					total++
					if g := Detect(b); g.Name == name {
						right++
					} else if total-right < 10 {
						t.Logf("%q as %s was taken for %s (%s)", s, name, g.Name, g.Why.EN)
					}
				}
			}
		}
	}
	t.Logf("%d of %d snippets right (%.2f %%)", right, total, 100*float64(right)/float64(total))
	if total < 500 || float64(right) < 0.995*float64(total) {
		t.Errorf("%d of %d snippets right, the bar is 99.5 %%", right, total)
	}
}

func realTexts(t *testing.T, path string) []string {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i := 1; i < len(records); i++ {
		text := ""
		for j := i; j < len(records) && hanzi(text) < 80; j++ {
			text += records[j][len(records[j])-1]
		}
		out = append(out, text)
	}
	return out
}

func hanzi(s string) (n int) {
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			n++
		}
	}
	return n
}

// snippet cuts a piece with n hanzi at a random place.
func snippet(rng *rand.Rand, s string, n int) string {
	runes := []rune(s)
	if hanzi(s) < n {
		return ""
	}
	from := rng.IntN(len(runes))
	count, to := 0, from
	for to < len(runes) && count < n {
		if unicode.Is(unicode.Han, runes[to]) {
			count++
		}
		to++
	}
	if count < n {
		return ""
	}
	return string(runes[from:to])
}

func readLines(t *testing.T, b []byte, encoding string, limit int) []Line {
	t.Helper()
	lines, err := NewLines(bytes.NewReader(b), encoding, 0, limit)
	if err != nil {
		t.Fatal(err)
	}
	var out []Line
	for {
		line, err := lines.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, line)
	}
}

func TestLinesKnowTheirPlaceInEveryEncoding(t *testing.T) {
	for _, name := range []string{UTF8, GB18030, UTF16LE, UTF16BE} {
		for _, eol := range []string{"\n", "\r\n", "\r"} {
			want := []string{"编号,内容", "", "1,你好|退票", "2,末行"}
			b := encode(t, name, strings.Join(want, eol))
			lines := readLines(t, b, name, 1<<20)
			if len(lines) != len(want) {
				t.Fatalf("%s %q: %d lines", name, eol, len(lines))
			}
			for i, l := range lines {
				raw := string(b[l.Offset : l.Offset+l.Length])
				expect := want[i]
				if l.End != "" {
					expect += eol
				}
				if l.Text != want[i] || l.Number != i+1 || raw != string(encode(t, name, expect)) || l.Bad != 0 || l.As != "" {
					t.Errorf("%s %q line %d: %+v, raw %q", name, eol, i, l, raw)
				}
			}
		}
	}
}

func TestDamageIsKeptAndCounted(t *testing.T) {
	lines := readLines(t, []byte("好的\n坏\xff字节\xfe\n又好\n"), UTF8, 1<<20)
	if lines[1].Text != "坏\ufffd字节\ufffd" || lines[1].Bad != 2 || lines[0].Bad+lines[2].Bad != 0 {
		t.Errorf("%+v", lines)
	}
}

func TestALineInAnotherEncodingIsReadByIt(t *testing.T) {
	gbk := encode(t, GB18030, "这一行是另外一种编码的文字")
	mixed := append(append([]byte("这一行是统一码的文字\n"), gbk...), '\n')
	for _, name := range []string{UTF8, GB18030} {
		lines := readLines(t, mixed, name, 1<<20)
		if lines[0].Text != "这一行是统一码的文字" || lines[1].Text != "这一行是另外一种编码的文字" {
			t.Errorf("as %s: %+v", name, lines)
		}
		if (lines[0].As != "") == (lines[1].As != "") {
			t.Errorf("as %s: exactly one line differs, got %q and %q", name, lines[0].As, lines[1].As)
		}
	}
	big5, err := traditionalchinese.Big5.NewEncoder().String("台北的旅館在哪裡？請告訴我")
	if err != nil {
		t.Fatal(err)
	}
	if l := readLines(t, []byte("統一碼\n"+big5), UTF8, 1<<20); l[1].As != Big5 || l[1].Text != "台北的旅館在哪裡？請告訴我" {
		t.Errorf("%+v", l)
	}
}

func TestAVeryLongLineIsRefusedWithItsPlace(t *testing.T) {
	in := io.MultiReader(strings.NewReader("first\n"), io.LimitReader(zeros{}, 64<<20))
	lines, err := NewLines(in, UTF8, 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lines.Next(); err != nil {
		t.Fatal(err)
	}
	_, err = lines.Next()
	var long *LongLine
	if !errors.As(err, &long) || long.Number != 2 || long.Offset != 6 {
		t.Errorf("%v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("a\nb\r\n\xff\xfe"), uint8(0))
	f.Add([]byte("\x00a\x00\n"), uint8(4))
	f.Add([]byte("\x81\x30\x81"), uint8(1))
	f.Fuzz(func(t *testing.T, b []byte, which uint8) {
		names := Encodings()
		name := names[int(which)%len(names)]
		Detect(b)
		covered := int64(0)
		for _, l := range readLines(t, b, name, len(b)+1) {
			if l.Offset != covered || !utf8.ValidString(l.Text) {
				t.Fatalf("line at %d, expected at %d, or not UTF-8: %q", l.Offset, covered, l.Text)
			}
			covered += l.Length
		}
		if covered != int64(len(b)) {
			t.Fatalf("%d of %d bytes were given", covered, len(b))
		}
	})
}
