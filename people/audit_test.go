package people_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/people"
)

// keep notes n acts, one after the other.
func keep(t *testing.T, c crew, n int) {
	t.Helper()
	for i := range n {
		c.clock.Add(time.Second)
		a := api.Act{Actor: c.owner.Actor(), Action: "dataset create", Outcome: api.Done, Object: map[string]string{"product": fmt.Sprintf("p%d", i+1)}}
		if err := c.Keep(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
}

func flaws(t *testing.T, c crew) (list []people.AuditFlaw) {
	t.Helper()
	v, err := c.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if v.Whole != (len(v.Flaws) == 0) {
		t.Errorf("whole is %v with %v", v.Whole, v.Flaws)
	}
	return v.Flaws
}

func TestTamperingWithTheAuditLogIsFoundAndNamed(t *testing.T) {
	for name, c := range map[string]struct {
		tamper []string
		want   []people.AuditFlaw
	}{
		"untouched":                    {nil, []people.AuditFlaw{}},
		"an entry is changed":          {[]string{`UPDATE people_audit SET entry = replace(entry, 'p3', 'p9') WHERE seq = 3`}, []people.AuditFlaw{{Seq: 3, Kind: "changed"}}},
		"a column beside it":           {[]string{`UPDATE people_audit SET actor_id = 'somebody' WHERE seq = 4`}, []people.AuditFlaw{{Seq: 4, Kind: "changed"}}},
		"the last entry is changed":    {[]string{`UPDATE people_audit SET entry = replace(entry, 'p6', 'p9') WHERE seq = 6`}, []people.AuditFlaw{{Seq: 6, Kind: "changed"}}},
		"the first entry is changed":   {[]string{`UPDATE people_audit SET entry = replace(entry, 'p1', 'p9') WHERE seq = 1`}, []people.AuditFlaw{{Seq: 1, Kind: "changed"}}},
		"an entry is removed":          {[]string{`DELETE FROM people_audit WHERE seq = 3`}, []people.AuditFlaw{{Seq: 3, Kind: "missing"}}},
		"two are removed":              {[]string{`DELETE FROM people_audit WHERE seq IN (2, 3)`}, []people.AuditFlaw{{Seq: 2, Kind: "missing"}, {Seq: 3, Kind: "missing"}}},
		"the last is removed":          {[]string{`DELETE FROM people_audit WHERE seq = 6`}, []people.AuditFlaw{{Seq: 6, Kind: "missing"}}},
		"all are removed":              {[]string{`DELETE FROM people_audit`}, []people.AuditFlaw{{Seq: 1, Kind: "missing"}, {Seq: 2, Kind: "missing"}, {Seq: 3, Kind: "missing"}, {Seq: 4, Kind: "missing"}, {Seq: 5, Kind: "missing"}, {Seq: 6, Kind: "missing"}}},
		"removed and numbered anew":    {[]string{`DELETE FROM people_audit WHERE seq = 3`, `UPDATE people_audit SET seq = seq - 1 WHERE seq = 4`, `UPDATE people_audit SET seq = seq - 1 WHERE seq = 5`, `UPDATE people_audit SET seq = seq - 1 WHERE seq = 6`}, []people.AuditFlaw{{Seq: 3, Kind: "missing"}}},
		"an entry is put in":           {[]string{`UPDATE people_audit SET seq = 7 WHERE seq = 6`, `UPDATE people_audit SET seq = 6 WHERE seq = 5`, `UPDATE people_audit SET seq = 5 WHERE seq = 4`, `INSERT INTO people_audit (seq, at_us, actor_id, action, entry, before_hash, hash) SELECT 4, at_us, actor_id, action, entry, hash, 'ab' FROM people_audit WHERE seq = 3`}, []people.AuditFlaw{{Seq: 4, Kind: "inserted"}}},
		"an entry is put at the end":   {[]string{`INSERT INTO people_audit (seq, at_us, actor_id, action, entry, before_hash, hash) SELECT 7, at_us, actor_id, action, entry, hash, 'ab' FROM people_audit WHERE seq = 6`}, []people.AuditFlaw{{Seq: 7, Kind: "inserted"}}},
		"two entries change places":    {[]string{`UPDATE people_audit SET seq = 100 WHERE seq = 3`, `UPDATE people_audit SET seq = 3 WHERE seq = 4`, `UPDATE people_audit SET seq = 4 WHERE seq = 100`}, nil},
		"the hash is changed with it":  {[]string{`UPDATE people_audit SET entry = replace(entry, 'p3', 'p9'), hash = 'ab' WHERE seq = 3`}, []people.AuditFlaw{{Seq: 3, Kind: "changed"}}},
		"the entry is no longer JSON":  {[]string{`UPDATE people_audit SET entry = 'x' WHERE seq = 2`}, []people.AuditFlaw{{Seq: 2, Kind: "changed"}}},
		"changed twice, and one taken": {[]string{`UPDATE people_audit SET entry = replace(entry, 'p2', 'p9') WHERE seq = 2`, `DELETE FROM people_audit WHERE seq = 5`}, []people.AuditFlaw{{Seq: 2, Kind: "changed"}, {Seq: 5, Kind: "missing"}}},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, e crew) {
				keep(t, e, 6)
				for _, sql := range c.tamper {
					err := e.db.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { _, err := tx.ExecContext(ctx, sql); return err })
					if err != nil {
						t.Fatal(err)
					}
				}
				got := flaws(t, e)
				if c.want == nil && len(got) == 0 || c.want != nil && !reflect.DeepEqual(got, c.want) {
					t.Errorf("got %v, want %v", got, c.want)
				}
				if _, err := e.Audit(t.Context(), people.AuditFilter{}, 10); err != nil {
					t.Errorf("a spoilt log cannot be listed: %v", err)
				}
			})
		})
	}
}

