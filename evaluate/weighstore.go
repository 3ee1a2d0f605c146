package evaluate

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"zhuomo/internal/db"
)

func (s *Service) keepCrossed(ctx context.Context, product, modelID string, rows []crossedRow) error {
	body, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("keep crossed rows: %w", err)
	}
	at := s.needs.Now().UnixMicro()
	return s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, `
INSERT INTO eval_crossed (product_id, model_id, body, at_us) VALUES ($1, $2, $3, $4)
ON CONFLICT (product_id, model_id) DO UPDATE SET body = excluded.body, at_us = excluded.at_us`, product, modelID, string(body), at)
		return err
	})
}

// crossedRows gives what was kept of a model, nothing before a first job.
func (s *Service) crossedRows(ctx context.Context, product, modelID string) (rows []crossedRow, err error) {
	var body string
	err = s.needs.DB.Reader().QueryRowContext(ctx, `SELECT body FROM eval_crossed WHERE product_id = $1 AND model_id = $2`, product, modelID).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, db.Explain(err)
	}
	if err := json.Unmarshal([]byte(body), &rows); err != nil {
		return nil, fmt.Errorf("read crossed rows: %w", err)
	}
	return rows, nil
}
