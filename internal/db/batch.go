package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

const (
	// maxBatch closures share one commit at most.
	maxBatch = 256
	// maxBatchTime is how long a batch may grow while others wait to be
	// acknowledged. One long closure can exceed it, two cannot.
	maxBatchTime = 4 * time.Millisecond
)

// loopState belongs to the write loop's goroutine.
type loopState struct {
	conn  *sql.Conn
	stmts map[kept]*sql.Stmt // prepared on conn
	batch []*request         // taken and not yet answered
	carry *request           // read from the queue, starts the next batch
}

// kept names a prepared statement: the first, second, … of its text.
type kept struct {
	text string
	twin int
}

func (d *sqliteDB) submit(r *request) error {
	d.mu.RLock()
	if d.closed {
		d.mu.RUnlock()
		return Closed.With()
	}
	select {
	case d.queue <- r:
		d.mu.RUnlock()
	case <-r.ctx.Done():
		d.mu.RUnlock()
		return r.ctx.Err()
	}
	select {
	case err := <-r.done:
		return err
	case <-r.ctx.Done():
		if r.state.CompareAndSwap(waiting, left) {
			return r.ctx.Err()
		}
		return <-r.done // it runs already: the answer is what happened
	}
}

// writeLoop takes requests until the queue is closed and empty.
func (d *sqliteDB) writeLoop() {
	finished := false
	defer func() {
		if finished {
			d.forget() // a connection with open statements closes, but never folds the log
			close(d.ended)
			return
		}
		// A closure ended this goroutine (runtime.Goexit, as t.FailNow does).
		// Its batch is lost; the others must not wait for ever.
		d.abandon(errors.New("a closure ended the writer's goroutine"))
		go d.writeLoop()
	}()
	for {
		r, open := d.next(true)
		if !open {
			finished = true
			return
		}
		switch {
		case r.alone != nil:
			if r.state.CompareAndSwap(waiting, taken) {
				r.done <- d.runAlone(r)
			}
		default:
			d.runBatch(r)
		}
	}
}

// next gives the request carried over or the next of the queue; open is false
// when there is none (and, if wait, never will be).
func (d *sqliteDB) next(wait bool) (r *request, open bool) {
	if r = d.loop.carry; r != nil {
		d.loop.carry = nil
		return r, true
	}
	if wait {
		r, open = <-d.queue
		return r, open
	}
	select {
	case r, open = <-d.queue:
		return r, open
	default:
		return nil, false
	}
}

// runBatch commits first and what waits behind it.
func (d *sqliteDB) runBatch(first *request) {
	if err := d.begin(); err != nil {
		if first.state.CompareAndSwap(waiting, taken) {
			first.done <- Explain(err)
		}
		return
	}
	start := time.Now() // a batch is bounded in real time, whatever the clock says
	for r := first; ; {
		if r.state.CompareAndSwap(waiting, taken) {
			d.loop.batch = append(d.loop.batch, r)
			if lost := d.runOne(r); lost != nil {
				d.abandon(lost)
				return
			}
		}
		if len(d.loop.batch) >= maxBatch || time.Since(start) > maxBatchTime {
			break
		}
		var open bool
		if r, open = d.next(false); !open {
			break
		}
		if r.alone != nil {
			d.loop.carry = r
			break
		}
	}
	if err := d.exec("COMMIT"); err != nil {
		d.abandon(err)
		return
	}
	d.tally.commits.Add(1)
	for _, r := range d.loop.batch {
		if r.err == nil {
			for _, do := range r.after {
				do()
			}
		}
		r.done <- r.err
	}
	d.loop.batch = d.loop.batch[:0]
}

// runOne runs one closure behind a savepoint. lost tells that the transaction
// as a whole is gone.
func (d *sqliteDB) runOne(r *request) (lost error) {
	if err := d.exec("SAVEPOINT closure"); err != nil {
		return err
	}
	tx := &writeTx{loop: &d.loop, request: r}
	r.err = callClosure(r, tx, tx.end)
	if tx.broken != nil {
		return tx.broken
	}
	if r.err != nil {
		r.err = Explain(r.err)
		if err := d.exec("ROLLBACK TO closure"); err != nil {
			return err
		}
	}
	return d.exec("RELEASE closure")
}

// runAlone runs a closure between transactions, its panic as an error.
func (d *sqliteDB) runAlone(r *request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in an exclusive step: %v\n%s", p, debug.Stack())
		}
	}()
	return r.alone(r.ctx)
}

// begin opens the batch's transaction, on a new connection if the last one
// was given up.
func (d *sqliteDB) begin() error {
	if d.loop.conn == nil {
		conn, err := d.writers.Conn(context.Background())
		if err != nil {
			return err
		}
		d.loop.conn = conn
	}
	err := d.exec("BEGIN IMMEDIATE")
	if err != nil {
		d.dropConn()
	}
	return err
}

// abandon rolls the whole batch back and tells everyone in it why.
func (d *sqliteDB) abandon(why error) {
	_ = d.exec("ROLLBACK") // fails if SQLite has rolled back already: the aim is reached
	d.dropConn()
	for _, r := range d.loop.batch {
		r.done <- Explain(fmt.Errorf("commit: %w", why))
	}
	d.loop.batch = d.loop.batch[:0]
}

// dropConn closes the connection, with all state that a failure left in it.
func (d *sqliteDB) dropConn() {
	d.forget()
	if d.loop.conn != nil {
		// ErrBadConn makes the pool discard the connection instead of keeping it.
		_ = d.loop.conn.Raw(func(any) error { return errDiscard })
		_ = d.loop.conn.Close()
		d.loop.conn = nil
	}
}

// forget closes the prepared statements.
func (d *sqliteDB) forget() {
	for _, s := range d.loop.stmts {
		_ = s.Close()
	}
	d.loop.stmts = nil
}

func (d *sqliteDB) exec(text string) error {
	stmt, err := d.loop.prepare(text, 0)
	if err != nil {
		return err
	}
	_, err = stmt.ExecContext(context.Background())
	return err
}
