package people_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
	"zhuomo/people"
)

// crew is the stage on a database, with a clock and an owner.
type crew struct {
	*people.Service
	db    *db.DB
	clock *testkit.FixedClock
	owner people.Account
}

func each(t *testing.T, test func(t *testing.T, c crew)) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		clock := testkit.Clock(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC))
		s, err := people.New(t.Context(), d, clock.Now, nil)
		if err != nil {
			t.Fatal(err)
		}
		owner, err := s.EnsureOwner(t.Context(), "王 所有者")
		if err != nil {
			t.Fatal(err)
		}
		test(t, crew{s, d, clock, owner})
	})
}

func TestTheOwnerIsMadeOnce(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		again, err := c.EnsureOwner(t.Context(), "别人")
		if err != nil || again.ID != c.owner.ID || again.Name != "王 所有者" || again.Role != api.Owner {
			t.Errorf("got %+v, %v", again, err)
		}
	})
}

func TestALinkSignsInOnce(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		ctx := t.Context()
		link, _, err := c.NewLink(ctx, c.owner.ID)
		if err != nil {
			t.Fatal(err)
		}
		// Of many who try at once, one gets in.
		var group sync.WaitGroup
		sessions := make([]string, 8)
		for i := range sessions {
			group.Go(func() {
				session, _, _, err := c.SignIn(ctx, link, people.Browser{})
				switch {
				case err == nil:
					sessions[i] = session
				case !errors.Is(err, people.LinkUsed):
					t.Errorf("got %v", err)
				}
			})
		}
		group.Wait()
		in := strings.Join(sessions, "")
		if len(in) != 43 { // 32 bytes in base64
			t.Fatalf("sessions %q", sessions)
		}
		who, err := c.Recognise(ctx, api.Credential{Session: in})
		if err != nil || who.ID != c.owner.ID || !who.May(api.Owner) {
			t.Errorf("got %+v, %v", who, err)
		}
		if a, err := c.Account(ctx, c.owner.ID); err != nil || a.SignedInUS != c.clock.Now().UnixMicro() {
			t.Errorf("got %+v, %v", a, err)
		}
		if err := c.SignOut(ctx, in); err != nil {
			t.Fatal(err)
		}
		stranger(t, c, api.Credential{Session: in})
	})
}

func TestLinksAndSessionsExpire(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		ctx := t.Context()
		late, expires, err := c.NewLink(ctx, c.owner.ID)
		if err != nil || expires.Sub(c.clock.Now()) != time.Hour {
			t.Fatalf("expires %v, %v", expires, err)
		}
		c.clock.Add(time.Hour)
		if _, _, _, err := c.SignIn(ctx, late, people.Browser{}); !errors.Is(err, people.LinkUsed) {
			t.Errorf("after an hour: %v", err)
		}
		link, _, err := c.NewLink(ctx, c.owner.ID)
		if err != nil {
			t.Fatal(err)
		}
		session, expires, _, err := c.SignIn(ctx, link, people.Browser{})
		if err != nil {
			t.Fatal(err)
		}
		c.clock.Add(expires.Sub(c.clock.Now()))
		stranger(t, c, api.Credential{Session: session})
	})
}

func TestATokenActsWithItsRole(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		ctx := t.Context()
		trainer, err := c.Add(ctx, "李训练", api.Trainer)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.NewToken(ctx, trainer.Actor(), "x", api.Lead, 0, nil); !errors.Is(err, people.RoleTooHigh) {
			t.Errorf("a role above one's own: %v", err)
		}
		token, secret, err := c.NewToken(ctx, trainer.Actor(), "脚本", api.Reviewer, 24*time.Hour, nil)
		if err != nil || !strings.HasPrefix(secret, "zm_") || len(secret) != 46 {
			t.Fatalf("secret %q, %v", secret, err)
		}
		who, err := c.Recognise(ctx, api.Credential{Token: secret})
		if err != nil || who.ID != trainer.ID || who.May(api.Trainer) || !who.May(api.Reviewer) {
			t.Errorf("got %+v, %v", who, err)
		}
		// A lowered account lowers its tokens.
		if _, err := c.Change(ctx, trainer.ID, func(a *people.Account) { a.Role = api.Viewer }); err != nil {
			t.Fatal(err)
		}
		if who, err := c.Recognise(ctx, api.Credential{Token: secret}); err != nil || who.May(api.Reviewer) || !who.May(api.Viewer) {
			t.Errorf("after lowering: %+v, %v", who, err)
		}
		// Others cannot revoke it, its holder can.
		other, err := c.Add(ctx, "赵", api.Lead)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Revoke(ctx, other.Actor(), token.ID); !errors.Is(err, people.NoToken) {
			t.Errorf("revoked by another: %v", err)
		}
		if err := c.Revoke(ctx, trainer.Actor(), token.ID); err != nil {
			t.Error(err)
		}
		stranger(t, c, api.Credential{Token: secret})

		_, secret, err = c.NewToken(ctx, other.Actor(), "短期", "", time.Hour, nil)
		if err != nil {
			t.Fatal(err)
		}
		if who, err := c.Recognise(ctx, api.Credential{Token: secret}); err != nil || !who.May(api.Lead) {
			t.Errorf("the role that nobody named: %+v, %v", who, err)
		}
		c.clock.Add(time.Hour)
		stranger(t, c, api.Credential{Token: secret})
	})
}