func TestAHashThatWasMadeToFitIsFound(t *testing.T) {
	for _, seq := range []int64{1, 3, 6} {
		t.Run(fmt.Sprint(seq), func(t *testing.T) {
			each(t, func(t *testing.T, c crew) {
				keep(t, c, 6)
				err := c.db.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
					var before, entry string
					if err := tx.QueryRowContext(ctx, `SELECT before_hash, entry FROM people_audit WHERE seq = $1`, seq).Scan(&before, &entry); err != nil {
						return err
					}
					entry = strings.Replace(entry, c.owner.ID, "somebody else", 1)
					sum := sha256.Sum256([]byte(before + entry))
					_, err := tx.ExecContext(ctx, `UPDATE people_audit SET actor_id = 'somebody else', entry = $2, hash = $3 WHERE seq = $1`, seq, entry, hex.EncodeToString(sum[:]))
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				if got := flaws(t, c); !reflect.DeepEqual(got, []people.AuditFlaw{{Seq: seq, Kind: "changed"}}) {
					t.Errorf("got %v", got)
				}
			})
		})
	}
}

func TestTheChainIsOneLineWhoeverWritesIt(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		other, err := people.New(t.Context(), c.db, c.clock.Now, nil) // as a second process has it
		if err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for w := range 8 {
			s := []*people.Service{c.Service, other}[w%2]
			group.Go(func() {
				for i := range 10 {
					err := c.db.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
						return s.Note(ctx, tx, api.Act{Action: "act", Outcome: api.Done, Object: map[string]string{"n": fmt.Sprint(w, i)}})
					})
					if err != nil {
						t.Error(err)
					}
					if err := s.Chain(t.Context()); err != nil {
						t.Log("left to the next:", err)
					}
				}
			})
		}
		group.Wait()
		if err := c.Chain(t.Context()); err != nil {
			t.Fatal(err)
		}
		v, err := c.Verify(t.Context())
		if err != nil || !v.Whole || v.Count != 80 {
			t.Errorf("%+v, %v", v, err)
		}
		seen := map[string]bool{}
		list, err := c.Audit(t.Context(), people.AuditFilter{}, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			seen[e.Object["n"]] = true
		}
		if len(seen) != 80 {
			t.Errorf("%d of 80 acts", len(seen))
		}
	})
}

func TestTheAuditLogIsSearchedAndPaged(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		keep(t, c, 5)
		link, _, err := c.NewLink(t.Context(), c.owner.ID)
		if err != nil {
			t.Fatal(err)
		}
		session, _, _, err := c.SignIn(t.Context(), link, people.Browser{})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := c.SignIn(t.Context(), link, people.Browser{}); err == nil {
			t.Fatal("the link was taken twice")
		}
		if err := c.SignOut(t.Context(), session); err != nil {
			t.Fatal(err)
		}
		said := func(f people.AuditFilter) string {
			list, err := c.Audit(t.Context(), f, 3)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, e := range list {
				lines = append(lines, fmt.Sprint(e.Seq, " ", e.Action, " ", e.Outcome, " ", e.Object["product"]))
			}
			return strings.Join(lines, "; ")
		}
		for want, f := range map[string]people.AuditFilter{
			"8 sign-out done ; 7 sign-in refused ; 6 sign-in done ":                        {},
			"5 dataset create done p5; 4 dataset create done p4; 3 dataset create done p3": {Before: 6},
			"2 dataset create done p2":            {Text: "P2"},
			"7 sign-in refused ; 6 sign-in done ": {Action: "sign-in"},
			"":                                    {Text: "100%"},
			"8 sign-out done ; 6 sign-in done ; 5 dataset create done p5": {ActorID: c.owner.ID},
		} {
			if got := said(f); got != want {
				t.Errorf("%+v: %q, want %q", f, got, want)
			}
		}
	})
}

func TestAFloodOfRefusedSignInsIsCounted(t *testing.T) {
	each(t, func(t *testing.T, c crew) {
		for range 100 {
			if _, _, _, err := c.SignIn(t.Context(), "wrong", people.Browser{}); err == nil {
				t.Fatal("let in")
			}
		}
		c.clock.Add(time.Minute)
		if _, _, _, err := c.SignIn(t.Context(), "wrong", people.Browser{}); err == nil {
			t.Fatal("let in")
		}
		list, err := c.Audit(t.Context(), people.AuditFilter{}, 200)
		if err != nil || len(list) != 31 || list[0].Details["unlisted"] != "70" || list[0].Details["why"] != "people.link_used" {
			t.Errorf("%d entries, the last %+v, %v", len(list), list[0], err)
		}
	})
}
