package knowledge

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"zhuomo/internal/db"
)

func selectDismissals(ctx context.Context, r db.Reader, product string) (map[dismissal]bool, error) {
	rows, err := r.QueryContext(ctx, `SELECT entry_id, wording_key FROM knowledge_dismissals WHERE product_id = $1`, product)
	if err != nil {
		return nil, fmt.Errorf("list dismissals: %w", err)
	}
	defer rows.Close()
	out := map[dismissal]bool{}
	for rows.Next() {
		var d dismissal
		if err := rows.Scan(&d.entry, &d.key); err != nil {
			return nil, fmt.Errorf("list dismissals: %w", err)
		}
		out[d] = true
	}
	return out, rows.Err()
}

func putDismissal(ctx context.Context, tx db.Tx, product string, d dismissal, dismissed bool, atUS int64, actor string) error {
	text := `DELETE FROM knowledge_dismissals WHERE product_id = $1 AND entry_id = $2 AND wording_key = $3`
	args := []any{product, d.entry, d.key}
	if dismissed {
		text = `INSERT INTO knowledge_dismissals (product_id, entry_id, wording_key, dismissed_us, dismissed_by)
			VALUES ($1, $2, $3, $4, $5) ON CONFLICT (product_id, entry_id, wording_key) DO NOTHING`
		args = append(args, atUS, actor)
	}
	if _, err := tx.ExecContext(ctx, text, args...); err != nil {
		return fmt.Errorf("write dismissal: %w", err)
	}
	return nil
}

// touched is an entry that an import wrote.
type touched struct {
	EntryID  string `json:"entry_id"`
	Revision int64  `json:"revision"` // written by the import
	Before   int64  `json:"before"`   // the one it replaced, 0: it was new
}

func putImport(ctx context.Context, tx db.Tx, product, id string, all []imported, atUS int64, actor string) error {
	list := make([]touched, len(all))
	for i, a := range all {
		list[i] = touched{a.entry.ID, a.before + 1, a.before}
	}
	body, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("encode import: %w", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO knowledge_imports (product_id, id, touched_json, imported_us, imported_by)
		VALUES ($1, $2, $3, $4, $5)`, product, id, string(body), atUS, actor)
	if err != nil {
		return fmt.Errorf("write import: %w", err)
	}
	return nil
}

func selectImport(ctx context.Context, r db.Reader, product, id string) ([]touched, error) {
	var body string
	err := r.QueryRowContext(ctx, `SELECT touched_json FROM knowledge_imports WHERE product_id = $1 AND id = $2`, product, id).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, NoImport.With("import", id)
	}
	if err != nil {
		return nil, fmt.Errorf("read import: %w", err)
	}
	var list []touched
	return list, json.Unmarshal([]byte(body), &list)
}

func endImport(ctx context.Context, tx db.Tx, product, id string, atUS int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE knowledge_imports SET undone_us = $3 WHERE product_id = $1 AND id = $2`, product, id, atUS)
	if err != nil {
		return fmt.Errorf("end import: %w", err)
	}
	return nil
}
