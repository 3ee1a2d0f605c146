package knowledge

import (
	"regexp"
	"slices"
)

// Warning tells that an entry being saved is close to another one.
type Warning struct {
	Kind     WarningKind `json:"kind" table:"提醒|warning"`
	EntryID  string      `json:"entry_id" table:"另一条|other entry"`
	Question string      `json:"question" table:"它的问题|its question"`
	Mine     string      `json:"mine" table:"这一条的问法|asked here"`
	Theirs   string      `json:"theirs" table:"那一条的问法|asked there"`
	Likeness float64     `json:"likeness"`
}

// WarningKind is what may be wrong.
type WarningKind string

const (
	Duplicate     WarningKind = "duplicate"     // 重复: nearly the same question, and an answer that does not disagree
	Contradiction WarningKind = "contradiction" // 矛盾: nearly the same question, another answer
)

// From which likeness on questions count as the same, and up to which answers
// count as different.
const (
	sameQuestion    = 0.75
	differentAnswer = 0.2
)

// Warn finds the entries in x that ask nearly what e asks, where some asker can
// meet both: one warning for each, at its most alike wording.
func Warn(e Entry, x *Index) []Warning {
	out := []Warning{}
	for _, mine := range append([]string{e.Question}, e.Variants...) {
		for _, h := range x.Search(mine, SearchOptions{Limit: 5, Drafts: true, Except: e.ID}) {
			if h.Likeness < sameQuestion {
				continue
			}
			other := x.entries[slices.IndexFunc(x.entries, func(o Entry) bool { return o.ID == h.EntryID })]
			if !e.Conditions.overlap(other.Conditions) {
				continue
			}
			w := Warning{Duplicate, h.EntryID, h.Question, mine, h.Wording, h.Likeness}
			if disagree(e.AnswerText(), other.AnswerText()) {
				w.Kind = Contradiction
			}
			if at := slices.IndexFunc(out, func(o Warning) bool { return o.EntryID == w.EntryID }); at < 0 {
				out = append(out, w)
			} else if out[at].Likeness < w.Likeness {
				out[at] = w
			}
		}
	}
	return out
}

var figure = regexp.MustCompile(`[0-9]+(?:[.:][0-9]+)?`)

// disagree tells whether two answers to one question say different things: they
// share next to no words, or each gives a figure that the other does not.
func disagree(a, b string) bool {
	if likeness(a, b) < differentAnswer {
		return true
	}
	x, y := figure.FindAllString(fold(a), -1), figure.FindAllString(fold(b), -1)
	lacks := func(from, in []string) bool {
		return slices.ContainsFunc(from, func(f string) bool { return !slices.Contains(in, f) })
	}
	return lacks(x, y) && lacks(y, x)
}
