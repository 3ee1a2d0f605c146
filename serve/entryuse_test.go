package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"zhuomo/dialog"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

// spoken is one turn as a test writes it down.
type spoken struct {
	session, text, entry, state, rating string
	ago                                 time.Duration
}

// write keeps turns as they were said, numbered within their session.
func (h *house) write(t *testing.T, d *db.DB, all []spoken) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		numbers := map[string]int{}
		for i, s := range all {
			if numbers[s.session]++; numbers[s.session] == 1 {
				session := Session{ID: s.session, ProductID: "p1", Channel: "web", Customer: s.session}
				if err := insertSession(ctx, tx, session); err != nil {
					return err
				}
			}
			at := h.n.Now().Add(-s.ago).UnixMicro()
			turn := Turn{ID: fmt.Sprintf("t%03d", i), ProductID: "p1", SessionID: s.session, TurnID: fmt.Sprint(i), Number: numbers[s.session],
				Text: s.text, Band: dialog.Answer, State: s.state, EntryID: s.entry, AtUS: at}
			if _, err := insertTurn(ctx, tx, turn, "[]", "{}"); err != nil {
				return err
			}
			if s.rating != "" {
				if err := putRating(ctx, tx, turn.ID, "p1", s.rating == "good", "", at+1); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnEntryIsResolvedWhenNothingMoreWasNeeded(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		clock := testkit.Clock(sunday)
		s, err := New(t.Context(), Needs{DB: d, Blobs: testkit.TempBlobs(t), Now: clock.Now, Products: oneProduct{}})
		if err != nil {
			t.Fatal(err)
		}
		h := &house{Service: s, db: d, clock: clock}
		h.write(t, d, []spoken{
			{session: "a", entry: "dog", state: "bot"},                                                    // resolved: something else is asked then
			{session: "a", entry: "lift", state: "bot", rating: "good"},                                   // resolved: the last word
			{session: "b", entry: "dog", state: "bot", rating: "bad"},                                     // disliked
			{session: "c", entry: "dog", state: "bot"},                                                    // asked again
			{session: "c", entry: "dog", state: "bot"},                                                    // and then a person
			{session: "c", state: "handover"},                                                             // no entry
			{session: "d", entry: "dog", state: "bot", ago: 8 * 24 * time.Hour},                           // too long ago
			{session: "e", state: "bot"}, {session: "e", entry: "lift", state: "bot", ago: 1 * time.Hour}, // resolved
		})
		uses, err := s.EntryUses(t.Context(), "p1", 7*24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		want := []EntryUse{{"dog", 4, 1}, {"lift", 2, 2}}
		if fmt.Sprint(uses) != fmt.Sprint(want) {
			t.Errorf("uses %v, want %v", uses, want)
		}
		for settled, want := range map[string]int{"": 4, "yes": 1, "no": 3} {
			turns, err := readTurnsBefore(t.Context(), d.Reader(), "p1", "", turnFilter{entry: "dog", settled: settled, sinceUS: sunday.Add(-7 * 24 * time.Hour).UnixMicro()}, 10)
			if err != nil || len(turns) != want {
				t.Errorf("turns of dog settled %q: %d, want %d (%v)", settled, len(turns), want, err)
			}
		}
		heard, err := s.LastHeard(t.Context(), "p1", 4)
		if err != nil || len(heard) != 4 || heard[0].TurnID != "t008" || heard[0].Channel != "web" || heard[0].EntryID != "lift" || heard[3].State != "handover" {
			t.Errorf("heard %+v, %v", heard, err)
		}
	})
}

func TestEntryFiguresOverHTTP(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.write(t, s.db, []spoken{{session: "x", text: "能带狗吗", entry: "dog", state: "bot"}, {session: "y", entry: "dog", state: "bot", rating: "bad"}})
		for path, want := range map[string]int{"/entry-figures": 1, "/turns?entry=dog&hours=168": 2, "/turns?entry=dog&settled=no": 1, "/turns?entry=cat": 0} {
			var page struct{ Items []json.RawMessage }
			code, body := s.call("GET", "/api/v1/products/p1"+path, "", "Authorization", "Bearer viewer")
			if err := json.Unmarshal([]byte(body), &page); err != nil || code != 200 || len(page.Items) != want {
				t.Errorf("%s: %d, want %d items: %s", path, code, want, body)
			}
		}
	})
}
