package serve

import (
	"context"
	"errors"
	"strings"
	"time"
)

// Topics of db.Notify.
const (
	newsOfLive  = "serve.live"  // a product whose live release changed
	newsOfTurns = "serve.turns" // a session, a space, its new turn
)

// lookEvery is how long a release that another process made live may stay
// unseen when the news of it was lost.
const lookEvery = time.Second

// Follow keeps what is in memory in step with the other processes on the
// database, until ctx ends: which releases are live, and the turns that open
// streams wait for. A process that is alone needs it not.
func (s *Service) Follow(ctx context.Context, failed func(doing string, err error)) {
	live, turns := s.n.DB.Listen(ctx, newsOfLive), s.n.DB.Listen(ctx, newsOfTurns)
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for live != nil && turns != nil {
		select {
		case _, open := <-live:
			if !open {
				return
			}
		case turn, open := <-turns:
			if !open {
				return
			}
			if err := s.hearTurn(ctx, turn); err != nil && ctx.Err() == nil {
				failed("tell of a turn", err)
			}
			continue
		case <-look.C:
		}
		if err := s.catchUp(ctx); err != nil && ctx.Err() == nil {
			failed("look which releases are live", err)
		}
	}
}

// catchUp loads the releases that are live now, of products whose line is in use.
func (s *Service) catchUp(ctx context.Context) error {
	now, err := liveReleases(ctx, s.n.DB.Reader())
	if err != nil {
		return err
	}
	s.mu.Lock()
	lines := make(map[string]*line, len(s.lines))
	for product, l := range s.lines {
		lines[product] = l
	}
	s.mu.Unlock()
	var all []error
	for product, l := range lines {
		if shown := l.live.Load(); shown == nil || now[product] == "" || now[product] == shown.Release.ID {
			continue
		}
		all = append(all, s.showLive(ctx, product, l))
	}
	return errors.Join(all...)
}

// showLive loads the release that the database says is live.
func (s *Service) showLive(ctx context.Context, product string, l *line) error {
	l.moving.Lock()
	defer l.moving.Unlock()
	r, err := s.Release(ctx, product, "live")
	if err != nil {
		return err
	}
	loaded, err := l.load(ctx, s, r)
	if err != nil {
		return err
	}
	l.show(loaded)
	return nil
}

// tell hands an answer to the open streams of its session, in all processes.
func (s *Service) tell(session string, a Answered) {
	if s.n.DB.Shared() {
		s.n.DB.Notify(newsOfTurns, session+" "+a.ID)
		return
	}
	s.watchers.tell(session, a)
}

func (s *Service) hearTurn(ctx context.Context, news string) error {
	session, id, _ := strings.Cut(news, " ")
	if news == "" { // some may have been missed: whoever reads begins anew
		s.watchers.closeAll()
		return nil
	}
	if !s.watchers.any(session) {
		return nil
	}
	t, ok, err := readTurn(ctx, s.n.DB.Reader(), id)
	if err != nil || !ok {
		return err
	}
	r, err := s.Release(ctx, t.ProductID, t.ReleaseID)
	if err != nil {
		return err
	}
	s.watchers.tell(session, answered(t, r.Name, time.Duration(t.ThinkUS)*time.Microsecond))
	return nil
}
