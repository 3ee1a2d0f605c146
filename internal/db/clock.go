package db

import (
	"context"
	"database/sql"
	"sync/atomic"
	"time"
)

const (
	clockEvery = 10 * time.Second
	// clockMayDiffer is how far two machines that keep their clocks right are
	// apart at most. Less is left alone: measuring it would only add noise.
	clockMayDiffer = time.Second
	clockTries     = 3
)

// sharedClock is the time of all processes on one PostgreSQL: that of this
// machine, or the server's where this machine's is wrong. Leases and the order
// of ids would otherwise depend on which process happens to be asked.
type sharedClock struct {
	local func() time.Time
	ahead atomic.Int64 // what the server's clock is ahead of ours, in ns
}

func (c *sharedClock) now() time.Time { return c.local().Add(time.Duration(c.ahead.Load())) }

// look measures; the quickest answer says it best.
func (c *sharedClock) look(ctx context.Context, pool *sql.DB) error {
	var ahead time.Duration
	best := time.Duration(-1)
	for range clockTries {
		var us int64
		asked := c.local()
		err := pool.QueryRowContext(ctx, "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)").Scan(&us)
		if err != nil {
			return err
		}
		if took := c.local().Sub(asked); best < 0 || took < best {
			best, ahead = took, time.UnixMicro(us).Sub(asked.Round(0).Add(took/2))
		}
	}
	if ahead.Abs() < clockMayDiffer+best {
		ahead = 0
	}
	c.ahead.Store(int64(ahead))
	return nil
}

// follow looks again and again until ctx ends. Where the server is gone the last
// look holds.
func (c *sharedClock) follow(ctx context.Context, pool *sql.DB) {
	tick := time.NewTicker(clockEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = c.look(ctx, pool)
		}
	}
}
