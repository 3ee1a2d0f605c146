package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

// postgresTx is the Tx of one run of one closure.
type postgresTx struct {
	tx      *sql.Tx
	request *request
	rows    []*sql.Rows // closed at the end if the closure forgot to
	met     error       // another transaction was met, or the connection broke: what the closure says of it does not matter
	taken   bool        // a row exists already
	over    bool
}

func (t *postgresTx) of() *request { return t.request }

// SQLTx is the transaction of database/sql beneath tx, for a library that wants
// one; nil on SQLite. It must not be ended.
func SQLTx(tx Tx) *sql.Tx {
	if t, ok := tx.(*postgresTx); ok {
		return t.tx
	}
	return nil
}

// QueryContext asks inside the transaction; it sees what the closure changed.
func (t *postgresTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	rows, err := t.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, t.note(err)
	}
	t.rows = append(t.rows, rows)
	return rows, nil
}

// QueryRowContext asks for one row inside the transaction.
func (t *postgresTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if t.ready(ctx) != nil {
		ended, cancel := context.WithCancel(context.Background())
		cancel() // a *sql.Row cannot be made with an error: let an ended context say it
		return t.tx.QueryRowContext(ended, query, args...)
	}
	row := t.tx.QueryRowContext(ctx, query, args...)
	_ = t.note(row.Err())
	return row
}

// ExecContext changes rows.
func (t *postgresTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	result, err := t.tx.ExecContext(ctx, query, args...)
	return result, t.note(err)
}

func (t *postgresTx) ready(ctx context.Context) error {
	switch {
	case t.over:
		return fmt.Errorf("the closure of this transaction has returned: %w", sql.ErrTxDone)
	case t.met != nil:
		return t.met
	}
	return ctx.Err()
}

func (t *postgresTx) note(err error) error {
	var e *pgconn.PgError
	if errors.As(err, &e) && e.Code == "23505" {
		t.taken = true
	}
	if err != nil && t.met == nil && (isMeeting(err) || isCut(err)) {
		t.met = early(err)
	}
	return err
}

func (t *postgresTx) end() {
	t.over = true
	for _, r := range t.rows {
		_ = r.Close()
	}
}
