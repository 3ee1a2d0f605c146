package spoil

import (
	"math/rand/v2"
	"strings"
	"time"

	"zhuomo/examples"
)

// What record.fields means beside a count: below zero, the rest of a line that
// was cut after so many fields.
const (
	unquoted   = 5 // all fields, the text without quotes
	strayQuote = 6 // all fields, the text begins with a quote that never ends
)

// breakRows breaks rows so that nobody can use them, adds rubbish, and shifts
// fields in ways that can be undone. Sessions with a twin are left whole: which
// of two broken twins should stay has no answer.
func (w *works) breakRows() {
	r := w.stream(streamBroken)
	for _, s := range w.sessions {
		for i := 0; i < len(s.records); i++ {
			rec := &s.records[i]
			if rec.turn == 0 || rec.group > 0 || s.twin || r.Float64() >= 0.035 {
				continue
			}
			if s.file == fileCSV && r.IntN(2) == 0 {
				i += s.breakLine(r, i)
				continue
			}
			switch r.IntN(5) {
			case 0:
				rec.text = pick(r, []string{"", "", " ", "　"})
			case 1:
				rec.noSpeaker = true
			case 2:
				rec.text = strings.Repeat("\ufffd", 4+r.IntN(12)) + pick(r, []string{"", "?", "好"})
			case 3:
				rec.text = strings.Repeat("锟斤拷", 2+r.IntN(4))
			default:
				rec.text = junk(r)
			}
			rec.want = nil
			rec.plant(Broken)
		}
	}
}

// breakLine breaks a line of the CSV file and tells how many lines it added.
func (s *session) breakLine(r *rand.Rand, i int) int {
	rec := &s.records[i]
	switch r.IntN(8) {
	case 0: // a line end in the middle: two lines, neither whole
		rest := record{at: rec.at, speaker: rec.speaker, text: rec.text, kinds: []string{Broken}}
		rec.want, rec.fields = nil, 1+r.IntN(3)
		rest.fields = -rec.fields
		rec.plant(Broken)
		s.insert(i+1, rest)
		return 1
	case 1: // the end of the line is missing
		rec.want, rec.fields = nil, 1+r.IntN(4)
		rec.plant(Broken)
	case 2: // a line of something else
		s.insert(i+1, record{at: rec.at.Add(time.Second), raw: binary(r), kinds: []string{Broken}})
		return 1
	case 3, 4, 5: // a comma that should have been quoted
		if bare := strings.Replace(rec.text, "，", ",", 1); bare != rec.text && examples.Tidy(bare) == rec.text && !strings.Contains(rec.text, `"`) {
			rec.text, rec.fields = bare, unquoted
			rec.plant(Ragged)
			rec.plant(Punctuation)
		}
	default: // a quote without a partner: kept or dropped, both are right
		if !strings.Contains(rec.text, `"`) {
			rec.want = append(rec.want, `"`+rec.want[0])
			rec.fields = strayQuote
			rec.plant(Ragged)
		}
	}
	return 0
}

// junk is what a log holds where a picture or a voice should be.
func junk(r *rand.Rand) string {
	const signs = "#$%^&*|\\{}[]<>+=@`_"
	out := make([]byte, 8+r.IntN(30))
	for i := range out {
		out[i] = signs[r.IntN(len(signs))]
	}
	return string(out)
}

// binary is a line of bytes that are no text: no line end, comma or quote.
func binary(r *rand.Rand) []byte {
	out := make([]byte, 20+r.IntN(60))
	for i := range out {
		for {
			out[i] = byte(1 + r.IntN(255))
			if !strings.ContainsRune("\r\n,\"", rune(out[i])) {
				break
			}
		}
	}
	return out
}
