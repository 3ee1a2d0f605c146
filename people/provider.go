package people

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
)

// Provider is an identity provider (OpenID Connect) by which people sign in. Its
// secret comes with each start and is stored nowhere.
type Provider struct {
	Issuer       string // https://…, "" = none
	ClientID     string
	ClientSecret string
	Scopes       []string   // asked for beside openid
	Domains      []string   // only verified e-mail addresses of these, none = all whom the provider lets in
	Role         api.Role   // of who comes for the first time and has no other by Rules; "" = refused
	Claim        string     // that Rules look at, for example groups
	Rules        []RoleRule // the first that fits decides, at every sign-in
}

// RoleRule gives a role to whose claim has a value.
type RoleRule struct {
	Value string
	Role  api.Role
}

// ParseRules reads rules as VALUE=ROLE. Fault: UnknownRole.
func ParseRules(texts []string) ([]RoleRule, error) {
	var rules []RoleRule
	for _, text := range texts {
		at := strings.LastIndexByte(text, '=')
		rule := RoleRule{text[:max(at, 0)], api.Role(text[at+1:])}
		if err := checkRole(rule.Role); err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

// provider is one in use; what it says of itself is asked for when it is needed first.
type provider struct {
	Provider
	client *http.Client

	mu   sync.Mutex
	oidc *oidc.Provider // under mu
}

const (
	visitLife    = 10 * time.Minute
	providerWait = 10 * time.Second
)

// UseProvider lets people sign in by p from now on; call it before the server begins.
func (s *Service) UseProvider(p Provider) {
	s.provider = &provider{Provider: p, client: &http.Client{Timeout: providerWait}}
}

// discover asks the provider once where its addresses and keys are. Fault: ProviderAway.
func (p *provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.oidc == nil {
		// The context stays with the provider, for its keys.
		found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.Issuer)
		if err != nil {
			return nil, ProviderAway.With("issuer", p.Issuer).Because(err)
		}
		p.oidc = found
	}
	return p.oidc, nil
}

func (p *provider) oauth(found *oidc.Provider, back string) oauth2.Config {
	return oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: found.Endpoint(), RedirectURL: back, Scopes: append([]string{oidc.ScopeOpenID}, p.Scopes...)}
}

// Visit begins a sign-in by the provider: the address to go to, and the state that
// the browser must keep. back is our address to come back to.
// Faults: NoProvider, ProviderAway.
func (s *Service) Visit(ctx context.Context, back string) (address, state string, err error) {
	if s.provider == nil {
		return "", "", NoProvider.With()
	}
	found, err := s.provider.discover(ctx)
	if err != nil {
		return "", "", err
	}
	state, nonce, verifier, now := newSecret(), newSecret(), oauth2.GenerateVerifier(), s.now()
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return insertVisit(ctx, tx, hashOf(state), nonce, verifier, now.UnixMicro(), now.Add(visitLife).UnixMicro())
	})
	config := s.provider.oauth(found, back)
	return config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), state, err
}

// claims is what the provider says of a person.
type claims struct {
	Subject  string `json:"sub"`
	Name     string `json:"name"`
	Login    string `json:"preferred_username"`
	Email    string `json:"email"`
	Verified bool   `json:"email_verified"`
}

// Return ends a sign-in by the provider: code and state are what it sent along, kept
// is the state that the browser has. The person is known by the provider's subject
// alone, never by name or e-mail address. Faults: NoProvider, ProviderAway,
// ProviderRefused, NotLetIn.
func (s *Service) Return(ctx context.Context, back, code, state, kept string, in Browser) (session string, expires time.Time, who Account, err error) {
	if s.provider == nil {
		return "", expires, who, NoProvider.With()
	}
	said, role, err := s.vouched(ctx, back, code, state, kept)
	if err == nil {
		err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			if who, err = s.known(ctx, tx, said, role); err != nil {
				return err
			}
			session, expires, err = s.begin(ctx, tx, who, in, "provider")
			return err
		})
	}
	if errors.Is(err, ProviderRefused) || errors.Is(err, NotLetIn) {
		return "", expires, who, errors.Join(err, s.noteRefused(ctx, "provider", err))
	}
	if err == nil {
		err = s.Chain(ctx)
	}
	return session, expires, who, err
}

