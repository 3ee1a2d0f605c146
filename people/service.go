package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
)

// Service keeps the accounts.
type Service struct {
	db  *db.DB
	now func() time.Time

	products Products
	provider *provider // nil: nobody signs in by one

	seen     recognised
	chaining sync.Mutex // one of this process at a time puts entries into the audit log
	refusing sync.Mutex
	refused  refusals // guarded by refusing
}

// New makes the service and brings its tables up to date.
func New(ctx context.Context, d *db.DB, now func() time.Time, products Products) (*Service, error) {
	if err := d.Migrate(ctx, "people", migrations); err != nil {
		return nil, err
	}
	return &Service{db: d, now: now, products: products}, nil
}

// Recognise answers who holds a session or a token (api.Accounts).
// Fault: api.NotSignedIn.
func (s *Service) Recognise(ctx context.Context, c api.Credential) (api.Actor, error) {
	secret := c.Session
	if secret == "" {
		if secret = c.Token; !strings.HasPrefix(secret, tokenPrefix) {
			return api.Actor{}, api.NotSignedIn.With()
		}
	}
	now, hash := s.now(), hashOf(secret)
	who, state, ok := s.seen.get(hash, now)
	if ok {
		return who, nil
	}
	var ends int64
	var err error
	if c.Session != "" {
		who, ends, err = s.holderOfSession(ctx, hash, now)
	} else {
		who, ends, err = s.holderOfToken(ctx, hash, now)
	}
	if err != nil {
		return api.Actor{}, err
	}
	s.seen.put(hash, who, state, now, ends)
	return who, nil
}

func (s *Service) holderOfSession(ctx context.Context, hash string, now time.Time) (who api.Actor, ends int64, err error) {
	a, ends, ok, err := sessionAccount(ctx, s.db.Reader(), hash, now.UnixMicro())
	if err != nil {
		return who, 0, fmt.Errorf("look up session: %w", err)
	}
	if !ok {
		return who, 0, api.NotSignedIn.With()
	}
	return a.Actor(), ends, nil
}

func (s *Service) holderOfToken(ctx context.Context, hash string, now time.Time) (who api.Actor, ends int64, err error) {
	t, a, ok, err := tokenHolder(ctx, s.db.Reader(), hash, now.UnixMicro())
	if err != nil {
		return who, 0, fmt.Errorf("look up token: %w", err)
	}
	if !ok {
		return who, 0, api.NotSignedIn.With()
	}
	if now.Sub(time.UnixMicro(t.UsedUS)) > time.Minute {
		// A minute's exactness is enough; each request would otherwise be a write.
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return touchToken(ctx, tx, t.ID, now.UnixMicro()) })
		if err != nil {
			return who, 0, fmt.Errorf("note the use of token %s: %w", t.ID, err)
		}
	}
	return t.actor(a), t.ExpiresUS, nil
}

// EnsureOwner gives the oldest owner, and makes one called name when there is
// none yet.
func (s *Service) EnsureOwner(ctx context.Context, name string) (Account, error) {
	if a, ok, err := firstOwner(ctx, s.db.Reader()); ok || err != nil {
		return a, err
	}
	return s.Add(ctx, name, api.Owner)
}

// Add makes an account. Faults: BadName, NameTaken, UnknownRole.
func (s *Service) Add(ctx context.Context, name string, role api.Role) (Account, error) {
	name, err := checkName(name)
	if err != nil {
		return Account{}, err
	}
	if err := checkRole(role); err != nil {
		return Account{}, err
	}
	now := s.now()
	a := Account{ID: db.NewID(now), Name: name, Role: role, CreatedUS: now.UnixMicro()}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return insertAccount(ctx, tx, a) })
	if errors.Is(err, db.Taken) {
		return Account{}, NameTaken.With("name", name).At("name")
	}
	return a, err
}

func checkRole(role api.Role) error {
	if role.Known() {
		return nil
	}
	known := []string{}
	for _, r := range api.Roles() {
		known = append(known, string(r))
	}
	return UnknownRole.With("role", role, "known", strings.Join(known, ", ")).At("role")
}

// Account finds an account by id or name. Fault: NoAccount.
func (s *Service) Account(ctx context.Context, idOrName string) (Account, error) {
	a, ok, err := account(ctx, s.db.Reader(), idOrName)
	if err == nil && !ok {
		err = NoAccount.With("account", idOrName)
	}
	return a, err
}

// Change gives an account another role, or disables or enables it.
// Faults: NoAccount, UnknownRole, LastOwner.
func (s *Service) Change(ctx context.Context, idOrName string, edit func(*Account)) (Account, error) {
	var changed Account
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		a, ok, err := account(ctx, tx, idOrName)
		if err != nil {
			return err
		}
		if !ok {
			return NoAccount.With("account", idOrName)
		}
		edit(&a)
		if err := checkRole(a.Role); err != nil {
			return err
		}
		if ok, err = change(ctx, tx, a.ID, a.Role, a.Disabled); err == nil && !ok {
			err = LastOwner.With()
		}
		changed = a
		s.accessChanged(tx)
		return err
	})
	return changed, err
}

// NewLink makes a sign-in link for an account and gives its secret: single
// use, one hour.
func (s *Service) NewLink(ctx context.Context, accountID string) (secret string, expires time.Time, err error) {
	secret, now := newSecret(), s.now()
	expires = now.Add(linkLife)
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return insertLink(ctx, tx, hashOf(secret), accountID, now.UnixMicro(), expires.UnixMicro())
	})
	return secret, expires, err
}

// SomeoneSignsIn tells whether somebody has ever signed in, or holds a link with
// which to.
func (s *Service) SomeoneSignsIn(ctx context.Context) (bool, error) {
	return someoneSignsIn(ctx, s.db.Reader(), s.now().UnixMicro())
}

