package serve

import (
	"container/list"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"sync"
	"unicode/utf8"

	"zhuomo/dialog"
	"zhuomo/internal/api"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

// Session is one customer's conversation over one channel.
type Session struct {
	ID        string        `json:"id" table:"会话|session"`
	ProductID string        `json:"product_id"`
	Channel   string        `json:"channel" table:"渠道|channel"`
	Customer  string        `json:"customer" table:"客户|customer"`
	Person    string        `json:"person,omitempty" doc:"语音平台的用户（散列），口味跟着这个人|the voice platform's user, hashed: tastes go with this person"`
	TurnCount int           `json:"turn_count" table:"轮数|turns"`
	CreatedUS int64         `json:"created_us" table:"开始|began"`
	ActiveUS  int64         `json:"active_us" table:"最近|active"`
	Greeting  []dialog.Part `json:"greeting"`

	tokenHash string
	flow      blob.Hash // pinned until the session is idle
	state     dialog.State
}

// talk is a session in memory. Whoever holds busy may read and change it.
type talk struct {
	busy chan struct{} // holds one token while nobody works on the session
	Session
	users int           // under sessions.mu: who holds or waits for it
	place *list.Element // under sessions.mu
	ready bool          // read from the database
}

// sessionsKept is how many sessions stay in memory (about 8 KiB each).
const sessionsKept = 4096

// sessions is a write-through cache, least used first out. A session in use is
// never dropped, so there is one talk for each session.
type sessions struct {
	mu   sync.Mutex
	most int
	all  map[string]*talk // by id
	used *list.List       // of *talk, newest use first
}

func newSessions(most int) *sessions {
	return &sessions{most: most, all: map[string]*talk{}, used: list.New()}
}

// hold waits for the session's turn; give back with drop. Turns of one session
// go one after the other, in the order of their coming.
func (c *sessions) hold(ctx context.Context, id string) (*talk, error) {
	c.mu.Lock()
	t := c.all[id]
	if t == nil {
		t = &talk{busy: make(chan struct{}, 1)}
		t.ID = id
		t.busy <- struct{}{}
		t.place = c.used.PushFront(t)
		c.all[id] = t
	} else {
		c.used.MoveToFront(t.place)
	}
	t.users++
	for e := c.used.Back(); len(c.all) > c.most && e != nil; {
		old, before := e.Value.(*talk), e.Prev()
		if old.users == 0 {
			c.used.Remove(e)
			delete(c.all, old.ID)
		}
		e = before
	}
	c.mu.Unlock()
	select {
	case <-t.busy:
		return t, nil
	case <-ctx.Done():
		c.leave(t)
		return nil, ctx.Err()
	}
}

func (c *sessions) drop(t *talk) {
	t.busy <- struct{}{}
	c.leave(t)
}

func (c *sessions) leave(t *talk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t.users--
	if t.users == 0 && !t.ready { // could not be read: do not keep an empty shell
		c.used.Remove(t.place)
		delete(c.all, t.ID)
	}
}

// forget drops the sessions of a product that nobody holds.
func (c *sessions) forget(product string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, t := range c.all {
		if t.users == 0 && t.ProductID == product {
			c.used.Remove(t.place)
			delete(c.all, id)
		}
	}
}

// listener is whose tastes count in the session.
func (s Session) listener() string {
	if s.Person != "" {
		return s.Person
	}
	return s.Customer
}

// Begin opens a session for a customer, or gives the one that the customer has
// on this channel. customer "" is somebody unknown: always a new session. The
// token is secret and only told for new sessions. Faults: NothingLive, TooLong.
func (s *Service) Begin(ctx context.Context, product, channel, customer string) (Session, string, error) {
	return s.begin(ctx, product, channel, customer, "")
}

// begin is Begin where the platform tells, beside the conversation that stands for
// the customer, whose it is; "" when nobody knows.
func (s *Service) begin(ctx context.Context, product, channel, customer, person string) (Session, string, error) {
	if n := utf8.RuneCountInString(customer); n > maxCustomer {
		return Session{}, "", TooLong.With("what", "sender", "runes", n, "limit", maxCustomer)
	}
	if channel == "" {
		channel = "web"
	}
	if n := utf8.RuneCountInString(channel); n > 32 {
		return Session{}, "", TooLong.With("what", "channel", "runes", n, "limit", 32)
	}
	if customer != "" {
		if found, ok, err := readSessionOf(ctx, s.n.DB.Reader(), product, channel, customer); ok || err != nil {
			return found, "", err
		}
	}
	live, err := s.Live(ctx, product)
	if err != nil {
		return Session{}, "", err
	}
	now := s.n.Now()
	state, greeting, _, err := dialog.Begin(ctx, live.Parts, dialog.Turn{Channel: channel, At: now})
	if err != nil {
		return Session{}, "", fmt.Errorf("greet: %w", err)
	}
	token := rand.Text() + rand.Text()
	made := Session{
		ID: db.NewID(now), ProductID: product, Channel: channel, Customer: customer, Person: person, Greeting: greeting,
		CreatedUS: now.UnixMicro(), ActiveUS: now.UnixMicro(), tokenHash: hashText(token), flow: live.Release.Flow, state: state,
	}
	if customer == "" {
		made.Customer = made.ID
	}
	var existing Session
	var met bool
	err = s.n.DB.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if customer != "" { // somebody may have been faster
			if existing, met, err = readSessionOf(ctx, tx, product, channel, customer); met || err != nil {
				return err
			}
		}
		return insertSession(ctx, tx, made)
	})
	if err != nil {
		return Session{}, "", fmt.Errorf("keep session: %w", err)
	}
	if met {
		return existing, "", nil
	}
	return made, token, nil
}

// Admit lets a caller at a session: with the session's token, or as somebody
// signed in who may look. Faults: NoSession, NotYours.
func (s *Service) Admit(ctx context.Context, product, id, token string) error {
	t, err := s.open(ctx, id)
	if err != nil {
		return err
	}
	defer s.sessions.drop(t)
	switch {
	case t.ProductID != product:
		return NoSession.With()
	case api.Who(ctx).May(api.Viewer):
		return nil
	case token == "" || subtle.ConstantTimeCompare([]byte(hashText(token)), []byte(t.tokenHash)) != 1:
		return NotYours.With()
	}
	return nil
}

// open holds a session and reads it if it is not in memory.
func (s *Service) open(ctx context.Context, id string) (*talk, error) {
	t, err := s.sessions.hold(ctx, id)
	if err != nil {
		return nil, err
	}
	if t.ready {
		return t, nil
	}
	found, ok, err := readSession(ctx, s.n.DB.Reader(), id)
	if err == nil && !ok {
		err = NoSession.With()
	}
	if err != nil {
		s.sessions.drop(t)
		return nil, err
	}
	t.Session, t.ready = found, true
	return t, nil
}

// hashText needs no salt: what it is given is random bits, or an id.
func hashText(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
