package evaluate

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"zhuomo/internal/db"
)

func (s *Service) insertBatch(ctx context.Context, b Batch, rows [][]string) error {
	body, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("encode a batch: %w", err)
	}
	for from := 0; from < len(rows); from += 500 {
		err := s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			for i, cells := range rows[from:min(len(rows), from+500)] {
				text, err := json.Marshal(cells)
				if err != nil {
					return fmt.Errorf("encode a row of a batch: %w", err)
				}
				if _, err := tx.ExecContext(ctx, `INSERT INTO batch_rows (batch_id, at, cells) VALUES ($1, $2, $3)`, b.ID, from+i+1, string(text)); err != nil {
					return db.Explain(err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	// The batch comes last: one that is listed has all its rows.
	return s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO batches (id, product_id, name, body, actor_id, created_us) VALUES ($1, $2, $3, $4, $5, $6)`,
			b.ID, b.ProductID, b.Name, string(body), b.ActorID, b.CreatedUS)
		return db.Explain(err)
	})
}

func scanBatch(row interface{ Scan(...any) error }) (b Batch, err error) {
	var body, job string
	if err = row.Scan(&body, &job); err != nil {
		return b, err
	}
	err = json.Unmarshal([]byte(body), &b)
	b.JobID = job
	return b, err
}

// Batch gives one batch; product "" does not ask whose it is. Fault: NoSuchBatch.
func (s *Service) Batch(ctx context.Context, product, id string) (Batch, error) {
	b, err := scanBatch(s.needs.DB.Reader().QueryRowContext(ctx, `SELECT body, job_id FROM batches WHERE id = $1 AND ($2 = '' OR product_id = $2)`, id, product))
	if errors.Is(err, sql.ErrNoRows) {
		return b, NoSuchBatch.With("batch", id)
	}
	return b, db.Explain(err)
}

// batches lists up to limit batches, the newest first, before an id.
func (s *Service) batches(ctx context.Context, product, before string, limit int) ([]Batch, error) {
	rows, err := s.needs.DB.Reader().QueryContext(ctx, `
SELECT body, job_id FROM batches WHERE product_id = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3`, product, before, limit)
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	list := []Batch{}
	for rows.Next() {
		b, err := scanBatch(rows)
		if err != nil {
			return nil, fmt.Errorf("read a batch: %w", err)
		}
		list = append(list, b)
	}
	return list, db.Explain(rows.Err())
}

func (s *Service) setBatchJob(ctx context.Context, tx db.Tx, id, job string) error {
	_, err := tx.ExecContext(ctx, `UPDATE batches SET job_id = $2 WHERE id = $1`, id, job)
	return db.Explain(err)
}

func putBatch(ctx context.Context, tx db.Tx, b Batch) error {
	body, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("encode a batch: %w", err)
	}
	_, err = tx.ExecContext(ctx, `UPDATE batches SET body = $2 WHERE id = $1`, b.ID, string(body))
	return db.Explain(err)
}

// clearBatch forgets what an earlier run found.
func (s *Service) clearBatch(ctx context.Context, b Batch) error {
	return s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE batch_rows SET state = '', result = '{}' WHERE batch_id = $1`, b.ID); err != nil {
			return db.Explain(err)
		}
		return putBatch(ctx, tx, b)
	})
}

// batchRows gives up to limit rows of a batch in a state ("" = any) after a place.
func (s *Service) batchRows(ctx context.Context, batch, state string, after, limit int) ([]BatchRow, error) {
	rows, err := s.needs.DB.Reader().QueryContext(ctx, `
SELECT at, cells, state, result FROM batch_rows WHERE batch_id = $1 AND ($2 = '' OR state = $2) AND at > $3 ORDER BY at LIMIT $4`, batch, state, after, limit)
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	list := []BatchRow{}
	for rows.Next() {
		var r BatchRow
		var at int
		var cells, state, result string
		if err := rows.Scan(&at, &cells, &state, &result); err != nil {
			return nil, fmt.Errorf("read a row of a batch: %w", err)
		}
		if err := errors.Join(json.Unmarshal([]byte(result), &r), json.Unmarshal([]byte(cells), &r.Cells)); err != nil {
			return nil, fmt.Errorf("read row %d of a batch: %w", at, err)
		}
		r.At, r.State = at, state
		list = append(list, r)
	}
	return list, db.Explain(rows.Err())
}

// keepBatchRows keeps what came of some rows, and the counts so far.
func (s *Service) keepBatchRows(ctx context.Context, b Batch, rows []BatchRow) error {
	return s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, r := range rows {
			found := r
			found.Cells = nil // they stand beside it
			result, err := json.Marshal(found)
			if err != nil {
				return fmt.Errorf("encode row %d of a batch: %w", r.At, err)
			}
			if _, err := tx.ExecContext(ctx, `UPDATE batch_rows SET state = $3, result = $4 WHERE batch_id = $1 AND at = $2`, b.ID, r.At, r.State, string(result)); err != nil {
				return db.Explain(err)
			}
		}
		return putBatch(ctx, tx, b)
	})
}
