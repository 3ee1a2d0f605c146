package learn

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

const modelColumns = `id, product_id, number, learner, task, param_json, metric_json, seed, example_count, label_count, size_bytes,
	data_version, guideline_version, simulated, seconds, rows_blob, ids_blob, actor_id, created_us`

func scanModel(row interface{ Scan(...any) error }) (m Made, err error) {
	var params, metrics, seed string
	err = row.Scan(&m.ID, &m.ProductID, &m.Number, &m.Learner, &m.Task, &params, &metrics, &seed, &m.ExampleCount, &m.LabelCount, &m.SizeBytes,
		&m.DataVersion, &m.GuidelineVersion, &m.Simulated, &m.Seconds, &m.rowsBlob, &m.idsBlob, &m.ActorID, &m.CreatedUS)
	if err != nil {
		return m, err
	}
	if m.Seed, err = strconv.ParseUint(seed, 10, 64); err == nil {
		err = errors.Join(json.Unmarshal([]byte(params), &m.Params), json.Unmarshal([]byte(metrics), &m.Metrics))
	}
	return m, err
}

// insert gives the model its number; one with the same bytes stays as it was.
func (s *Service) insert(ctx context.Context, m Made) (kept Made, err error) {
	params, err := json.Marshal(m.Params)
	if err != nil {
		return m, fmt.Errorf("encode parameters: %w", err)
	}
	metrics, err := json.Marshal(m.Metrics)
	if err != nil {
		return m, fmt.Errorf("encode metrics: %w", err)
	}
	err = s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, `
INSERT INTO models (`+modelColumns+`)
VALUES ($1, $2, (SELECT COALESCE(MAX(number), 0) + 1 FROM models WHERE product_id = $2), $3, $4, $5, $6, $7, $8, $9, $10,
	$11, $12, $13, $14, $15, $16, $17, $18)
ON CONFLICT (product_id, id) DO NOTHING`,
			m.ID, m.ProductID, m.Learner, m.Task, string(params), string(metrics), strconv.FormatUint(m.Seed, 10), m.ExampleCount, m.LabelCount, m.SizeBytes,
			m.DataVersion, m.GuidelineVersion, m.Simulated, m.Seconds, m.rowsBlob, m.idsBlob, m.ActorID, m.CreatedUS)
		if err != nil {
			return db.Explain(err)
		}
		s.newest.changed(tx)
		kept, err = scanModel(tx.QueryRowContext(ctx, `SELECT `+modelColumns+` FROM models WHERE product_id = $1 AND id = $2`, m.ProductID, m.ID))
		return err
	})
	return kept, err
}

// Find gives a model of a product by what people type: "latest" or "", "m3" or
// "3", or its id. Fault: NoSuchModel.
func (s *Service) Find(ctx context.Context, product, name string) (Made, error) {
	where, args := `id = $2`, []any{product, name}
	if name == "" || name == "latest" {
		where, args = `number = (SELECT MAX(number) FROM models WHERE product_id = $1)`, args[:1]
	} else if number, err := strconv.Atoi(strings.TrimPrefix(name, "m")); err == nil {
		where, args[1] = `number = $2`, number
	}
	m, err := scanModel(s.needs.DB.Reader().QueryRowContext(ctx, `SELECT `+modelColumns+` FROM models WHERE product_id = $1 AND `+where, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return m, NoSuchModel.With("model", name)
	}
	return m, db.Explain(err)
}

// List gives up to limit models of a product, the newest first, before a number.
func (s *Service) List(ctx context.Context, product string, before, limit int) ([]Made, error) {
	rows, err := s.needs.DB.Reader().QueryContext(ctx, `
SELECT `+modelColumns+` FROM models WHERE product_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3`, product, before, limit)
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	var list []Made
	for rows.Next() {
		m, err := scanModel(rows)
		if err != nil {
			return nil, fmt.Errorf("read a model's record: %w", err)
		}
		list = append(list, m)
	}
	return list, db.Explain(rows.Err())
}

// Erase deletes what the product has in this stage, and tells how many rows went.
func (s *Service) Erase(ctx context.Context, product string) (int, error) {
	return s.needs.DB.Erase(ctx, product,
		`DELETE FROM models WHERE product_id = $1`)
}

// Blobs calls each with the blobs that the product's rows name; those of all products when it is "".
func (s *Service) Blobs(ctx context.Context, product string, each func(blob.Hash) error) error {
	return db.Texts(ctx, s.needs.DB.Reader(), each, `SELECT id FROM models WHERE product_id = $1 OR $1 = '' UNION
		SELECT rows_blob FROM models WHERE product_id = $1 OR $1 = '' UNION
		SELECT ids_blob FROM models WHERE product_id = $1 OR $1 = ''`, product)
}
