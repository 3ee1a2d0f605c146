package serve

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"zhuomo/internal/api"
)

// watchers are the open event streams of sessions.
type watchers struct {
	mu   sync.Mutex
	open map[string]map[chan Answered]struct{} // under mu, by session
}

// watcherRoom is how many answers a slow reader may lag behind before it loses
// its stream; it then reads what it missed from the turns.
const watcherRoom = 16

func (w *watchers) join(session string) chan Answered {
	c := make(chan Answered, watcherRoom)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open[session] == nil {
		w.open[session] = map[chan Answered]struct{}{}
	}
	w.open[session][c] = struct{}{}
	return c
}

func (w *watchers) leave(session string, c chan Answered) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, here := w.open[session][c]; here {
		w.remove(session, c)
	}
}

func (w *watchers) remove(session string, c chan Answered) {
	close(c)
	if delete(w.open[session], c); len(w.open[session]) == 0 {
		delete(w.open, session)
	}
}

func (w *watchers) any(session string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.open[session]) > 0
}

func (w *watchers) count() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, all := range w.open {
		n += len(all)
	}
	return n
}

// closeAll ends every stream; the readers come again.
func (w *watchers) closeAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for session, all := range w.open {
		for c := range all {
			w.remove(session, c)
		}
	}
}

// tell never waits.
func (w *watchers) tell(session string, a Answered) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.open[session] {
		select {
		case c <- a:
		default:
			w.remove(session, c)
		}
	}
}

// events streams the answers of one session as server-sent events: "turn" for
// each, until the reader hangs up. EventSource cannot send headers, so the
// token may also come as ?token=.
func (s *Service) events(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	id := r.PathValue("session")
	token := r.Header.Get("X-Session-Token")
	if token == "" {
		token = r.URL.Query().Get("token")
	}
	product, _, err := s.n.Products.Product(ctx, r.PathValue("product"))
	if err == nil {
		err = s.Admit(ctx, product, id, token)
	}
	if err != nil {
		api.WriteFault(w, r, err)
		return
	}
	c := s.watchers.join(id)
	defer s.watchers.leave(id, c)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	send := func(text []byte) bool {
		_ = out.SetWriteDeadline(time.Now().Add(time.Minute)) // in-process writers have none
		_, err := w.Write(text)
		return err == nil && out.Flush() == nil
	}
	if !send([]byte("retry: 1000\n\n")) {
		return
	}
	beat := time.NewTicker(20 * time.Second)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			if !send([]byte(": still here\n\n")) {
				return
			}
		case a, open := <-c:
			if !open || !send(eventOf("turn", a)) {
				return
			}
		}
	}
}

func eventOf(name string, data any) []byte {
	text, err := json.Marshal(data)
	if err != nil {
		panic("an event that is not JSON: " + err.Error())
	}
	return fmt.Appendf(nil, "event: %s\ndata: %s\n\n", name, text)
}
