package api

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"

	"zhuomo/internal/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this package; internal/app applies them as the
// stage "api" before it makes a Server.
func Migrations() fs.FS { return migrations }

// stored is the answer that an idempotent request got.
type stored struct {
	product     string // "" when the address names none
	fingerprint string
	status      int
	kind        string // Content-Type
	etag        string
	body        string
}

func readAnswer(ctx context.Context, r db.Reader, actor, key string, notBefore int64) (stored, bool, error) {
	var s stored
	err := r.QueryRowContext(ctx, `SELECT fingerprint, status, kind, etag, body FROM api_answers
		WHERE actor = $1 AND key = $2 AND created_us > $3`, actor, key, notBefore).
		Scan(&s.fingerprint, &s.status, &s.kind, &s.etag, &s.body)
	if errors.Is(err, sql.ErrNoRows) {
		return stored{}, false, nil
	}
	return s, err == nil, err
}

// noteKey begins a key; false when somebody else has begun it since notBefore.
func noteKey(ctx context.Context, tx db.Tx, actor, key string, s stored, now, notBefore int64) (bool, error) {
	result, err := tx.ExecContext(ctx, `INSERT INTO api_answers (actor, key, product_id, fingerprint, status, created_us)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (actor, key) DO UPDATE SET product_id = excluded.product_id, fingerprint = excluded.fingerprint,
			status = excluded.status, kind = '', etag = '', body = '', created_us = excluded.created_us
			WHERE api_answers.created_us <= $7`, actor, key, s.product, s.fingerprint, begun, now, notBefore)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

func writeAnswer(ctx context.Context, tx db.Tx, actor, key string, s stored, now int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO api_answers (actor, key, product_id, fingerprint, status, kind, etag, body, created_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (actor, key) DO UPDATE SET product_id = excluded.product_id, fingerprint = excluded.fingerprint,
			status = excluded.status, kind = excluded.kind, etag = excluded.etag, body = excluded.body, created_us = excluded.created_us`,
		actor, key, s.product, s.fingerprint, s.status, s.kind, s.etag, s.body, now)
	return err
}

func forgetAnswers(ctx context.Context, tx db.Tx, notAfter int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM api_answers WHERE created_us <= $1`, notAfter)
	return err
}

// Erase deletes the kept answers of a product, and tells how many there were.
func Erase(ctx context.Context, d *db.DB, product string) (int, error) {
	return d.Erase(ctx, product, `DELETE FROM api_answers WHERE product_id = $1`)
}
