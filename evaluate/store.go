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
	kindCosts = "costs"
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
	err := s.needs.DB.Reader().QueryRowContext(ctx, `
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
	out := Saved{Text: text, ActorID: actor, At: s.needs.Now().UTC()}
	err := s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRowContext(ctx, `
INSERT INTO eval_texts (product_id, kind, version, text, actor_id, at_us)
VALUES ($1, $2, (SELECT COALESCE(MAX(version), 0) + 1 FROM eval_texts WHERE product_id = $1 AND kind = $2), $3, $4, $5)
RETURNING version`, product, kind, text, actor, out.At.UnixMicro()).Scan(&out.Version)
	})
	return out, err
}

func insertReport(ctx context.Context, tx db.Tx, r Report, body string) error {
	head, err := json.Marshal(headOf(r))
	if err != nil {
		return fmt.Errorf("encode head of a report: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
INSERT INTO reports (id, product_id, model_id, live_id, passed, body, head, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id) DO UPDATE SET model_id = excluded.model_id, live_id = excluded.live_id, passed = excluded.passed, body = excluded.body,
	head = excluded.head, at_us = excluded.at_us`,
		r.ID, r.ProductID, r.ModelID, r.LiveID, r.Passed, body, string(head), r.At.UnixMicro())
	return err
}

// Report gives one report by id, with what people decided about it. Fault:
// NoSuchReport.
func (s *Service) Report(ctx context.Context, id string) (Report, error) {
	var body string
	err := s.needs.DB.Reader().QueryRowContext(ctx, `SELECT body FROM reports WHERE id = $1`, id).Scan(&body)
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
	if r.Signature, err = s.signature(ctx, id); err != nil || r.Flips == nil {
		return r, err
	}
	verdicts, err := s.verdicts(ctx, id)
	for i := range r.Flips.List {
		r.Flips.List[i].Verdict = verdicts[r.Flips.List[i].RowID]
	}
	return r, err
}

// ReportHead is a report in a list.
type ReportHead struct {
	ID      string    `json:"id" table:"编号|id"`
	ModelID string    `json:"model_id" table:"模型|model"`
	LiveID  string    `json:"live_id,omitempty"`
	Passed  bool      `json:"passed" table:"通过|passed"`
	At      time.Time `json:"at" table:"时间|at"`
	Figures
}

// Figures are what a list shows of a report.
type Figures struct {
	Rows    int    `json:"rows" table:"行数|rows"`
	Exact   Figure `json:"exact"`
	Gate    Share  `json:"gate"`
	Checks  *Share `json:"checks,omitempty"`
	Stories *Share `json:"stories,omitempty"`
	Fixed   int    `json:"fixed" table:"修好|fixed"`
	Broken  int    `json:"broken" table:"改坏|broken"`
}

func headOf(r Report) Figures {
	f := Figures{Rows: r.Test.Rows, Exact: r.Test.Figures["exact"], Gate: r.Verdict.Count(), Stories: r.Stories}
	if r.Suite != nil {
		f.Checks = &r.Suite.All
	}
	if r.Flips != nil {
		f.Fixed, f.Broken = r.Flips.Fixed, r.Flips.Broken
	}
	return f
}

// reports lists heads, the newest first; of all models when model is "".
func (s *Service) reports(ctx context.Context, product, model, before string, limit int) ([]ReportHead, error) {
	rows, err := s.needs.DB.Reader().QueryContext(ctx, `
SELECT id, model_id, live_id, passed, head, at_us FROM reports
WHERE product_id = $1 AND ($2 = '' OR id < $2) AND ($4 = '' OR model_id = $4) ORDER BY id DESC LIMIT $3`, product, before, limit, model)
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	out := []ReportHead{}
	for rows.Next() {
		var h ReportHead
		var head string
		var at int64
		if err := rows.Scan(&h.ID, &h.ModelID, &h.LiveID, &h.Passed, &head, &at); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(head), &h.Figures); err != nil {
			return nil, fmt.Errorf("head of report %s: %w", h.ID, err)
		}
		h.At = time.UnixMicro(at).UTC()
		out = append(out, h)
	}
	return out, db.Explain(rows.Err())
}

// LatestOf gives the head of the newest report of a model; false when there is none.
func (s *Service) LatestOf(ctx context.Context, product, model string) (ReportHead, bool, error) {
	return firstHead(s.reports(ctx, product, model, "", 1))
}

// Latest gives the head of the newest report of a product; false when there is none.
func (s *Service) Latest(ctx context.Context, product string) (ReportHead, bool, error) {
	return firstHead(s.reports(ctx, product, "", "", 1))
}

func firstHead(heads []ReportHead, err error) (ReportHead, bool, error) {
	if err != nil || len(heads) == 0 {
		return ReportHead{}, false, err
	}
	return heads[0], true, nil
}

