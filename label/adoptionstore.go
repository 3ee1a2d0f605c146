package label

import (
	"context"
	"fmt"

	"zhuomo/internal/db"
)

const adoptionColumns = `id, product_id, version_id, column_name, guideline_version, taken_count, actor_id, created_us, undone_us`

func scanAdoption(scan func(...any) error) (a Adoption, err error) {
	return a, scan(&a.ID, &a.ProductID, &a.VersionID, &a.Column, &a.GuidelineVersion, &a.TakenCount, &a.ActorID, &a.CreatedUS, &a.UndoneUS)
}

// beginAdoption notes an adoption; one that was begun before goes on.
func beginAdoption(ctx context.Context, tx db.Tx, a Adoption) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO label_adoptions (`+adoptionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO UPDATE SET undone_us = 0, undone_by = ''`,
		a.ID, a.ProductID, a.VersionID, a.Column, a.GuidelineVersion, a.TakenCount, a.ActorID, a.CreatedUS, a.UndoneUS)
	return err
}

// countAdopted notes how many rows have the gold of an adoption.
func countAdopted(ctx context.Context, tx db.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `UPDATE label_adoptions SET taken_count = (SELECT COUNT(*) FROM label_gold
		WHERE adoption_id = $1 AND adoption_id <> '' AND ended_us = 0) WHERE id = $1`, id)
	return err
}

func setUndone(ctx context.Context, tx db.Tx, id string, now int64, by string) error {
	_, err := tx.ExecContext(ctx, `UPDATE label_adoptions SET undone_us = $2, undone_by = $3 WHERE id = $1 AND undone_us = 0`, id, now, by)
	return err
}

func selectAdoption(ctx context.Context, r db.Reader, id string) (Adoption, bool, error) {
	a, err := scanAdoption(r.QueryRowContext(ctx, `SELECT `+adoptionColumns+` FROM label_adoptions WHERE id = $1`, id).Scan)
	if none(err) {
		return a, false, nil
	}
	return a, err == nil, err
}

func selectAdoptions(ctx context.Context, r db.Reader, product, before string, limit int) ([]Adoption, error) {
	rows, err := r.QueryContext(ctx, `SELECT `+adoptionColumns+` FROM label_adoptions
		WHERE product_id = $1 AND taken_count > 0 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3`, product, before, limit)
	return read(rows, err, scanAdoption)
}

// adoptedRows gives the text hash of each row whose gold was taken over and is
// in force.
func adoptedRows(ctx context.Context, r db.Reader, product string) (map[string]string, error) {
	rows, err := r.QueryContext(ctx, `SELECT row_id, text_hash FROM label_gold WHERE product_id = $1 AND ended_us = 0 AND adoption_id <> ''`, product)
	if err != nil {
		return nil, fmt.Errorf("read adopted rows: %w", err)
	}
	defer rows.Close()
	hashes := map[string]string{}
	for rows.Next() {
		var row, hash string
		if err := rows.Scan(&row, &hash); err != nil {
			return nil, err
		}
		hashes[row] = hash
	}
	return hashes, rows.Err()
}

// adoptedUpTo is the last row id of the next limit rows of an adoption after
// one, and how many there are.
func adoptedUpTo(ctx context.Context, r db.Reader, id, after string, limit int) (upTo string, n int, err error) {
	err = r.QueryRowContext(ctx, `SELECT COALESCE(MAX(row_id), ''), COUNT(*) FROM (SELECT row_id FROM label_gold
		WHERE adoption_id = $1 AND adoption_id <> '' AND row_id > $2 ORDER BY row_id LIMIT $3) AS few`, id, after, limit).Scan(&upTo, &n)
	if err != nil {
		return "", 0, fmt.Errorf("find adopted rows: %w", err)
	}
	return upTo, n, nil
}

// endAdopted ends the gold and the annotations of an adoption on the rows after
// one up to another. What would bring its gold back brings back the one before
// it; where its gold was in force, that returns now.
func endAdopted(ctx context.Context, tx db.Tx, id, after, upTo string, now int64, by string) error {
	const its = ` FROM label_gold a WHERE a.adoption_id = $1 AND a.adoption_id <> '' AND a.row_id > $2 AND a.row_id <= $3`
	for _, step := range []struct {
		text string
		args []any
	}{
		{`UPDATE label_gold SET replaces = (SELECT e.replaces FROM label_gold e WHERE e.id = label_gold.replaces)
			WHERE row_id IN (SELECT a.row_id` + its + `) AND replaces IN (SELECT a.id` + its + `)`, nil},
		{`UPDATE label_gold SET ended_us = $4, ended_by = $5
			WHERE adoption_id = $1 AND adoption_id <> '' AND row_id > $2 AND row_id <= $3 AND ended_us = 0`, []any{now, by}},
		{`UPDATE label_gold SET ended_us = 0, ended_by = ''
			WHERE row_id IN (SELECT a.row_id` + its + `) AND id IN (SELECT a.replaces` + its + ` AND a.ended_us = $4 AND a.ended_by = $5)
			AND NOT EXISTS (SELECT 1 FROM label_gold o WHERE o.product_id = label_gold.product_id AND o.row_id = label_gold.row_id AND o.ended_us = 0)`, []any{now, by}},
		{`UPDATE label_annotations SET undone_us = $4
			WHERE adoption_id = $1 AND adoption_id <> '' AND row_id > $2 AND row_id <= $3 AND undone_us = 0`, []any{now}},
	} {
		if _, err := tx.ExecContext(ctx, step.text, append([]any{id, after, upTo}, step.args...)...); err != nil {
			return fmt.Errorf("end adopted gold: %w", err)
		}
	}
	return nil
}
