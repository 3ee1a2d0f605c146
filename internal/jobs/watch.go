package jobs

import (
	"context"
	"sync"

	"zhuomo/internal/db"
)

// watcher hands the latest state of each changed job to one reader. A slow
// reader skips states in between, never the last one, and holds up nobody.
type watcher struct {
	out chan Job // unbuffered: what waits is in pending, where it can be replaced

	mu      sync.Mutex // guards the two below
	order   []string   // ids with news, oldest first
	pending map[string]Job

	news  chan struct{} // size 1: a pending signal is enough
	ended chan struct{} // closed by Stop
}

// Watch gives jobs as they change, in any process on the database, until ctx ends or the runner
// stops; then the channel closes.
func (r *Runner) Watch(ctx context.Context) <-chan Job {
	w := &watcher{
		out: make(chan Job), pending: map[string]Job{},
		news: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	r.mu.Lock()
	if r.watchers == nil { // stopped
		r.mu.Unlock()
		close(w.out)
		return w.out
	}
	r.watchers[w] = struct{}{}
	r.mu.Unlock()
	go func() {
		defer close(w.out)
		w.deliver(ctx)
		r.mu.Lock()
		delete(r.watchers, w)
		r.mu.Unlock()
	}()
	return w.out
}

func (w *watcher) deliver(ctx context.Context) {
	for {
		j, ok := w.take()
		if !ok {
			select {
			case <-w.news:
				continue
			case <-ctx.Done():
				return
			case <-w.ended:
				if j, ok = w.take(); !ok {
					return
				}
			}
		}
		select {
		case w.out <- j:
		case <-ctx.Done():
			return
		}
	}
}

func (w *watcher) take() (Job, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.order) == 0 {
		return Job{}, false
	}
	id := w.order[0]
	w.order = w.order[1:]
	j := w.pending[id]
	delete(w.pending, id)
	return j, true
}

func (w *watcher) put(j Job) {
	w.mu.Lock()
	if _, waits := w.pending[j.ID]; !waits {
		w.order = append(w.order, j.ID)
	}
	w.pending[j.ID] = j
	w.mu.Unlock()
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// publishLater tells the watchers once tx is committed. SQLite's writer runs such
// calls in the order of the commits, so that no older state comes after a newer;
// elsewhere every process reads the job anew (hear).
func (r *Runner) publishLater(tx db.Tx, j Job) {
	if r.db.Shared() {
		r.db.NotifyAfter(tx, newsOfJobs, j.ID)
		return
	}
	db.AfterCommit(tx, func() { r.publish(j) })
}

func (r *Runner) watched() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.watchers) > 0
}

func (r *Runner) publish(j Job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for w := range r.watchers {
		w.put(j)
	}
}

func (r *Runner) closeWatchers() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for w := range r.watchers {
		close(w.ended)
	}
	r.watchers = nil
}