func TestADisabledAccountIsOutAtOnce(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		ctx := t.Context()
		a, err := c.Add(ctx, "小红", api.Labeller)
		if err != nil {
			t.Fatal(err)
		}
		_, token, err := c.NewToken(ctx, a.Actor(), "x", "", 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		link, _, err := c.NewLink(ctx, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Change(ctx, "小红", func(a *people.Account) { a.Disabled = true }); err != nil {
			t.Fatal(err)
		}
		stranger(t, c, api.Credential{Token: token})
		if _, _, _, err := c.SignIn(ctx, link, people.Browser{}); !errors.Is(err, people.LinkUsed) {
			t.Errorf("signed in: %v", err)
		}
	})
}

func TestTheLastOwnerStays(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		ctx := t.Context()
		lower := func(a *people.Account) { a.Role = api.Viewer }
		if _, err := c.Change(ctx, c.owner.ID, lower); !errors.Is(err, people.LastOwner) {
			t.Errorf("lowered: %v", err)
		}
		if _, err := c.Change(ctx, c.owner.ID, func(a *people.Account) { a.Disabled = true }); !errors.Is(err, people.LastOwner) {
			t.Errorf("disabled: %v", err)
		}
		if _, err := c.Add(ctx, "第二个", api.Owner); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Change(ctx, c.owner.ID, lower); err != nil {
			t.Errorf("with another owner there: %v", err)
		}
		if _, err := c.Change(ctx, "第二个", lower); !errors.Is(err, people.LastOwner) {
			t.Errorf("the second, now the last: %v", err)
		}
	})
}

func TestNamesAreCheckedAndUnique(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		ctx := t.Context()
		for _, bad := range []string{"", "  ", "a\x00b", strings.Repeat("长", 65)} {
			if _, err := c.Add(ctx, bad, api.Viewer); !errors.Is(err, people.BadName) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		if _, err := c.Add(ctx, "Anna 李", api.Viewer); err != nil {
			t.Fatal(err)
		}
		for _, same := range []string{"anna 李", "ＡＮＮＡ 李", " Anna  李 "} {
			if _, err := c.Add(ctx, same, api.Viewer); !errors.Is(err, people.NameTaken) {
				t.Errorf("%q: %v", same, err)
			}
		}
		if _, err := c.Add(ctx, "x", "boss"); !errors.Is(err, people.UnknownRole) {
			t.Errorf("role: %v", err)
		}
		if _, err := c.Change(ctx, "nobody", func(*people.Account) {}); !errors.Is(err, people.NoAccount) {
			t.Errorf("nobody: %v", err)
		}
	})
}

func TestNoSecretIsKept(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		ctx := t.Context()
		link, _, err := c.NewLink(ctx, c.owner.ID)
		if err != nil {
			t.Fatal(err)
		}
		session, _, _, err := c.SignIn(ctx, link, people.Browser{})
		if err != nil {
			t.Fatal(err)
		}
		_, token, err := c.NewToken(ctx, c.owner.Actor(), "x", "", 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		hashes := 0
		for _, table := range []string{"people_links", "people_sessions", "people_tokens"} {
			rows, err := c.db.Reader().QueryContext(context.Background(), "SELECT hash FROM "+table)
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				var hash string
				if err := rows.Scan(&hash); err != nil {
					t.Fatal(err)
				}
				hashes++
				if hash == link || hash == session || hash == token || len(hash) != 64 {
					t.Errorf("%s keeps %q", table, hash)
				}
			}
			rows.Close()
		}
		if hashes != 3 {
			t.Errorf("%d hashes, want 3", hashes)
		}
	})
}

func stranger(t *testing.T, c crew, credential api.Credential) {
	t.Helper()
	if who, err := c.Recognise(t.Context(), credential); !errors.Is(err, api.NotSignedIn) {
		t.Errorf("recognised as %+v, %v", who, err)
	}
}

func TestATokenAlwaysEnds(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		ctx := t.Context()
		for life, days := range map[time.Duration]int{0: 90, time.Hour: 0, 365 * 24 * time.Hour: 365} {
			made, _, err := c.NewToken(ctx, c.owner.Actor(), "x", "", life, nil)
			if want := c.clock.Now().Add(time.Duration(days) * 24 * time.Hour); err != nil || days > 0 && made.ExpiresUS != want.UnixMicro() {
				t.Errorf("%v ends at %d, %v", life, made.ExpiresUS, err)
			}
		}
		for _, life := range []time.Duration{-1, 365*24*time.Hour + 1} {
			if _, _, err := c.NewToken(ctx, c.owner.Actor(), "x", "", life, nil); !errors.Is(err, people.TokenTooLong) {
				t.Errorf("%v: %v", life, err)
			}
		}
	})
}

