package people

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this stage, as New brings them up to date.
func Migrations() fs.FS { return migrations }

type scanner interface{ Scan(into ...any) error }

const accountColumns = `a.id, a.name, a.role, a.disabled, a.created_us, a.signed_in_us`

func scanAccount(row scanner, more ...any) (Account, error) {
	var a Account
	err := row.Scan(append([]any{&a.ID, &a.Name, &a.Role, &a.Disabled, &a.CreatedUS, &a.SignedInUS}, more...)...)
	return a, err
}

func insertAccount(ctx context.Context, tx db.Tx, a Account) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO people_accounts (id, name, name_folded, role, created_us) VALUES ($1, $2, $3, $4, $5)`,
		a.ID, a.Name, fold(a.Name), a.Role, a.CreatedUS)
	return db.Explain(err)
}

// account finds an account by id or by name.
func account(ctx context.Context, r db.Reader, idOrName string) (Account, bool, error) {
	a, err := scanAccount(r.QueryRowContext(ctx, `SELECT `+accountColumns+` FROM people_accounts a
		WHERE a.id = $1 OR a.name_folded = $2 ORDER BY a.id LIMIT 1`, idOrName, fold(idOrName)))
	return found(a, err)
}

// firstOwner is the oldest account that is an owner.
func firstOwner(ctx context.Context, r db.Reader) (Account, bool, error) {
	a, err := scanAccount(r.QueryRowContext(ctx, `SELECT `+accountColumns+` FROM people_accounts a
		WHERE a.role = $1 AND NOT a.disabled ORDER BY a.created_us, a.id LIMIT 1`, api.Owner))
	return found(a, err)
}

func found[T any](v T, err error) (T, bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return v, false, nil
	}
	return v, err == nil, err
}

func accounts(ctx context.Context, r db.Reader, after string, limit int) (list []Account, err error) {
	rows, err := r.QueryContext(ctx, `SELECT `+accountColumns+` FROM people_accounts a WHERE a.id > $1 ORDER BY a.id LIMIT $2`, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		a, err := scanAccount(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, rows.Err()
}

// change sets role and disabled unless no enabled owner would remain; ok is
// false then.
func change(ctx context.Context, tx db.Tx, id string, role api.Role, disabled bool) (ok bool, err error) {
	result, err := tx.ExecContext(ctx, `UPDATE people_accounts SET role = $2, disabled = $3
		WHERE id = $1 AND (($2 = $4 AND NOT $3) OR EXISTS (
			SELECT 1 FROM people_accounts o WHERE o.id <> $1 AND o.role = $4 AND NOT o.disabled))`,
		id, role, disabled, api.Owner)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

func insertLink(ctx context.Context, tx db.Tx, hash, accountID string, now, expires int64) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM people_links WHERE expires_us <= $1`, now); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO people_links (hash, account_id, created_us, expires_us) VALUES ($1, $2, $3, $4)`, hash, accountID, now, expires)
	return err
}

// someoneSignsIn tells whether somebody has ever signed in, or holds a link to.
func someoneSignsIn(ctx context.Context, q db.Reader, now int64) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM people_accounts AS a WHERE NOT a.disabled
		AND (a.signed_in_us > 0 OR EXISTS (SELECT 1 FROM people_links AS l WHERE l.account_id = a.id AND l.used_us = 0 AND l.expires_us > $1))`, now).Scan(&n)
	return n > 0, err
}

// useLink takes a link once; of two who try, one gets the account.
func useLink(ctx context.Context, tx db.Tx, hash string, now int64) (Account, bool, error) {
	var id string
	err := tx.QueryRowContext(ctx, `UPDATE people_links SET used_us = $2
		WHERE hash = $1 AND used_us = 0 AND expires_us > $2 RETURNING account_id`, hash, now).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) || err != nil {
		_, _, err = found(id, err)
		return Account{}, false, err
	}
	a, err := scanAccount(tx.QueryRowContext(ctx, `UPDATE people_accounts AS a SET signed_in_us = $2
		WHERE id = $1 AND NOT disabled RETURNING id, name, role, disabled, created_us, signed_in_us`, id, now))
	return found(a, err)
}

func insertSession(ctx context.Context, tx db.Tx, hash, accountID string, of Session) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM people_sessions WHERE expires_us <= $1`, of.CreatedUS); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO people_sessions (hash, account_id, created_us, expires_us, id, agent) VALUES ($1, $2, $3, $4, $5, $6)`,
		hash, accountID, of.CreatedUS, of.ExpiresUS, of.ID, of.Agent)
	return err
}

