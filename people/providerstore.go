package people

import (
	"context"
	"database/sql"
	"errors"

	"zhuomo/internal/db"
)

func insertVisit(ctx context.Context, tx db.Tx, hash, nonce, verifier string, now, expires int64) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM people_visits WHERE expires_us <= $1`, now); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO people_visits (hash, nonce, verifier, expires_us) VALUES ($1, $2, $3, $4)`, hash, nonce, verifier, expires)
	return err
}

// takeVisit takes a visit once; "" when there is none.
func takeVisit(ctx context.Context, tx db.Tx, hash string, now int64) (nonce, verifier string, err error) {
	err = tx.QueryRowContext(ctx, `DELETE FROM people_visits WHERE hash = $1 AND expires_us > $2 RETURNING nonce, verifier`, hash, now).Scan(&nonce, &verifier)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil
	}
	return nonce, verifier, err
}

func identityAccount(ctx context.Context, r db.Reader, issuer, subject string) (Account, bool, error) {
	a, err := scanAccount(r.QueryRowContext(ctx, `SELECT `+accountColumns+` FROM people_identities i JOIN people_accounts a ON a.id = i.account_id
		WHERE i.issuer = $1 AND i.subject = $2`, issuer, subject))
	return found(a, err)
}

func insertIdentity(ctx context.Context, tx db.Tx, issuer, subject, accountID string, now int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO people_identities (issuer, subject, account_id, created_us) VALUES ($1, $2, $3, $4)`, issuer, subject, accountID, now)
	return err
}

func touchAccount(ctx context.Context, tx db.Tx, id string, now int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE people_accounts SET signed_in_us = $2 WHERE id = $1`, id, now)
	return err
}
