package db

import (
	"context"
	"sync"
)

// Notify tells everyone who listens to topic, in every process on the database,
// that something about what (an id, of one line) is new. News are hints: they
// may come twice, late, or not at all when a connection breaks, so whoever
// listens also looks by itself now and then.
func (d *DB) Notify(topic, what string) {
	d.news.tell(topic, what)
	if p, ok := d.engine.(*postgresDB); ok {
		p.news.send(topic, what)
	}
}

// NotifyAfter is Notify once the transaction of tx is on disk.
func (d *DB) NotifyAfter(tx Tx, topic, what string) {
	AfterCommit(tx, func() { d.Notify(topic, what) })
}

// Listen gives what is told about topic, each pending thing once, until ctx
// ends or the database closes; then the channel closes. "" says that news may
// have been missed: look at everything.
func (d *DB) Listen(ctx context.Context, topic string) <-chan string {
	return d.news.listen(ctx, topic)
}

// news hands out what is told in this process.
type news struct {
	mu        sync.Mutex // guards what follows
	listeners map[string]map[*listener]struct{}
	closed    bool
}

// listener holds what one reader has not taken yet; nobody waits for it.
type listener struct {
	out   chan string   // unbuffered: what waits is in order
	wake  chan struct{} // size 1: a pending signal is enough
	ended chan struct{} // closed with the database

	mu      sync.Mutex // guards what follows
	order   []string
	pending map[string]struct{}
}

func newNews() *news { return &news{listeners: map[string]map[*listener]struct{}{}} }

func (n *news) listen(ctx context.Context, topic string) <-chan string {
	l := &listener{out: make(chan string), wake: make(chan struct{}, 1), ended: make(chan struct{}), pending: map[string]struct{}{}}
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		close(l.out)
		return l.out
	}
	if n.listeners[topic] == nil {
		n.listeners[topic] = map[*listener]struct{}{}
	}
	n.listeners[topic][l] = struct{}{}
	n.mu.Unlock()
	go func() {
		defer close(l.out)
		l.deliver(ctx)
		n.mu.Lock()
		delete(n.listeners[topic], l)
		n.mu.Unlock()
	}()
	return l.out
}

func (n *news) tell(topic, what string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for l := range n.listeners[topic] {
		l.put(what)
	}
}

// missed tells every listener that it may have missed something.
func (n *news) missed() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, all := range n.listeners {
		for l := range all {
			l.put("")
		}
	}
}

func (n *news) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return
	}
	n.closed = true
	for _, all := range n.listeners {
		for l := range all {
			close(l.ended)
		}
	}
}

func (l *listener) put(what string) {
	l.mu.Lock()
	if _, waits := l.pending[what]; !waits {
		l.pending[what] = struct{}{}
		l.order = append(l.order, what)
	}
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *listener) take() (string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.order) == 0 {
		return "", false
	}
	what := l.order[0]
	l.order = l.order[1:]
	delete(l.pending, what)
	return what, true
}

func (l *listener) deliver(ctx context.Context) {
	for {
		what, ok := l.take()
		if !ok {
			select {
			case <-l.wake:
				continue
			case <-ctx.Done():
			case <-l.ended:
			}
			return
		}
		select {
		case l.out <- what:
		case <-ctx.Done():
			return
		case <-l.ended:
			return
		}
	}
}