// vouched takes the visit, once, and gives what the provider vouches for, and the
// role by the rules, "" when none fits.
func (s *Service) vouched(ctx context.Context, back, code, state, kept string) (said claims, role api.Role, err error) {
	if state == "" || subtle.ConstantTimeCompare([]byte(state), []byte(kept)) != 1 {
		return said, "", ProviderRefused.With("why", "state")
	}
	var nonce, verifier string
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		nonce, verifier, err = takeVisit(ctx, tx, hashOf(state), s.now().UnixMicro())
		return err
	})
	if err != nil || nonce == "" {
		return said, "", errors.Join(err, ProviderRefused.With("why", "state"))
	}
	found, err := s.provider.discover(ctx)
	if err != nil {
		return said, "", err
	}
	ctx = oidc.ClientContext(ctx, s.provider.client)
	config := s.provider.oauth(found, back)
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return said, "", ProviderRefused.With("why", "code").Because(err)
	}
	raw, _ := token.Extra("id_token").(string)
	proof, err := found.VerifierContext(ctx, &oidc.Config{ClientID: s.provider.ClientID, Now: s.now}).Verify(ctx, raw)
	if err != nil {
		return said, "", ProviderRefused.With("why", "id_token").Because(err)
	}
	if subtle.ConstantTimeCompare([]byte(proof.Nonce), []byte(nonce)) != 1 {
		return said, "", ProviderRefused.With("why", "nonce")
	}
	var all map[string]any
	if err := errors.Join(proof.Claims(&said), proof.Claims(&all)); err != nil || said.Subject == "" {
		return said, "", ProviderRefused.With("why", "claims").Because(err)
	}
	return said, s.provider.roleBy(all), s.provider.letIn(said)
}

// letIn checks the domain of the e-mail address, which must be verified to count.
func (p *provider) letIn(said claims) error {
	_, domain, _ := strings.Cut(said.Email, "@")
	if len(p.Domains) > 0 && !(said.Verified && slices.ContainsFunc(p.Domains, func(d string) bool { return strings.EqualFold(d, domain) })) {
		return NotLetIn.With("why", "domain")
	}
	return nil
}

// roleBy is the role that the first fitting rule gives, or "".
func (p *provider) roleBy(all map[string]any) api.Role {
	var values []string
	switch v := all[p.Claim].(type) {
	case string:
		values = []string{v}
	case []any:
		for _, one := range v {
			if text, ok := one.(string); ok {
				values = append(values, text)
			}
		}
	}
	for _, rule := range p.Rules {
		if slices.Contains(values, rule.Value) {
			return rule.Role
		}
	}
	return ""
}

// known finds the account of who the provider vouches for, makes it at the first
// time, and gives it the role by the rules.
func (s *Service) known(ctx context.Context, tx db.Tx, said claims, role api.Role) (Account, error) {
	now := s.now()
	a, ok, err := identityAccount(ctx, tx, s.provider.Issuer, said.Subject)
	switch {
	case err != nil:
		return a, err
	case ok && a.Disabled:
		return a, NotLetIn.With("why", "disabled")
	case ok && len(s.provider.Rules) > 0 && role == "" && s.provider.Role == "":
		return a, NotLetIn.With("why", "role")
	case ok && role != "" && role != a.Role:
		a.Role = role
		if ok, err := change(ctx, tx, a.ID, role, false); err != nil || !ok {
			return a, errors.Join(err, LastOwner.With())
		}
		s.accessChanged(tx)
	case !ok:
		if role == "" {
			role = s.provider.Role
		}
		if role == "" {
			return a, NotLetIn.With("why", "role")
		}
		if a, err = s.firstTime(ctx, tx, said, role); err != nil {
			return a, err
		}
	}
	a.SignedInUS = now.UnixMicro()
	return a, touchAccount(ctx, tx, a.ID, a.SignedInUS)
}

// firstTime makes an account under the first name that nobody has.
func (s *Service) firstTime(ctx context.Context, tx db.Tx, said claims, role api.Role) (Account, error) {
	now := s.now()
	for _, name := range []string{said.Name, said.Login, said.Email, strings.TrimSpace(said.Name + " " + said.Subject), said.Subject} {
		name, err := checkName(name)
		if err != nil {
			continue
		}
		if _, taken, err := account(ctx, tx, name); err != nil || taken {
			if err != nil {
				return Account{}, err
			}
			continue
		}
		a := Account{ID: db.NewID(now), Name: name, Role: role, CreatedUS: now.UnixMicro()}
		if err := insertAccount(ctx, tx, a); err != nil {
			return a, err
		}
		return a, insertIdentity(ctx, tx, s.provider.Issuer, said.Subject, a.ID, a.CreatedUS)
	}
	return Account{}, NotLetIn.With("why", "name")
}
