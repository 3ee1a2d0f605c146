package feedback

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"zhuomo/internal/db"
)

// mark is the last turn that was gathered, and the time of that.
func (s *Service) mark(ctx context.Context, product string) (turn string, atUS int64, err error) {
	err = s.db.Reader().QueryRowContext(ctx, `SELECT turn_id, at_us FROM inbox_marks WHERE product_id = $1`, product).Scan(&turn, &atUS)
	if errors.Is(err, sql.ErrNoRows) {
		return "", 0, nil
	}
	return turn, atUS, db.Explain(err)
}

// bring judges turns and writes the result down, with the new mark, as one.
func (s *Service) bring(ctx context.Context, product string, seen []Seen, mark string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, t := range seen {
			if err := judge(ctx, tx, product, t); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `
INSERT INTO inbox_marks (product_id, turn_id, at_us) VALUES ($1, $2, $3)
ON CONFLICT (product_id) DO UPDATE SET turn_id = excluded.turn_id, at_us = excluded.at_us`, product, mark, s.now().UnixMicro())
		return err
	})
}

// judge brings one turn into the inbox, or up to date there.
func judge(ctx context.Context, tx db.Tx, product string, t Seen) error {
	cause, risk, in := Judge(t.Sight)
	if !in { // a good rating clears what stood open
		_, err := tx.ExecContext(ctx, `UPDATE inbox_items SET status = $2 WHERE turn_id = $1 AND status = $3`, t.TurnID, Right, Open)
		return db.Explain(err)
	}
	_, err := tx.ExecContext(ctx, `
INSERT INTO inbox_items (turn_id, product_id, session_id, text, reply, label, p, cause, risk, status, at_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (turn_id) DO UPDATE SET cause = excluded.cause, risk = excluded.risk`,
		t.TurnID, product, t.SessionID, t.Text, t.Reply, t.Label, t.Item.P, cause, risk, Open, t.At.UnixMicro())
	return db.Explain(err)
}

const itemColumns = `turn_id, product_id, session_id, text, reply, label, p, cause, risk, status, fix_id, at_us`

func (s *Service) items(ctx context.Context, product string, status Status, most int) ([]Item, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT `+itemColumns+` FROM inbox_items
WHERE product_id = $1 AND status = $2 ORDER BY risk DESC, turn_id DESC LIMIT $3`, product, status, most)
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	var out []Item
	for rows.Next() {
		i := Item{Count: 1}
		var at int64
		if err := rows.Scan(&i.TurnID, &i.ProductID, &i.SessionID, &i.Text, &i.Reply, &i.Label, &i.P, &i.Cause, &i.Risk, &i.Status, &i.FixID, &at); err != nil {
			return nil, err
		}
		i.At = time.UnixMicro(at).UTC()
		out = append(out, i)
	}
	return out, db.Explain(rows.Err())
}

// Decide closes or reopens an item without a fix. Fault: NoSuchItem.
func (s *Service) Decide(ctx context.Context, turn string, status Status) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE inbox_items SET status = $2 WHERE turn_id = $1`, turn, status)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, NoSuchItem.With("turn", turn))
		}
		return nil
	})
}

// saveFix writes a fix and, as one with it, what it means for its turn: a fix
// that is live closes it, one that was taken back opens it. A turn that never
// stood in the inbox is let be.
func (s *Service) saveFix(ctx context.Context, f Fix) error {
	body, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("save fix: %w", err)
	}
	labels, _ := json.Marshal(f.Labels) // strings: cannot fail
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, `
INSERT INTO fixes (id, product_id, turn_id, row_id, labels, actor_id, state, model_id, release_id, before_id, body, at_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, model_id = excluded.model_id, release_id = excluded.release_id, body = excluded.body`,
			f.ID, f.ProductID, f.TurnID, f.RowID, string(labels), f.ActorID, f.State, f.ModelID, f.ReleaseID, f.BeforeID, string(body), f.At.UnixMicro())
		if err != nil {
			return err
		}
		status, by := Mended, f.ID
		switch f.State {
		case Live:
		case TakenBack:
			status, by = Open, ""
		default:
			return nil
		}
		_, err = tx.ExecContext(ctx, `UPDATE inbox_items SET status = $2, fix_id = $3 WHERE turn_id = $1`, f.TurnID, status, by)
		return err
	})
}

func (s *Service) fix(ctx context.Context, id string) (Fix, error) {
	var body string
	err := s.db.Reader().QueryRowContext(ctx, `SELECT body FROM fixes WHERE id = $1`, id).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return Fix{}, NoSuchFix.With("fix", id)
	}
	if err != nil {
		return Fix{}, db.Explain(err)
	}
	var f Fix
	return f, json.Unmarshal([]byte(body), &f)
}

// fixesIn lists the fixes of all products in a state, oldest first.
func (s *Service) fixesIn(ctx context.Context, state State) ([]Fix, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT body FROM fixes WHERE state = $1 ORDER BY id`, state)
	return readFixes(rows, err)
}

// fixes lists fixes of a product, newest first, before an id ("" = the newest).
func (s *Service) fixes(ctx context.Context, product, before string, limit int) ([]Fix, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT body FROM fixes
WHERE product_id = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3`, product, before, limit)
	return readFixes(rows, err)
}

func readFixes(rows *sql.Rows, err error) ([]Fix, error) {
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	var out []Fix
	for rows.Next() {
		var body string
		var f Fix
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &f); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, db.Explain(rows.Err())
}

// Fixed counts the fixes of a product that went live, also those taken back since.
func (s *Service) Fixed(ctx context.Context, product string) (n int, err error) {
	err = s.db.Reader().QueryRowContext(ctx, `SELECT COUNT(*) FROM fixes WHERE product_id = $1 AND state IN ($2, $3, $4)`, product, Live, TakingBack, TakenBack).Scan(&n)
	return n, db.Explain(err)
}

// Waiting counts the open items of the inbox, as far as turns were gathered.
func (s *Service) Waiting(ctx context.Context, product string) (n int, err error) {
	err = s.db.Reader().QueryRowContext(ctx, `SELECT COUNT(*) FROM inbox_items WHERE product_id = $1 AND status = $2`, product, Open).Scan(&n)
	return n, db.Explain(err)
}

// Erase deletes what the product has in this stage, and tells how many rows went.
func (s *Service) Erase(ctx context.Context, product string) (int, error) {
	rows, err := s.db.Erase(ctx, product,
		`DELETE FROM fixes WHERE product_id = $1`,
		`DELETE FROM inbox_items WHERE product_id = $1`,
		`DELETE FROM inbox_marks WHERE product_id = $1`)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.bays, product)
	return rows, err
}

var holders = db.Holders{
	"fixes": `SELECT product_id FROM fixes WHERE id = $1`,
	"inbox": `SELECT product_id FROM inbox_items WHERE turn_id = $1`,
}

// ProductOf answers the product of a thing of this stage, "" when there is none.
func (s *Service) ProductOf(ctx context.Context, collection, id string) (string, error) {
	return holders.ProductOf(ctx, s.db.Reader(), collection, id)
}
