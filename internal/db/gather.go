package db

import (
	"context"
	"errors"
	"sync"
)

// maxGathered items share one transaction at most.
const maxGathered = 128

// Gather writes for many callers with few statements: what arrives while one
// transaction is under way goes into the next one together.
type Gather[T any] struct {
	db *DB
	do func(ctx context.Context, tx Tx, items []T) ([]error, error)

	mu    sync.Mutex
	queue []*gathered[T] // under mu, in the order of arrival
	busy  bool           // under mu: run goes on
}

// gathered is an item on its way.
type gathered[T any] struct {
	ctx  context.Context
	item T
	done chan error // size 1: nobody waits for the caller
}

// NewGather makes a Gather. do is a closure of Write for all items at once and
// obeys its rules. It gives nil, or for each item its error: an item with one has
// changed nothing. An error of do as a whole is no item's fault yet: each is then
// written by itself.
func NewGather[T any](d *DB, do func(ctx context.Context, tx Tx, items []T) ([]error, error)) *Gather[T] {
	return &Gather[T]{db: d, do: do}
}

// Write is DB.Write for one item: durable on return, its own error or that of the
// database, and what goes alongside ctx with it. A ctx that ends before its turn
// came leaves the item out.
func (g *Gather[T]) Write(ctx context.Context, item T) error {
	w := &gathered[T]{ctx: ctx, item: item, done: make(chan error, 1)}
	g.mu.Lock()
	g.queue = append(g.queue, w)
	if !g.busy {
		g.busy = true
		go g.run() // ends with the last item, for which its caller waits
	}
	g.mu.Unlock()
	return <-w.done
}

// run writes what waits until nothing does.
func (g *Gather[T]) run() {
	for {
		g.mu.Lock()
		batch := g.queue[:min(len(g.queue), maxGathered)]
		g.queue = g.queue[len(batch):]
		if len(batch) == 0 {
			g.queue, g.busy = nil, false
			g.mu.Unlock()
			return
		}
		g.mu.Unlock()
		g.write(batch)
	}
}

func (g *Gather[T]) write(batch []*gathered[T]) {
	live := make([]*gathered[T], 0, len(batch))
	for _, w := range batch {
		if err := w.ctx.Err(); err != nil {
			w.done <- err
			continue
		}
		live = append(live, w)
	}
	if len(live) > 1 {
		errs, err := g.together(live)
		if err == nil || isTrouble(err) {
			for i, w := range live {
				if err == nil {
					w.done <- at(errs, i)
				} else {
					w.done <- err
				}
			}
			return
		}
	}
	for _, w := range live {
		w.done <- g.alone(w)
	}
}

// together writes the items in one transaction, each with what goes alongside.
func (g *Gather[T]) together(live []*gathered[T]) (errs []error, err error) {
	items := make([]T, len(live))
	riding := make([][]*companion, len(live))
	for i, w := range live {
		items[i], riding[i] = w.item, ridingOn(w.ctx)
	}
	err = g.db.Write(context.Background(), func(ctx context.Context, tx Tx) error {
		var err error
		if errs, err = g.do(ctx, tx, items); err != nil {
			return err
		}
		for i, list := range riding {
			if at(errs, i) != nil {
				continue
			}
			for _, c := range list {
				if err := c.do(ctx, tx); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, list := range riding {
		for _, c := range list {
			c.rode.Store(at(errs, i) == nil)
		}
	}
	return errs, nil
}

// alone writes one item as if there were no others.
func (g *Gather[T]) alone(w *gathered[T]) error {
	return g.db.Write(w.ctx, func(ctx context.Context, tx Tx) error {
		errs, err := g.do(ctx, tx, []T{w.item})
		if err == nil {
			err = at(errs, 0)
		}
		return err
	})
}

func at(errs []error, i int) error {
	if errs == nil {
		return nil
	}
	return errs[i]
}

// isTrouble tells an error that every item would meet again.
func isTrouble(err error) bool {
	for _, d := range troubles {
		if errors.Is(err, d) {
			return true
		}
	}
	return false
}
