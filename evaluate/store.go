package evaluate

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"zhuomo/internal/db"
)

const (
	kindSuite = "suite"
	kindGate  = "gate"
)

// Saved is one version of a suite's or gate's text.
type Saved struct {
	Version int       `json:"version" table:"版本|version"`
	Text    string    `json:"text"`
	ActorID string    `json:"actor_id"`
	At      time.Time `json:"at" table:"时间|at"`
}

// text is the newest text of a kind, empty when there is none.
func (s *Service) text(ctx context.Context, product, kind string) (Saved, error) {
	var out Saved
	var at int64
	err := s.db.Reader().QueryRowContext(ctx, `
SELECT version, text, actor_id, at_us FROM eval_texts
WHERE product_id = $1 AND kind = $2 ORDER BY version DESC LIMIT 1`, product, kind).
		Scan(&out.Version, &out.Text, &out.ActorID, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return out, nil
	}
	out.At = time.UnixMicro(at).UTC()
	return out, db.Explain(err)
}

func (s *Service) saveText(ctx context.Context, product, kind, actor, text string) (Saved, error) {
	out := Saved{Text: text, ActorID: actor, At: s.now().UTC()}
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRowContext(ctx, `
INSERT INTO eval_texts (product_id, kind, version, text, actor_id, at_us)
VALUES ($1, $2, (SELECT COALESCE(MAX(version), 0) + 1 FROM eval_texts WHERE product_id = $1 AND kind = $2), $3, $4, $5)
RETURNING version`, product, kind, text, actor, out.At.UnixMicro()).Scan(&out.Version)
	})
	return out, err
}

func insertReport(ctx context.Context, tx db.Tx, r Report, body string) error {
	_, err := tx.ExecContext(ctx, `
INSERT INTO reports (id, product_id, model_id, live_id, passed, body, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO UPDATE SET model_id = excluded.model_id, live_id = excluded.live_id, passed = excluded.passed, body = excluded.body, at_us = excluded.at_us`,
		r.ID, r.ProductID, r.ModelID, r.LiveID, r.Passed, body, r.At.UnixMicro())
	return err
}

// Report gives one report by id. Fault: NoSuchReport.
func (s *Service) Report(ctx context.Context, id string) (Report, error) {
	var body string
	err := s.db.Reader().QueryRowContext(ctx, `SELECT body FROM reports WHERE id = $1`, id).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return Report{}, NoSuchReport.With("report", id)
	}
	if err != nil {
		return Report{}, db.Explain(err)
	}
	var r Report
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		return r, fmt.Errorf("report %s: %w", id, err)
	}
	return r, nil
}

// ReportHead is a report in a list.
type ReportHead struct {
	ID      string    `json:"id" table:"编号|id"`
	ModelID string    `json:"model_id" table:"模型|model"`
	Passed  bool      `json:"passed" table:"通过|passed"`
	At      time.Time `json:"at" table:"时间|at"`
}

func (s *Service) reports(ctx context.Context, product, before string, limit int) ([]ReportHead, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `
SELECT id, model_id, passed, at_us FROM reports
WHERE product_id = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3`, product, before, limit)
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	var out []ReportHead
	for rows.Next() {
		var h ReportHead
		var at int64
		if err := rows.Scan(&h.ID, &h.ModelID, &h.Passed, &at); err != nil {
			return nil, err
		}
		h.At = time.UnixMicro(at).UTC()
		out = append(out, h)
	}
	return out, db.Explain(rows.Err())
}

// Latest gives the head of the newest report of a product; false when there is none.
func (s *Service) Latest(ctx context.Context, product string) (ReportHead, bool, error) {
	heads, err := s.reports(ctx, product, "", 1)
	if err != nil || len(heads) == 0 {
		return ReportHead{}, false, err
	}
	return heads[0], true, nil
}