// TestATokenThatEndedIsRefusedByEveryProcess replays one where another process has
// revoked it, and where its time is over.
func TestATokenThatEndedIsRefusedByEveryProcess(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		ctx := t.Context()
		other, err := people.New(ctx, c.db, c.clock.Now, nil)
		if err != nil {
			t.Fatal(err)
		}
		made, secret, err := c.NewToken(ctx, c.owner.Actor(), "x", api.Viewer, 0, []string{"p1", "p2"})
		if err != nil {
			t.Fatal(err)
		}
		who, err := other.Recognise(ctx, api.Credential{Token: secret})
		if err != nil || who.Token != made.ID || !who.Sees("p2") || who.Sees("p3") || who.May(api.Labeller) {
			t.Errorf("got %+v, %v", who, err)
		}
		if err := c.Revoke(ctx, c.owner.Actor(), made.ID); err != nil {
			t.Fatal(err)
		}
		_, late, err := c.NewToken(ctx, c.owner.Actor(), "y", "", time.Hour, nil)
		if err != nil {
			t.Fatal(err)
		}
		c.clock.Add(time.Hour)
		for _, s := range []*people.Service{c.Service, other} {
			for what, secret := range map[string]string{"revoked": secret, "over": late} {
				if who, err := s.Recognise(ctx, api.Credential{Token: secret}); !errors.Is(err, api.NotSignedIn) {
					t.Errorf("%s: %+v, %v", what, who, err)
				}
			}
		}
	})
}

// TestWhatEndsIsForgottenByTheNews lets no time pass: another process learns from
// the news alone that whom it has recognised may no longer.
func TestWhatEndsIsForgottenByTheNews(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		ctx := t.Context()
		other, err := people.New(ctx, c.db, c.clock.Now, nil)
		if err != nil {
			t.Fatal(err)
		}
		following, stop := context.WithCancel(ctx)
		var ended sync.WaitGroup
		ended.Go(func() { other.Follow(following) })
		defer ended.Wait()
		defer stop()
		a, err := c.Add(ctx, "小红", api.Labeller)
		if err != nil {
			t.Fatal(err)
		}
		// The other may begin to listen only after the first token is gone.
		for try := range 5 {
			made, secret, err := c.NewToken(ctx, a.Actor(), fmt.Sprint(try), "", time.Hour, nil)
			if err != nil {
				t.Fatal(err)
			}
			with := api.Credential{Token: secret}
			for _, s := range []*people.Service{c.Service, other} {
				if _, err := s.Recognise(ctx, with); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.Revoke(ctx, a.Actor(), made.ID); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Recognise(ctx, with); !errors.Is(err, api.NotSignedIn) {
				t.Fatalf("here, at once: %v", err)
			}
			for began := time.Now(); time.Since(began) < 2*time.Second; runtime.Gosched() {
				if _, err := other.Recognise(ctx, with); errors.Is(err, api.NotSignedIn) {
					return
				}
			}
		}
		t.Error("the other process never heard of it")
	})
}

func TestASessionIsMadeAnewAtEachSignIn(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		ctx := t.Context()
		in := func(b people.Browser) string {
			link, _, err := c.NewLink(ctx, c.owner.ID)
			if err != nil {
				t.Fatal(err)
			}
			session, _, _, err := c.SignIn(ctx, link, b)
			if err != nil {
				t.Fatal(err)
			}
			c.clock.Add(time.Second)
			return session
		}
		planted := "a-secret-that-an-attacker-knows"
		first := in(people.Browser{Agent: "Firefox", Session: planted})
		stranger(t, c, api.Credential{Session: planted})
		second := in(people.Browser{Agent: strings.Repeat("é", 300), Session: first})
		if second == first {
			t.Error("the old secret lives on")
		}
		stranger(t, c, api.Credential{Session: first})
		third := in(people.Browser{Agent: "Safari"})
		list, err := c.Sessions(ctx, c.owner.ID, third)
		if err != nil || len(list) != 2 || list[0].Agent != "Safari" || !list[0].Current || list[1].Current || len(list[1].Agent) > 200 {
			t.Errorf("got %+v, %v", list, err)
		}
		if n, err := c.SignOutEverywhere(ctx, c.owner.ID); n != 2 || err != nil {
			t.Errorf("%d ended, %v", n, err)
		}
		stranger(t, c, api.Credential{Session: second})
		stranger(t, c, api.Credential{Session: third})
	})
}