// sessions lists those of an account that have not ended, the latest first.
func sessions(ctx context.Context, r db.Reader, accountID, current string, now int64) ([]Session, error) {
	rows, err := r.QueryContext(ctx, `SELECT id, agent, created_us, expires_us, hash = $2 FROM people_sessions
		WHERE account_id = $1 AND expires_us > $3 ORDER BY created_us DESC, hash LIMIT 200`, accountID, current, now)
	return db.All(rows, err, func(s *Session) []any { return []any{&s.ID, &s.Agent, &s.CreatedUS, &s.ExpiresUS, &s.Current} })
}

// deleteSessions ends all of an account.
func deleteSessions(ctx context.Context, tx db.Tx, accountID string) (int64, error) {
	result, err := tx.ExecContext(ctx, `DELETE FROM people_sessions WHERE account_id = $1`, accountID)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func deleteSession(ctx context.Context, tx db.Tx, hash string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM people_sessions WHERE hash = $1`, hash)
	return err
}

// sessionAccount finds the account of a session that goes on, and when it ends.
func sessionAccount(ctx context.Context, r db.Reader, hash string, now int64) (a Account, ends int64, ok bool, err error) {
	a, err = scanAccount(r.QueryRowContext(ctx, `SELECT `+accountColumns+`, s.expires_us FROM people_sessions s JOIN people_accounts a ON a.id = s.account_id
		WHERE s.hash = $1 AND s.expires_us > $2 AND NOT a.disabled`, hash, now), &ends)
	a, ok, err = found(a, err)
	return a, ends, ok, err
}

const tokenColumns = `t.id, t.account_id, t.name, t.role, t.created_us, t.expires_us, t.used_us, t.revoked_us, t.product_json`

func tokenInto(t *Token) []any {
	return []any{&t.ID, &t.AccountID, &t.Name, &t.Role, &t.CreatedUS, &t.ExpiresUS, &t.UsedUS, &t.RevokedUS, (*idList)(&t.Products)}
}

// idList is a list of ids as a column has it.
type idList []string

// Scan reads the JSON of the column (sql.Scanner).
func (l *idList) Scan(from any) error {
	text, ok := from.(string)
	if !ok {
		return fmt.Errorf("a list of ids is %T", from)
	}
	return json.Unmarshal([]byte(text), (*[]string)(l))
}

func insertToken(ctx context.Context, tx db.Tx, t Token, hash string) error {
	products, err := json.Marshal(t.Products)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO people_tokens (id, account_id, name, hash, role, created_us, expires_us, product_json) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		t.ID, t.AccountID, t.Name, hash, t.Role, t.CreatedUS, t.ExpiresUS, string(products))
	return err
}

// tokenHolder finds a valid token and its account by the secret's hash.
func tokenHolder(ctx context.Context, r db.Reader, hash string, now int64) (t Token, a Account, ok bool, err error) {
	a, err = scanAccount(r.QueryRowContext(ctx, `SELECT `+accountColumns+`, `+tokenColumns+`
		FROM people_tokens t JOIN people_accounts a ON a.id = t.account_id
		WHERE t.hash = $1 AND t.revoked_us = 0 AND (t.expires_us = 0 OR t.expires_us > $2) AND NOT a.disabled`, hash, now), tokenInto(&t)...)
	a, ok, err = found(a, err)
	return t, a, ok, err
}

func touchToken(ctx context.Context, tx db.Tx, id string, now int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE people_tokens SET used_us = $2 WHERE id = $1 AND used_us < $2`, id, now)
	return err
}

// tokens lists the tokens of one account, or of all when accountID is "".
func tokens(ctx context.Context, r db.Reader, accountID, after string, limit int) (list []Token, err error) {
	rows, err := r.QueryContext(ctx, `SELECT `+tokenColumns+`, a.name FROM people_tokens t JOIN people_accounts a ON a.id = t.account_id
		WHERE t.id > $1 AND ($2 = '' OR t.account_id = $2) ORDER BY t.id LIMIT $3`, after, accountID, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var t Token
		if err := rows.Scan(append(tokenInto(&t), &t.Account)...); err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, rows.Err()
}

// revokeToken ends a token of the account, or of anyone when accountID is "".
func revokeToken(ctx context.Context, tx db.Tx, id, accountID string, now int64) (bool, error) {
	result, err := tx.ExecContext(ctx, `UPDATE people_tokens SET revoked_us = CASE WHEN revoked_us = 0 THEN $3 ELSE revoked_us END
		WHERE id = $1 AND ($2 = '' OR account_id = $2)`, id, accountID, now)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}