func (s *Service) signature(ctx context.Context, report string) (*Signature, error) {
	var x Signature
	err := s.needs.DB.Reader().QueryRowContext(ctx, `
SELECT actor_id, actor_name, reason, release_id, release_name, at_us FROM eval_signatures WHERE report_id = $1`, report).
		Scan(&x.ActorID, &x.Actor, &x.Reason, &x.ReleaseID, &x.ReleaseName, &x.AtUS)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &x, db.Explain(err)
}

func insertSignature(ctx context.Context, tx db.Tx, report string, x Signature) error {
	_, err := tx.ExecContext(ctx, `
INSERT INTO eval_signatures (report_id, actor_id, actor_name, reason, release_id, release_name, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (report_id) DO NOTHING`, report, x.ActorID, x.Actor, x.Reason, x.ReleaseID, x.ReleaseName, x.AtUS)
	return db.Explain(err)
}

// verdicts gives what people thought of a report's flips, by row.
func (s *Service) verdicts(ctx context.Context, report string) (map[string]string, error) {
	rows, err := s.needs.DB.Reader().QueryContext(ctx, `SELECT row_id, verdict FROM eval_verdicts WHERE report_id = $1 ORDER BY row_id`, report)
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var row, verdict string
		if err := rows.Scan(&row, &verdict); err != nil {
			return nil, err
		}
		out[row] = verdict
	}
	return out, db.Explain(rows.Err())
}

func putVerdict(ctx context.Context, tx db.Tx, report, row, verdict, actor string, at int64) error {
	if verdict == "" {
		_, err := tx.ExecContext(ctx, `DELETE FROM eval_verdicts WHERE report_id = $1 AND row_id = $2`, report, row)
		return db.Explain(err)
	}
	_, err := tx.ExecContext(ctx, `
INSERT INTO eval_verdicts (report_id, row_id, verdict, actor_id, at_us) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (report_id, row_id) DO UPDATE SET verdict = excluded.verdict, actor_id = excluded.actor_id, at_us = excluded.at_us`,
		report, row, verdict, actor, at)
	return db.Explain(err)
}

// Tables of what is kept of a model, one body each.
const (
	ofCurves  = "eval_curves"
	ofCrossed = "eval_crossed"
)

// keepOfModel puts a body in the place of the one before.
func (s *Service) keepOfModel(ctx context.Context, table, product, modelID string, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("keep in %s: %w", table, err)
	}
	return s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, `
INSERT INTO `+table+` (product_id, model_id, body, at_us) VALUES ($1, $2, $3, $4)
ON CONFLICT (product_id, model_id) DO UPDATE SET body = excluded.body, at_us = excluded.at_us`,
			product, modelID, string(body), s.needs.Now().UnixMicro())
		return db.Explain(err)
	})
}

// ofModel reads a body into a value, which stays as it is where none was kept.
func (s *Service) ofModel(ctx context.Context, table, product, modelID string, into any) error {
	var body string
	err := s.needs.DB.Reader().QueryRowContext(ctx, `SELECT body FROM `+table+` WHERE product_id = $1 AND model_id = $2`, product, modelID).Scan(&body)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return db.Explain(err)
	}
	return json.Unmarshal([]byte(body), into)
}

// curve gives the curve of a model by its id; one that was not drawn has no point.
func (s *Service) curve(ctx context.Context, product, modelID string) (Curve, error) {
	c := Curve{ModelID: modelID, Points: []Point{}}
	return c, s.ofModel(ctx, ofCurves, product, modelID, &c)
}

// Erase deletes what the product has in this stage, and tells how many rows went.
func (s *Service) Erase(ctx context.Context, product string) (int, error) {
	return s.needs.DB.Erase(ctx, product,
		`DELETE FROM eval_verdicts WHERE report_id IN (SELECT id FROM reports WHERE product_id = $1)`,
		`DELETE FROM eval_signatures WHERE report_id IN (SELECT id FROM reports WHERE product_id = $1)`,
		`DELETE FROM reports WHERE product_id = $1`,
		`DELETE FROM eval_curves WHERE product_id = $1`,
		`DELETE FROM eval_crossed WHERE product_id = $1`,
		`DELETE FROM batch_rows WHERE batch_id IN (SELECT id FROM batches WHERE product_id = $1)`,
		`DELETE FROM batches WHERE product_id = $1`,
		`DELETE FROM eval_texts WHERE product_id = $1`)
}

var holders = db.Holders{"evaluations": `SELECT product_id FROM reports WHERE id = $1`}

// ProductOf answers the product of a thing of this stage, "" when there is none.
func (s *Service) ProductOf(ctx context.Context, collection, id string) (string, error) {
	return holders.ProductOf(ctx, s.needs.DB.Reader(), collection, id)
}
