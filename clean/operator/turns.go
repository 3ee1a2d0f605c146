package operator

import (
	"strings"
	"unicode"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/text"
)

// turn is one row of a session as duplicates compare it.
type turn struct {
	id      dataset.RowID
	speaker string
	key     string // folded text; the text itself when nothing is left of it
}

// turnSketch collects the turns of every session in order.
type turnSketch struct {
	roles
	sessions map[string][]turn
	order    []string // sessions by first appearance
}

func newTurnSketch(r roles) *turnSketch { return &turnSketch{roles: r, sessions: map[string][]turn{}} }

func (s *turnSketch) Add(row dataset.Row) {
	t := turn{id: row.ID, key: text.CompareKey(row.Values[s.text])}
	if t.key == "" {
		t.key = strings.TrimSpace(row.Values[s.text])
	}
	if s.speaker >= 0 {
		t.speaker = row.Values[s.speaker]
	}
	s.append(row.Values[s.session], t)
}

func (s *turnSketch) append(session string, turns ...turn) {
	if _, ok := s.sessions[session]; !ok {
		s.order = append(s.order, session)
	}
	s.sessions[session] = append(s.sessions[session], turns...)
}

func (s *turnSketch) Merge(later clean.Sketch) {
	l := later.(*turnSketch)
	for _, session := range l.order {
		s.append(session, l.sessions[session]...)
	}
}

// asideStep sets the rows aside that Decide named.
type asideStep map[dataset.RowID]clean.Reason

func (s asideStep) Clean(row dataset.Row) clean.Outcome {
	if reason, ok := s[row.ID]; ok {
		return clean.SetAside(row, reason)
	}
	return clean.Keep(row)
}

// sameNumbers reports whether two keys hold the same digits: “订3间” and
// “订4间” are never near-duplicates.
func sameNumbers(a, b string) bool {
	digits := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsNumber(r) || strings.ContainsRune("一二两三四五六七八九十百千半", r) {
				return r
			}
			return -1
		}, s)
	}
	return digits(a) == digits(b)
}