// Browser is who asks to be signed in: what it calls itself, and the secret of the
// session that it has already, which ends.
type Browser struct{ Agent, Session string }

// SignIn takes a link and begins a session, with a secret that nobody has seen
// before. Fault: LinkUsed.
func (s *Service) SignIn(ctx context.Context, link string, in Browser) (session string, expires time.Time, who Account, err error) {
	now := s.now()
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		a, ok, err := useLink(ctx, tx, hashOf(link), now.UnixMicro())
		if err != nil {
			return err
		}
		if !ok {
			return LinkUsed.With()
		}
		who = a
		session, expires, err = s.begin(ctx, tx, a, in, "link")
		return err
	})
	if errors.Is(err, LinkUsed) {
		return "", expires, who, errors.Join(err, s.noteRefused(ctx, "link", err))
	}
	if err == nil {
		err = s.Chain(ctx)
	}
	return session, expires, who, err
}

// begin begins a session of an account in the place of the browser's old one.
func (s *Service) begin(ctx context.Context, tx db.Tx, a Account, in Browser, by string) (secret string, expires time.Time, err error) {
	secret, now := newSecret(), s.now()
	expires = now.Add(sessionLife)
	if in.Session != "" {
		if err := deleteSession(ctx, tx, hashOf(in.Session)); err != nil {
			return "", expires, err
		}
		s.accessChanged(tx)
	}
	made := Session{ID: db.NewID(now), Agent: strings.ToValidUTF8(in.Agent[:min(len(in.Agent), maxAgent)], ""), CreatedUS: now.UnixMicro(), ExpiresUS: expires.UnixMicro()}
	if err := insertSession(ctx, tx, hashOf(secret), a.ID, made); err != nil {
		return "", expires, err
	}
	return secret, expires, s.Note(ctx, tx, api.Act{Actor: a.Actor(), Action: signInAction, Outcome: api.Done, Details: map[string]string{"by": by}, Request: api.RequestID(ctx)})
}

// Sessions lists where an account is signed in, the latest first; secret is that
// of the session that asks, or "".
func (s *Service) Sessions(ctx context.Context, accountID, secret string) ([]Session, error) {
	return sessions(ctx, s.db.Reader(), accountID, hashOf(secret), s.now().UnixMicro())
}

// SignOutEverywhere ends all sessions of an account.
func (s *Service) SignOutEverywhere(ctx context.Context, accountID string) (ended int64, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		ended, err = deleteSessions(ctx, tx, accountID)
		s.accessChanged(tx)
		api.Tell(ctx, "account", accountID)
		return err
	})
	return ended, err
}

// SignOut ends a session.
func (s *Service) SignOut(ctx context.Context, session string) error {
	who, _, ok, err := sessionAccount(ctx, s.db.Reader(), hashOf(session), s.now().UnixMicro())
	if err != nil || !ok {
		return err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := deleteSession(ctx, tx, hashOf(session)); err != nil {
			return err
		}
		s.accessChanged(tx)
		return s.Note(ctx, tx, api.Act{Actor: who.Actor(), Action: "sign-out", Outcome: api.Done, Request: api.RequestID(ctx)})
	})
	if err == nil {
		err = s.Chain(ctx)
	}
	return err
}

// NewToken makes a token for an account; the secret is told only now. It always
// ends, after 90 days when life is 0, and is for the products with these ids alone,
// if there are any. Faults: BadName, UnknownRole, RoleTooHigh, TokenTooLong.
func (s *Service) NewToken(ctx context.Context, by api.Actor, name string, role api.Role, life time.Duration, products []string) (Token, string, error) {
	name, err := checkName(name)
	if err != nil {
		return Token{}, "", err
	}
	if role == "" && len(by.Roles) > 0 {
		role = by.Roles[0]
	}
	if err := checkRole(role); err != nil {
		return Token{}, "", err
	}
	if !slices.ContainsFunc(by.Roles, func(has api.Role) bool { return api.Actor{Roles: []api.Role{has}}.May(role) }) {
		return Token{}, "", RoleTooHigh.With("role", role).At("role")
	}
	if life == 0 {
		life = tokenLife
	}
	if life < 0 || life > maxTokenLife {
		return Token{}, "", TokenTooLong.With("max", int(maxTokenLife/(24*time.Hour))).At("days")
	}
	secret, now := tokenPrefix+newSecret(), s.now()
	t := Token{
		ID: db.NewID(now), AccountID: by.ID, Account: by.Name, Name: name, Role: role, CreatedUS: now.UnixMicro(), ExpiresUS: now.Add(life).UnixMicro(),
		Products: append([]string{}, products...), EndsSoon: life <= soon,
	}
	api.Tell(ctx, "token", t.ID)
	api.Tell(ctx, "expires_us", fmt.Sprint(t.ExpiresUS))
	if len(products) > 0 {
		api.Tell(ctx, "products", strings.Join(products, " "))
	}
	api.Tell(ctx, "role", string(role))
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return insertToken(ctx, tx, t, hashOf(secret)) })
	return t, secret, err
}

// Revoke ends a token: one's own, or as an owner anyone's. Fault: NoToken.
func (s *Service) Revoke(ctx context.Context, by api.Actor, id string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		ok, err := revokeToken(ctx, tx, id, ownOnly(by), s.now().UnixMicro())
		if err == nil && !ok {
			err = NoToken.With("token", id)
		}
		s.accessChanged(tx)
		return err
	})
}

// ownOnly limits everybody but owners to their own account.
func ownOnly(by api.Actor) string {
	if by.May(api.Owner) {
		return ""
	}
	return by.ID
}
