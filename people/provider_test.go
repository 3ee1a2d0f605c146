package people_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"zhuomo/internal/api"
	"zhuomo/people"
)

const back = "http://127.0.0.1:7788/sign-in/provider/back"

// identity starts a provider of the library mockoidc and has the crew use it.
func identity(t *testing.T, c crew, edit func(*people.Provider)) *mockoidc.MockOIDC {
	t.Helper()
	m, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Shutdown() })
	now := c.clock.Now()
	c.clock.Add(time.Since(now)) // the provider knows the time of day only
	p := people.Provider{Issuer: m.Issuer(), ClientID: m.Config().ClientID, ClientSecret: m.Config().ClientSecret, Role: api.Viewer, Claim: "groups", Scopes: []string{"profile", "email", "groups"}}
	if edit != nil {
		edit(&p)
	}
	c.UseProvider(p)
	return m
}

// consent goes where a visit leads, as a browser does, and gives what comes back.
func consent(t *testing.T, address string) (code, state string) {
	t.Helper()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	to, err := url.Parse(answer.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), back) {
		t.Fatalf("%d leads to %s, %v", answer.StatusCode, to, err)
	}
	return to.Query().Get("code"), to.Query().Get("state")
}

func someone(subject, name string, groups ...string) *mockoidc.MockUser {
	return &mockoidc.MockUser{Subject: subject, Email: subject + "@corp.example", EmailVerified: true, PreferredUsername: name, Groups: groups}
}

func TestAProviderSignsPeopleIn(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		ctx := t.Context()
		m := identity(t, c, func(p *people.Provider) {
			p.Domains = []string{"CORP.example"}
			p.Rules = []people.RoleRule{{Value: "bosses", Role: api.Lead}, {Value: "trainers", Role: api.Trainer}}
		})
		in := func(user *mockoidc.MockUser) (people.Account, string, error) {
			m.QueueUser(user)
			address, kept, err := c.Visit(ctx, back)
			if err != nil {
				t.Fatal(err)
			}
			code, state := consent(t, address)
			session, _, who, err := c.Return(ctx, back, code, state, kept, people.Browser{Agent: "Firefox"})
			return who, session, err
		}
		ming, session, err := in(someone("s1", "小明", "trainers", "others"))
		if err != nil || ming.Name != "小明" || ming.Role != api.Trainer {
			t.Fatalf("the first time: %+v, %v", ming, err)
		}
		if who, err := c.Recognise(ctx, api.Credential{Session: session}); err != nil || who.ID != ming.ID || !who.May(api.Trainer) {
			t.Errorf("the session: %+v, %v", who, err)
		}
		if again, _, err := in(someone("s1", "改了名", "bosses")); err != nil || again.ID != ming.ID || again.Role != api.Lead {
			t.Errorf("the second time, with another group: %+v, %v", again, err)
		}
		if other, _, err := in(someone("s2", "小明")); err != nil || other.ID == ming.ID || other.Name != "s2@corp.example" || other.Role != api.Viewer {
			t.Errorf("another of that name: %+v, %v", other, err)
		}
		if owner, _, err := in(someone("s3", c.owner.Name)); err != nil || owner.ID == c.owner.ID || owner.Role != api.Viewer {
			t.Errorf("one with the owner's name: %+v, %v", owner, err)
		}
		stranger := someone("s4", "外人")
		stranger.Email = "s4@corp.example.evil.example"
		if _, _, err := in(stranger); !errors.Is(err, people.NotLetIn) {
			t.Errorf("another domain: %v", err)
		}
		unverified := someone("s5", "没验证")
		unverified.EmailVerified = false
		if _, _, err := in(unverified); !errors.Is(err, people.NotLetIn) {
			t.Errorf("an address that is not verified: %v", err)
		}
		if _, err := c.Change(ctx, ming.ID, func(a *people.Account) { a.Disabled = true }); err != nil {
			t.Fatal(err)
		}
		if _, _, err := in(someone("s1", "小明")); !errors.Is(err, people.NotLetIn) {
			t.Errorf("a disabled account: %v", err)
		}
		list, err := c.Audit(ctx, people.AuditFilter{Action: "sign-in"}, 100)
		if err != nil || len(list) != 7 || list[0].Outcome != api.Refused || list[6].Details["by"] != "provider" {
			t.Errorf("%d sign-ins are in the audit log, %v", len(list), err)
		}
	})
}

func TestWhoNoRuleFitsStaysOut(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		m := identity(t, c, func(p *people.Provider) {
			p.Role, p.Rules = "", []people.RoleRule{{Value: "trainers", Role: api.Trainer}}
		})
		for groups, let := range map[string]bool{"others": false, "trainers": true} {
			m.QueueUser(someone("of-"+groups, groups, groups))
			address, kept, err := c.Visit(t.Context(), back)
			if err != nil {
				t.Fatal(err)
			}
			code, state := consent(t, address)
			if _, _, _, err := c.Return(t.Context(), back, code, state, kept, people.Browser{}); (err == nil) != let || err != nil && !errors.Is(err, people.NotLetIn) {
				t.Errorf("%s: %v", groups, err)
			}
		}
	})
}

