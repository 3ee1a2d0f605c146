package db

import (
	"context"
	"database/sql"
	"sync"
)

// maxRead bounds the statements that readers keep; beyond it all are forgotten,
// since only texts made at run time can be so many.
const maxRead = 256

// preparedReader is a pool of connections that keeps the statements it was asked:
// SQLite takes longer to plan most of our questions than to answer them.
type preparedReader struct {
	pool  *sql.DB
	mu    sync.RWMutex // held for writing while statements are forgotten
	stmts map[string]*sql.Stmt
}

// QueryContext asks.
func (r *preparedReader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, done, err := r.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	defer done()
	return stmt.QueryContext(ctx, args...)
}

// QueryRowContext asks for one row.
func (r *preparedReader) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	stmt, done, err := r.prepare(ctx, query)
	if err != nil { // asked plainly, so that the row carries what is wrong
		return r.pool.QueryRowContext(ctx, query, args...)
	}
	defer done()
	return stmt.QueryRowContext(ctx, args...)
}

// prepare gives the statement of a text; it is kept until done is called.
func (r *preparedReader) prepare(ctx context.Context, query string) (stmt *sql.Stmt, done func(), err error) {
	r.mu.RLock()
	if stmt := r.stmts[query]; stmt != nil {
		return stmt, r.mu.RUnlock, nil
	}
	r.mu.RUnlock()
	if stmt, err = r.pool.PrepareContext(ctx, query); err != nil {
		return nil, nil, err
	}
	r.mu.Lock()
	if len(r.stmts) >= maxRead {
		for _, s := range r.stmts {
			_ = s.Close() // rows of it that are open stay open
		}
		clear(r.stmts)
	}
	if other := r.stmts[query]; other != nil {
		_ = stmt.Close()
		stmt = other
	} else {
		r.stmts[query] = stmt
	}
	r.mu.Unlock()
	r.mu.RLock()
	if r.stmts[query] == stmt {
		return stmt, r.mu.RUnlock, nil
	}
	r.mu.RUnlock() // forgotten meanwhile
	return r.prepare(ctx, query)
}
