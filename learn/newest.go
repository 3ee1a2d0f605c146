package learn

import (
	"context"
	"errors"
	"sync"
	"time"

	"zhuomo/internal/db"
)

// newestAge is how late a model is seen that another process made.
const newestAge = time.Second

// newest remembers which model of a product is the newest one.
type newest struct {
	mu    sync.Mutex
	of    map[string]looked // under mu, by product
	state int               // under mu: counts how often it was forgotten
}

type looked struct {
	id string // "" = there is none
	at time.Time
}

// mostNewest bounds what is remembered; past it all begins anew.
const mostNewest = 256

// Newest opens the newest model of a product, for those who ask very often: it may
// miss for a second what another process made. Faults: NoSuchModel, those of Open.
func (s *Service) Newest(ctx context.Context, product string) (Model, error) {
	now := s.needs.Now()
	s.newest.mu.Lock()
	l, ok := s.newest.of[product]
	state := s.newest.state
	s.newest.mu.Unlock()
	if age := now.Sub(l.at); ok && age >= 0 && age < newestAge {
		if l.id == "" {
			return nil, NoSuchModel.With("model", "latest")
		}
		if m := s.recall(l.id); m != nil {
			return m, nil
		}
	}
	made, m, err := s.Open(ctx, product, "latest")
	if err != nil && !errors.Is(err, NoSuchModel) {
		return nil, err
	}
	s.newest.mu.Lock()
	defer s.newest.mu.Unlock()
	if s.newest.state == state {
		if s.newest.of == nil || len(s.newest.of) >= mostNewest {
			s.newest.of = map[string]looked{}
		}
		s.newest.of[product] = looked{made.ID, now}
	}
	return m, err
}

// changed forgets what is the newest, once tx is on disk.
func (n *newest) changed(tx db.Tx) {
	db.AfterCommit(tx, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		clear(n.of)
		n.state++
	})
}
