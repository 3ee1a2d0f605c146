package db

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Lock waits until nobody else holds name, in any process on the database, and
// gives what lets it go again. The end of a process lets go too.
//
// Cost: on PostgreSQL a connection for as long as it is held: for rare, long
// work, not for rows.
func (d *DB) Lock(ctx context.Context, name string) (unlock func(), err error) {
	if p, ok := d.engine.(*postgresDB); ok {
		return p.lock(ctx, name)
	}
	return d.locks.take(ctx, name)
}

func (d *postgresDB) lock(ctx context.Context, name string) (func(), error) {
	conn, err := pgx.ConnectConfig(ctx, d.config)
	if err != nil {
		return nil, Explain(err)
	}
	unlock := func() {
		ctx, done := context.WithTimeout(context.Background(), time.Second)
		defer done()
		_ = conn.Close(ctx) // the server lets go in any case
	}
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock("+lockKey+")", name); err != nil {
		unlock()
		return nil, Explain(err)
	}
	return unlock, nil
}

// lockKey turns a name into the number of an advisory lock of this schema.
const lockKey = "hashtextextended('zhuomo ' || current_schema() || ' ' || $1::text, 0)"

// locks are those of a database that one process has for itself.
type locks struct {
	mu   sync.Mutex
	held map[string]chan struct{} // by name; closed when let go
}

func (l *locks) take(ctx context.Context, name string) (func(), error) {
	for {
		l.mu.Lock()
		busy := l.held[name]
		if busy == nil {
			mine := make(chan struct{})
			l.held[name] = mine
			l.mu.Unlock()
			return func() {
				l.mu.Lock()
				defer l.mu.Unlock()
				delete(l.held, name)
				close(mine)
			}, nil
		}
		l.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
