package knowledge

import (
	"cmp"
	"context"
	"slices"
	"unicode/utf8"

	"zhuomo/internal/db"
	"zhuomo/text"
)

// Mined is something a customer said that may be another way to ask an entry's
// question.
type Mined struct {
	EntryID  string  `json:"entry_id" table:"条目|entry"`
	Text     string  `json:"text" table:"说法|said"`
	Likeness float64 `json:"likeness" table:"相似|likeness"`
	Times    int     `json:"times" table:"次数|times"`
	Why      WhyNot  `json:"why" table:"当时|then" enum:"unanswered,disliked,elsewhere" doc:"当时：没答上、被点踩、别处答的|then: not answered, disliked, answered from elsewhere"`
	TurnID   string  `json:"turn_id" doc:"最近一次这样说的话轮|the last turn that said so"`
}

// WhyNot is why a sentence is proposed.
type WhyNot string

const (
	NotAnswered WhyNot = "unanswered"
	WasDisliked WhyNot = "disliked"
	Elsewhere   WhyNot = "elsewhere" // by the flow, or from another entry
)

// What is near enough to be proposed: a sentence that went wrong may be further
// off than one that was answered from elsewhere. A second entry that is as near
// makes it nobody's.
const (
	minedTurns       = 2_000
	nearWhenWrong    = .4
	nearWhenAnswered = .6
	ownMargin        = .08
	foundAnyway      = .95 // a wording this near brings nothing new
	shortestMined    = 4   // characters: "好的" asks nothing
	longestMined     = 60  // a story is no wording
)

// Mined looks among what customers said last for other ways to ask the entries'
// questions, nearest first: what no entry has, is nearest to one entry alone,
// holds no personal data, and was not dismissed. The same sentences give the
// same answer.
//
// Cost: one search for each different sentence; kept until something changes.
func (s *Service) Mined(ctx context.Context, product string) ([]Mined, error) {
	out := []Mined{}
	if s.served == nil {
		return out, nil
	}
	w, err := s.at(ctx, product)
	if err != nil {
		return nil, err
	}
	said, err := s.served.Said(ctx, product, minedTurns)
	if err != nil || len(said) == 0 {
		return out, err
	}
	dismissed, err := selectDismissals(ctx, s.db.Reader(), product)
	if err != nil {
		return nil, err
	}
	private := text.NewPersonal(nil, nil)
	sentences, times := each(said, len(said))
	for i, t := range sentences {
		if n := utf8.RuneCountInString(t.Text); n < shortestMined || n > longestMined {
			continue
		}
		m, near := w.mine(t)
		if !near || dismissed[dismissal{m.EntryID, text.CompareKey(t.Text)}] || len(private.Count(t.Text)) > 0 {
			continue
		}
		m.Times = times[i]
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(a, b Mined) int { return cmp.Compare(b.Likeness, a.Likeness) })
	return out, ctx.Err()
}

// mine finds the entry that a sentence may be another wording of.
func (w *working) mine(t Said) (Mined, bool) {
	hits := w.index.Search(t.Text, SearchOptions{Limit: 2, Drafts: true})
	if len(hits) == 0 {
		return Mined{}, false
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Likeness, a.Likeness) })
	best := hits[0]
	m := Mined{EntryID: best.EntryID, Text: t.Text, Likeness: best.Likeness, TurnID: t.TurnID, Why: Elsewhere}
	least := nearWhenAnswered
	switch {
	case !t.Answered:
		m.Why, least = NotAnswered, nearWhenWrong
	case t.Disliked:
		m.Why, least = WasDisliked, nearWhenWrong
	case t.EntryID == best.EntryID:
		return m, false // it is found already
	}
	if best.Likeness < least || best.Likeness > foundAnyway {
		return m, false
	}
	return m, len(hits) < 2 || hits[1].Likeness < best.Likeness-ownMargin
}

// dismissal is a sentence that somebody said is no wording of an entry.
type dismissal struct{ entry, key string }

// Dismiss keeps a sentence from being proposed for an entry again, or lets it.
// Fault: NoEntry.
func (s *Service) Dismiss(ctx context.Context, product, actor, entry, sentence string, dismissed bool) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := selectEntry(ctx, tx, product, entry); err != nil {
			return err
		}
		return putDismissal(ctx, tx, product, dismissal{entry, text.CompareKey(sentence)}, dismissed, s.now().UnixMicro(), actor)
	})
}
