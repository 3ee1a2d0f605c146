package serve

import (
	"context"
	"time"

	"zhuomo/internal/db"
)

// EntryUse tells how a knowledge entry did live.
type EntryUse struct {
	EntryID  string `json:"entry_id" table:"条目|entry"`
	Hits     int    `json:"hits" table:"命中|hits" doc:"用它回答的话轮|turns answered with it"`
	Resolved int    `json:"resolved" table:"解决|resolved" doc:"其中没被点踩、没转人工、下一句没有又问到它的|of them, those not disliked, not handed over, and not asked again at once"`
}

// resolvedTurn holds of a turn t with its rating r that needed nothing more: the
// customer did not dislike it, no person took over then or at the next message,
// and the next message was not answered from the same entry.
const resolvedTurn = `(t.state = 'bot' AND COALESCE(r.good, TRUE) AND NOT EXISTS (SELECT 1 FROM serve_turns n
	WHERE n.session_id = t.session_id AND n.number = t.number + 1 AND (n.state = 'handover' OR n.entry_id <> '' AND n.entry_id = t.entry_id)))`

// EntryUses counts the turns of the last span by the entry that answered them,
// the most used first. Entries that answered nothing are not listed.
// Cost: one pass over the turns of the span.
func (s *Service) EntryUses(ctx context.Context, product string, span time.Duration) ([]EntryUse, error) {
	rows, err := s.n.DB.Reader().QueryContext(ctx, `SELECT t.entry_id, COUNT(*), SUM(CASE WHEN `+resolvedTurn+` THEN 1 ELSE 0 END)
		FROM serve_turns t LEFT JOIN serve_ratings r ON r.turn_id = t.id
		WHERE t.product_id = $1 AND t.at_us >= $2 AND t.entry_id <> '' GROUP BY t.entry_id ORDER BY COUNT(*) DESC, t.entry_id`,
		product, s.n.Now().Add(-span).UnixMicro())
	return collect(rows, err, func(row scanner) (u EntryUse, err error) { return u, row.Scan(&u.EntryID, &u.Hits, &u.Resolved) })
}

// Heard is what a customer said and how it went, without the trace.
type Heard struct {
	TurnID  string
	Text    string
	Channel string
	Band    string
	State   string
	EntryID string
	Rating  string // good, bad, or ""
	AtUS    int64
}

// LastHeard lists what customers said to a product, the newest first.
func (s *Service) LastHeard(ctx context.Context, product string, limit int) ([]Heard, error) {
	rows, err := s.n.DB.Reader().QueryContext(ctx, `SELECT t.id, t.text, s.channel, t.band, t.state, t.entry_id, t.at_us, COALESCE(r.good, FALSE), COALESCE(r.at_us, 0)
		FROM serve_turns t JOIN serve_sessions s ON s.id = t.session_id LEFT JOIN serve_ratings r ON r.turn_id = t.id
		WHERE t.product_id = $1 ORDER BY t.id DESC LIMIT $2`, product, limit)
	return collect(rows, err, func(row scanner) (h Heard, err error) {
		var good bool
		var rated int64
		err = row.Scan(&h.TurnID, &h.Text, &h.Channel, &h.Band, &h.State, &h.EntryID, &h.AtUS, &good, &rated)
		if rated > 0 {
			h.Rating = map[bool]string{true: "good", false: "bad"}[good]
		}
		return h, db.Explain(err)
	})
}
