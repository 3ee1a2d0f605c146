package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Broadcaster hands events to every open page. Publish never waits: a listener
// that is too slow loses its connection and catches up with Last-Event-ID.
type Broadcaster struct {
	mu        sync.Mutex
	next      uint64  // id of the next event; begins at the start time in µs, so ids grow over restarts
	recent    []event // the last keepEvents, oldest first
	listeners map[*listener]struct{}
	closed    bool
}

type event struct {
	id      uint64
	product string // "" = for everyone
	topic   string
	data    []byte // one line of JSON
}

type listener struct {
	product string
	events  chan event // holds listenerRoom events: a burst while one write is under way
}

const (
	keepEvents   = 1024
	listenerRoom = 256
	heartbeat    = 15 * time.Second
)

// NewBroadcaster makes one; now is only asked once.
func NewBroadcaster(now func() time.Time) *Broadcaster {
	return &Broadcaster{next: uint64(now().UnixMicro()), listeners: map[*listener]struct{}{}}
}

// Publish tells every listener. data becomes JSON; topic is a stage's word such
// as "job" or "label.tasks".
func (b *Broadcaster) Publish(topic string, data any) { b.PublishTo("", topic, data) }

// PublishTo tells the listeners of one product, and those who listen to all.
func (b *Broadcaster) PublishTo(product, topic string, data any) {
	line, err := json.Marshal(data)
	if err != nil {
		panic("an event that is not JSON: " + err.Error())
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	e := event{id: b.next, product: product, topic: topic, data: line}
	b.next++
	b.recent = append(b.recent, e)
	if len(b.recent) > 2*keepEvents { // move the window only now and then
		b.recent = append([]event(nil), b.recent[len(b.recent)-keepEvents:]...)
	}
	for l := range b.listeners {
		if !e.concerns(l.product) {
			continue
		}
		select {
		case l.events <- e:
		default:
			delete(b.listeners, l)
			close(l.events)
		}
	}
}

// StreamCount is how many pages listen right now.
func (b *Broadcaster) StreamCount() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.listeners)
}

// Close ends every stream, so that a server can stop.
func (b *Broadcaster) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for l := range b.listeners {
		delete(b.listeners, l)
		close(l.events)
	}
}

func (e event) concerns(product string) bool {
	return product == "" || e.product == "" || e.product == product
}

// listen starts a listener. With after > 0 it first gets what it missed;
// lost is true when some of that is no longer kept.
func (b *Broadcaster) listen(product string, after uint64) (l *listener, missed []event, lost bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l = &listener{product: product, events: make(chan event, listenerRoom)}
	if b.closed {
		close(l.events)
		return l, nil, false
	}
	b.listeners[l] = struct{}{}
	if after == 0 {
		return l, nil, false
	}
	lost = after+1 < b.next && (len(b.recent) == 0 || b.recent[0].id > after+1)
	for _, e := range b.recent {
		if e.id > after && e.concerns(product) {
			missed = append(missed, e)
		}
	}
	return l, missed, lost
}

func (b *Broadcaster) leave(l *listener) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, here := b.listeners[l]; here {
		delete(b.listeners, l)
		close(l.events)
	}
}

// EventRoutes is the event stream as a route.
func EventRoutes(b *Broadcaster) []Route {
	return []Route{
		Raw("GET", "/api/v1/events", Viewer, "事件流（SSE）：作业进度与各环节的变化", "event stream (SSE): job progress and what changes in each stage",
			http.HandlerFunc(b.serve), Wide()),
	}
}

// serve streams events as text/event-stream. The event "reset" tells that some
// were missed for good: the page should load its data anew.
func (b *Broadcaster) serve(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.ParseUint(r.Header.Get("Last-Event-ID"), 10, 64) // a strange id is as good as none
	product := r.URL.Query().Get("product")
	if who := Who(r.Context()); len(who.Products) > 0 && (product == "" || !who.Sees(product)) {
		WriteFault(w, r, OtherProduct.With())
		return
	}
	l, missed, lost := b.listen(product, after)
	defer b.leave(l)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	send := func(text []byte) bool {
		// A reader that takes nothing for two heartbeats is gone.
		_ = out.SetWriteDeadline(time.Now().Add(2 * heartbeat))
		if _, err := w.Write(text); err != nil {
			return false
		}
		return out.Flush() == nil
	}
	hello := []byte("retry: 1000\n\n")
	if lost {
		hello = append(hello, "event: reset\ndata: {}\n\n"...)
	}
	for _, e := range missed {
		hello = append(hello, e.wire()...)
	}
	if !send(hello) {
		return
	}
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
			if !send([]byte(": still here\n\n")) {
				return
			}
		case e, open := <-l.events:
			if !open || !send(e.wire()) {
				return
			}
		}
	}
}

func (e event) wire() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "id: %d\nevent: %s\ndata: %s\n\n", e.id, e.topic, e.data)
	return b.Bytes()
}