func TestAVisitIsOneBrowsersAndUsedOnce(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		ctx := t.Context()
		identity(t, c, nil)
		visit := func() (code, state, kept string) {
			address, kept, err := c.Visit(ctx, back)
			if err != nil {
				t.Fatal(err)
			}
			code, state = consent(t, address)
			return code, state, kept
		}
		refused := func(what, code, state, kept string) {
			t.Helper()
			if session, _, _, err := c.Return(ctx, back, code, state, kept, people.Browser{}); !errors.Is(err, people.ProviderRefused) || session != "" {
				t.Errorf("%s: %q, %v", what, session, err)
			}
		}
		code, state, kept := visit()
		refused("a browser that did not begin it", code, state, "")
		refused("with the state of another", code, state, state+"x")
		refused("no state at all", code, "", "")
		if _, _, _, err := c.Return(ctx, back, code, state, kept, people.Browser{}); err != nil {
			t.Fatalf("the right one: %v", err)
		}
		refused("code and state again", code, state, kept)
		_, state, kept = visit()
		refused("the code of another visit", code, state, kept)
		_, state, kept = visit()
		refused("a code that was made up", "abc", state, kept)
		code, state, kept = visit()
		c.clock.Add(11 * time.Minute)
		refused("too late", code, state, kept)
	})
}

// TestATokenThatIsNotForUsIsRefused has a provider give id tokens that are signed
// with its key and wrong in one thing.
func TestATokenThatIsNotForUsIsRefused(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		ctx := t.Context()
		m := identity(t, c, nil)
		forger, err := mockoidc.RandomKeypair(2048)
		if err != nil {
			t.Fatal(err)
		}
		var front *httptest.Server
		var spoil func(jwt.MapClaims)
		var nonce string
		key := m.Keypair
		front = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if strings.HasSuffix(r.URL.Path, "openid-configuration") {
				json.NewEncoder(w).Encode(map[string]any{
					"issuer": front.URL, "authorization_endpoint": front.URL + "/authorize", "token_endpoint": front.URL + "/token",
					"jwks_uri": m.JWKSEndpoint(), "id_token_signing_alg_values_supported": []string{"RS256"},
				})
				return
			}
			claims := jwt.MapClaims{
				"iss": front.URL, "aud": "us", "sub": "s1", "name": "小明", "nonce": nonce,
				"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
			}
			spoil(claims)
			token, err := key.SignJWT(claims)
			if err != nil {
				t.Error(err)
			}
			json.NewEncoder(w).Encode(map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": token})
		}))
		defer front.Close()
		c.UseProvider(people.Provider{Issuer: front.URL, ClientID: "us", ClientSecret: "x", Role: api.Viewer})
		for name, spoiled := range map[string]func(jwt.MapClaims){
			"":                    func(jwt.MapClaims) {}, // the right one, so that the others are refused for what they say
			"another audience":    func(c jwt.MapClaims) { c["aud"] = "them" },
			"another issuer":      func(c jwt.MapClaims) { c["iss"] = m.Issuer() },
			"another nonce":       func(c jwt.MapClaims) { c["nonce"] = "of an earlier sign-in" },
			"no nonce":            func(c jwt.MapClaims) { delete(c, "nonce") },
			"its time is over":    func(c jwt.MapClaims) { c["exp"] = time.Now().Add(-time.Hour).Unix() },
			"it has no subject":   func(c jwt.MapClaims) { delete(c, "sub") },
			"another key made it": func(jwt.MapClaims) { key = forger },
		} {
			address, kept, err := c.Visit(ctx, back)
			if err != nil {
				t.Fatal(err)
			}
			to, err := url.Parse(address)
			if err != nil || to.Query().Get("code_challenge_method") != "S256" || to.Query().Get("code_challenge") == "" {
				t.Fatalf("no PKCE: %s, %v", address, err)
			}
			nonce, spoil, key = to.Query().Get("nonce"), spoiled, m.Keypair
			_, _, _, err = c.Return(ctx, back, "code", kept, kept, people.Browser{})
			if (err == nil) != (name == "") || err != nil && !errors.Is(err, people.ProviderRefused) {
				t.Errorf("%q: %v", name, err)
			}
		}
	})
}

func TestWithoutAProvider(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		if _, _, err := c.Visit(t.Context(), back); !errors.Is(err, people.NoProvider) {
			t.Error(err)
		}
		if _, _, _, err := c.Return(t.Context(), back, "c", "s", "s", people.Browser{}); !errors.Is(err, people.NoProvider) {
			t.Error(err)
		}
		c.UseProvider(people.Provider{Issuer: "http://127.0.0.1:1", ClientID: "x", ClientSecret: "x"})
		if _, _, err := c.Visit(t.Context(), back); !errors.Is(err, people.ProviderAway) {
			t.Error(err)
		}
		for text, good := range map[string]bool{"a=b=trainer": true, "=viewer": true, "a=boss": false, "trainers": false} {
			if rules, err := people.ParseRules([]string{text}); (err == nil) != good || good && len(rules) != 1 {
				t.Errorf("%s: %v, %v", text, rules, err)
			}
		}
	})
}
