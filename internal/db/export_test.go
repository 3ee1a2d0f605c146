package db

import (
	"context"
	"time"
)

// Waiting is how many items of g have not been taken up.
func Waiting[T any](g *Gather[T]) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.queue)
}

// NowWhere is what a process says whose machine has the clock local.
func NowWhere(ctx context.Context, d *DB, local func() time.Time) (time.Time, error) {
	p := d.engine.(*postgresDB)
	c := sharedClock{local: local}
	err := c.look(ctx, p.readers)
	return c.now(), err
}
