package serve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"zhuomo/dialog"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
	"zhuomo/learn"
)

// advice is a flow that chooses a hotel for whoever asks.
const advice = `
name: 荐酒店
fallback: lost
human: person
waiting: 稍等
intents:
  more: {node: choose, title: 再来一家}
  good: {node: thanks, title: 喜欢}
recommend:
  hotels:
    limits:
      - {title: 不住远的, where: ["区域 != 会展区"]}
    features: [{column: 区域, why: "常选{value}"}, {column: 星级}]
    fresh: 3
    learn: {more: -0.5, good: 1}
    trying: 先看看这家
nodes:
  choose: {pick: hotels, none: lost, next: told}
  told: {say: "{row.key}，{pick.why}"}
  thanks: {say: 好的}
  lost: {say: 没有了}
  person: {handover: 转人工}
`

// byWord understands the word itself.
type byWord struct{}

func (byWord) Understand(_ context.Context, text string, _ []learn.Said) ([]dialog.Label, error) {
	return []dialog.Label{{Name: map[string]string{"再来": "more", "喜欢": "good"}[text], Probability: 1}}, nil
}

func adviceHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := newHouse(t, d)
	h.models.byID["words"] = byWord{}
	c := h.content
	c.ModelID, c.Flow = "words", h.putFlow(t, advice)
	r, err := h.Create(t.Context(), c, "advice", Ready{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Publish(t.Context(), "p1", r.ID, "", false); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) talkOf(t *testing.T, channel, customer string) Session {
	t.Helper()
	s, _, err := h.Begin(t.Context(), "p1", channel, customer)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (h *house) known(t *testing.T, customer string) Known {
	t.Helper()
	all, err := h.Tastes(t.Context(), "p1", customer)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		return Known{}
	}
	return all[0]
}

func TestATasteOutlivesItsSession(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := adviceHouse(t, d)
		s := h.talkOf(t, "web", "李")
		for range 6 {
			h.mustSay(t, s.ID, "再来")
		}
		h.mustSay(t, s.ID, "喜欢")
		before := h.known(t, "李")
		if before.Count != 6 || len(before.Recent) != 6 || before.Features[0].Weight <= 0 {
			t.Fatalf("learnt %+v", before)
		}
		// A restart, another channel, hours later: the same listener.
		h.Service = h.open(t)
		h.clock.Add(48 * time.Hour)
		other := h.talkOf(t, "phone", "李")
		h.mustSay(t, other.ID, "再来")
		after := h.known(t, "李")
		if len(after.Recent) != 7 || !slices.Equal(after.Recent[1:], before.Recent) || slices.Contains(before.Recent[:3], after.Recent[0]) {
			t.Errorf("chosen before %v, then %v", before.Recent, after.Recent)
		}
		if got := h.known(t, "王"); got.Count != 0 {
			t.Errorf("somebody else is known: %+v", got)
		}
		said, err := readTurns(t.Context(), h.db.Reader(), other.ID, 1000, 1)
		if err != nil || len(said) != 1 {
			t.Fatal(said, err)
		}
		turn := said[0]
		if len(turn.Trace.Picks) != 1 || turn.Trace.Picks[0].Learned == 0 || turn.Trace.Picks[0].Limits[0].Count == 0 {
			t.Errorf("the trace tells %+v", turn.Trace.Picks)
		}
		fact, err := h.Facts().Turn(t.Context(), turn.ID)
		if err != nil || len(fact.Picks) != 1 || fact.Picks[0].Key != after.Recent[0] || fact.Picks[0].Why == "" {
			t.Errorf("the thread tells %+v, %v", fact.Picks, err)
		}
		if n, err := h.ForgetTastes(t.Context(), "p1", "李"); n != 1 || err != nil {
			t.Errorf("forgot %d, %v", n, err)
		}
		if got := h.known(t, "李"); got.Table != "" {
			t.Errorf("forgotten, and yet there is %+v", got)
		}
		h.mustSay(t, s.ID, "再来")
		if got := h.known(t, "李"); len(got.Recent) != 1 {
			t.Errorf("begun anew with %+v", got)
		}
		if _, err := h.Erase(t.Context(), "p1"); err != nil {
			t.Fatal(err)
		}
		if got := h.known(t, "李"); got.Table != "" {
			t.Errorf("the product is erased, and yet there is %+v", got)
		}
	})
}

// TestNoLessonIsLostBetweenSessions lets two processes take turns of four
// sessions of one customer at once.
func TestNoLessonIsLostBetweenSessions(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := adviceHouse(t, d)
		services := []*Service{h.Service, h.open(t)}
		var all sync.WaitGroup
		const sessions, turns = 4, 5
		for i := range sessions {
			s := h.talkOf(t, fmt.Sprint("c", i), "李")
			all.Go(func() {
				for n := range turns {
					for {
						_, err := services[(i+n)%2].Say(t.Context(), s.ID, Message{Text: "再来", TurnID: fmt.Sprint(i, n)})
						if err == nil {
							break
						}
						if !errors.Is(err, MovedOn) {
							t.Error(err)
							return
						}
					}
				}
			})
		}
		all.Wait()
		if got := h.known(t, "李"); len(got.Recent) != sessions*turns {
			t.Errorf("%d choices are kept of %d", len(got.Recent), sessions*turns)
		}
	})
}

// TestTheSameSeedChoosesTheSame plays a conversation again outside of the service.
func TestTheSameSeedChoosesTheSame(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := adviceHouse(t, d)
		s := h.talkOf(t, "web", "李")
		for range 8 {
			h.mustSay(t, s.ID, "再来")
		}
		live, err := h.Live(t.Context(), "p1")
		if err != nil {
			t.Fatal(err)
		}
		state := dialog.State{}
		var again []string
		for n := range 8 {
			turn := dialog.Turn{Text: "再来", Channel: "web", At: h.clock.Now(), Seed: dialog.SeedOf(s.ID, n+1)}
			if state, _, _, err = dialog.Step(t.Context(), live.Parts, state, turn, []dialog.Label{{Name: "more", Probability: 1}}); err != nil {
				t.Fatal(err)
			}
			again = append(again, state.Found.Keys[0])
		}
		slices.Reverse(again)
		if got := h.known(t, "李").Recent; !slices.Equal(got, again) {
			t.Errorf("chosen %v, played again %v", got, again)
		}
	})
}
