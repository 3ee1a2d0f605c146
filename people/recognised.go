package people

import (
	"context"
	"sync"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
)

// recognisedFor is how long an answer of Recognise is remembered. What ends a
// token, a session or an account ends it at once in this process and with the
// news in others; if the news are lost, this late.
const recognisedFor = 2 * time.Second

// mostRecognised bounds what is remembered; past it all begins anew.
const mostRecognised = 10_000

// recognised remembers who holds which secret, by the secret's hash.
type recognised struct {
	mu    sync.Mutex
	of    map[string]holder // under mu
	state int               // under mu: counts how often all was forgotten
}

type holder struct {
	actor api.Actor
	until time.Time
}

func (r *recognised) get(hash string, now time.Time) (who api.Actor, state int, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h, ok := r.of[hash]
	return h.actor, r.state, ok && now.Before(h.until)
}

// put remembers what was read since state, unless it may have changed meanwhile.
// ends is when the secret does, in microseconds; 0 = never.
func (r *recognised) put(hash string, who api.Actor, state int, now time.Time, ends int64) {
	until := now.Add(recognisedFor)
	if at := time.UnixMicro(ends); ends > 0 && at.Before(until) {
		until = at
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state != state {
		return
	}
	if r.of == nil || len(r.of) >= mostRecognised {
		r.of = map[string]holder{}
	}
	r.of[hash] = holder{who, until}
}

func (r *recognised) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.of)
	r.state++
}

// accessTopic is told in all processes when somebody may no longer, or may less.
const accessTopic = "people access"

// accessChanged makes every process ask anew once tx is on disk; this one before
// the change is acknowledged.
func (s *Service) accessChanged(tx db.Tx) {
	db.AfterCommit(tx, s.seen.forget)
	s.db.NotifyAfter(tx, accessTopic, "changed")
}

// Follow forgets who was recognised when another process says so, until ctx ends.
func (s *Service) Follow(ctx context.Context) {
	for range s.db.Listen(ctx, accessTopic) {
		s.seen.forget()
	}
}
