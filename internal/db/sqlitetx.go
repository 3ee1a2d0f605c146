package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
)

// errDiscard tells database/sql to throw a connection away.
var errDiscard = driver.ErrBadConn

// maxStmts bounds the prepared statements; beyond it all are forgotten, since
// only texts made at run time can be so many.
const maxStmts = 512

// writeTx is the Tx of one closure.
//
// Statements run without the caller's cancellation: SQLite answers an
// interrupted change by rolling back the whole transaction, which would take
// the neighbours of the batch along. Cancellation is seen between statements.
type writeTx struct {
	loop    *loopState
	request *request
	rows    []*sql.Rows // closed at the end if the closure forgot to
	asked   []string    // texts whose rows may still be open: each has taken a prepared statement
	broken  error       // the transaction as a whole is lost
	over    bool
}

func (t *writeTx) of() *request { return t.request }

// QueryContext asks inside the transaction; it sees what the closure changed.
func (t *writeTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	stmt, err := t.prepare(query)
	if err != nil {
		return nil, t.note(err)
	}
	var rows *sql.Rows
	if stmt == nil {
		rows, err = t.loop.conn.QueryContext(ctx, query, args...)
	} else {
		t.asked = append(t.asked, query)
		rows, err = stmt.QueryContext(ctx, args...)
	}
	if err != nil {
		return nil, t.note(err)
	}
	t.rows = append(t.rows, rows)
	return rows, nil
}

// QueryRowContext asks for one row inside the transaction. Scan it before the
// next question.
func (t *writeTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if t.ready(ctx) != nil {
		ended, cancel := context.WithCancel(context.Background())
		cancel() // a *sql.Row cannot be made with an error: let an ended context say it
		return t.loop.conn.QueryRowContext(ended, query, args...)
	}
	ctx = context.WithoutCancel(ctx)
	var row *sql.Row
	if stmt, err := t.prepare(query); err == nil && stmt != nil {
		row = stmt.QueryRowContext(ctx, args...)
	} else { // asked plainly, so that the row carries what is wrong
		row = t.loop.conn.QueryRowContext(ctx, query, args...)
	}
	if row.Err() != nil {
		_ = t.note(row.Err())
	}
	return row
}

// maxTwins is how many statements are kept of one text.
const maxTwins = 4

// prepare gives a kept statement of a text, or nil while rows of all of them may be open.
func (t *writeTx) prepare(query string) (*sql.Stmt, error) {
	twin := 0
	for _, text := range t.asked {
		if text == query {
			twin++
		}
	}
	if twin == maxTwins {
		return nil, nil
	}
	return t.loop.prepare(query, twin)
}

// ExecContext changes rows.
func (t *writeTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	stmt, err := t.prepare(query)
	if err != nil {
		return nil, t.note(err)
	}
	if stmt == nil {
		result, err := t.loop.conn.ExecContext(ctx, query, args...)
		return result, t.note(err)
	}
	result, err := stmt.ExecContext(ctx, args...)
	return result, t.note(err)
}

func (t *writeTx) ready(ctx context.Context) error {
	switch {
	case t.over:
		return fmt.Errorf("the closure of this transaction has returned: %w", sql.ErrTxDone)
	case t.broken != nil:
		return t.broken
	}
	return ctx.Err()
}

// note remembers an error after which SQLite may have rolled everything back.
// Statements that followed would each commit by themselves.
func (t *writeTx) note(err error) error {
	if err != nil && t.broken == nil && losesTransaction(err) {
		t.broken = err
	}
	return err
}

func (t *writeTx) end() {
	t.over = true
	for _, r := range t.rows {
		_ = r.Close()
	}
}

// prepare keeps statements for reuse. Multi-statement texts work too: the
// driver runs them one by one. twin numbers the statements of one text.
func (l *loopState) prepare(text string, twin int) (*sql.Stmt, error) {
	key := kept{text, twin}
	if s := l.stmts[key]; s != nil {
		return s, nil
	}
	if len(l.stmts) >= maxStmts {
		for _, s := range l.stmts {
			_ = s.Close()
		}
		l.stmts = nil
	}
	s, err := l.conn.PrepareContext(context.Background(), text)
	if err != nil {
		return nil, err
	}
	if l.stmts == nil {
		l.stmts = make(map[kept]*sql.Stmt, 64)
	}
	l.stmts[key] = s
	return s, nil
}
