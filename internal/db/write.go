package db

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// request is one closure on its way through an engine.
type request struct {
	ctx   context.Context
	do    func(ctx context.Context, tx Tx) error
	alone func(ctx context.Context) error // SQLite, instead of do: runs between transactions
	state atomic.Int32                    // waiting, then taken or left
	done  chan error                      // size 1: the writer never waits for the caller
	after []func()                        // to run once committed
	err   error                           // of the closure, while its batch is open
}

const (
	waiting int32 = iota
	taken         // the writer runs it
	left          // the caller gave up first
)

type insideWrite struct{}

// companion rides on the first transaction that is written under its ctx.
type companion struct {
	do    func(ctx context.Context, tx Tx) error
	rode  atomic.Bool
	outer *companion // of the ctx that its own was made of
}

type alongside struct{}

// Alongside makes do a part of the first Write under the ctx that succeeds: both
// are durable, or neither. do must bear to be run again when that write fails.
// What goes alongside the ctx already still does.
func Alongside(ctx context.Context, do func(ctx context.Context, tx Tx) error) context.Context {
	outer, _ := ctx.Value(alongside{}).(*companion)
	return context.WithValue(ctx, alongside{}, &companion{do: do, outer: outer})
}

// ridingOn are the companions of ctx that have not ridden yet.
func ridingOn(ctx context.Context) (riding []*companion) {
	for c, _ := ctx.Value(alongside{}).(*companion); c != nil; c = c.outer {
		if !c.rode.Load() {
			riding = append(riding, c)
		}
	}
	return riding
}

// Write runs do inside a transaction and returns after its commit is on disk.
//
// Order:  as if closures ran one after the other. SQLite does run them so, in
// the order of arrival, and lets those that wait together share one commit;
// PostgreSQL runs them side by side, serializable, and runs again those that
// met: do must bear that, so it sets what it gives back and adds to nothing.
// Errors: the error of do rolls back what do changed and nothing else, and is
// explained (see Explain); a panic in do becomes its error; ctx.Err() if ctx
// ended before do began (it never runs then); DiskFull and the like for the
// whole batch; Unreachable; Unsure; Contended; Closed.
// Cost:   one fsync per batch. do must be short: no network, no learning, no
// Write inside. An error of a statement ends do: on PostgreSQL nothing after
// it succeeds.
func (d *DB) Write(ctx context.Context, do func(ctx context.Context, tx Tx) error) error {
	if ctx.Value(insideWrite{}) != nil {
		return errors.New("db.Write inside db.Write would wait for itself: use the tx at hand")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	riding := ridingOn(ctx)
	if riding == nil {
		return d.submit(&request{ctx: ctx, do: do, done: make(chan error, 1)})
	}
	err := d.submit(&request{ctx: ctx, done: make(chan error, 1), do: func(ctx context.Context, tx Tx) error {
		if err := do(ctx, tx); err != nil {
			return err
		}
		for _, c := range riding {
			if err := c.do(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	}})
	if err == nil {
		for _, c := range riding {
			c.rode.Store(true)
		}
	}
	return err
}

// unsureTries is how often WriteSure writes.
const unsureTries = 5

// WriteSure is Write for a do to which it is nothing to be done twice: where the
// connection broke in the commit, it is written again. Unsure when that went on.
func (d *DB) WriteSure(ctx context.Context, do func(ctx context.Context, tx Tx) error) error {
	err := d.Write(ctx, do)
	for try := 1; try < unsureTries && errors.Is(err, Unsure); try++ {
		err = d.Write(ctx, do)
	}
	return err
}

// submit hands the request to the engine and counts how it went.
func (d *DB) submit(r *request) error {
	began := time.Now() // a write takes real time, whatever the clock says
	err := d.engine.submit(r)
	if d.written != nil {
		d.written(time.Since(began))
	}
	if err == nil {
		d.tally.writes.Add(1)
	} else {
		d.tally.failed(err)
	}
	return err
}

// AfterCommit runs do when the transaction of tx is on disk, before Write
// returns, and never if it is rolled back. do must be quick and must not call
// Write. SQLite runs such calls in the order of the commits, PostgreSQL does not.
func AfterCommit(tx Tx, do func()) {
	r := tx.(interface{ of() *request }).of()
	r.after = append(r.after, do)
}

// callClosure runs the closure and turns its panic into an error; end ends tx.
func callClosure(r *request, tx Tx, end func()) (err error) {
	returned := false
	defer func() {
		end()
		if returned {
			return
		}
		if p := recover(); p != nil {
			err = fmt.Errorf("panic inside db.Write: %v\n%s", p, debug.Stack())
		}
	}()
	err = r.do(context.WithValue(r.ctx, insideWrite{}, true), tx)
	returned = true
	return err
}
