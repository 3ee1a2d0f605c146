package serve

import (
	"context"
	"strings"
	"testing"

	"zhuomo/dialog"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
	"zhuomo/learn"
)

// frontDesk chooses a hotel for whoever asks, by what they said of themselves.
const frontDesk = advice + `
slots:
  age: {title: 几岁, from: number, units: [岁], keep: true}
`

// always understands one intent, whatever is said.
type always string

func (a always) Understand(context.Context, string, []learn.Said) ([]dialog.Label, error) {
	return []dialog.Label{{Name: string(a), Probability: 1}}, nil
}

// atDesk publishes a flow that keeps an age and tells it.
func (h *house) atDesk(t *testing.T) {
	t.Helper()
	h.models.byID["words"] = always("good")
	c := h.content
	c.ModelID, c.Flow = "words", h.putFlow(t, strings.Replace(frontDesk, "thanks: {say: 好的}", "thanks: {say: \"{age|几}岁\"}", 1))
	r, err := h.Create(t.Context(), c, "desk", Ready{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Publish(t.Context(), "p1", r.ID, "", false); err != nil {
		t.Fatal(err)
	}
}

func TestAnAgeIsKnownAfterAnIdleHourUntilItIsForgotten(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.atDesk(t)
		heard := func(session string) string {
			t.Helper()
			return dialog.PlainText(h.mustSay(t, session, "喜欢").Parts)
		}
		s := h.talkOf(t, "web", "李")
		if got := heard(s.ID); got != "几岁" {
			t.Fatalf("at first %q", got)
		}
		if got := dialog.PlainText(h.mustSay(t, s.ID, "我5岁").Parts); got != "5岁" {
			t.Fatalf("told: %q", got)
		}
		h.Service = h.open(t)
		h.clock.Add(3 * sessionIdle)
		if got := heard(s.ID); got != "5岁" {
			t.Errorf("after an idle hour and a restart: %q", got)
		}
		other := h.talkOf(t, "phone", "李")
		if got := heard(other.ID); got != "5岁" {
			t.Errorf("in another session: %q", got)
		}
		if got := heard(h.talkOf(t, "phone", "王").ID); got != "几岁" {
			t.Errorf("of somebody else: %q", got)
		}
		if own, err := h.Own(t.Context(), "p1", "李"); err != nil || len(own) != 1 || own[0] != (Fact{"age", "5"}) {
			t.Errorf("known: %+v, %v", own, err)
		}
		if _, err := h.ForgetTastes(t.Context(), "p1", "李"); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{s.ID, other.ID} {
			if got := heard(id); got != "几岁" {
				t.Errorf("forgotten, and yet %q", got)
			}
		}
	})
}

// TestATasteFollowsAPersonOverAVoicePlatform lets one user open the product in two
// sessions of the platform: taste and age go along, the talk begins anew.
func TestATasteFollowsAPersonOverAVoicePlatform(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		v := newDevice(t, d)
		v.atDesk(t)
		say := func(person, session, text string) string {
			t.Helper()
			return v.hears(t, VoiceMessage{Kind: Said, Text: text, Session: session, Person: person}).Show
		}
		if got := say("u1", "s1", "我5岁"); got != "5岁" {
			t.Fatalf("told: %q", got)
		}
		if got := say("u1", "s2", "喜欢"); got != "5岁" {
			t.Errorf("the same person in another session: %q", got)
		}
		if got := say("u2", "s3", "喜欢"); got != "几岁" {
			t.Errorf("another person: %q", got)
		}
		if got := say("", "s4", "我7岁"); got != "7岁" {
			t.Errorf("nobody knows who: %q", got)
		}
		if got := say("", "s5", "喜欢"); got != "几岁" {
			t.Errorf("nobody knows who, in another session: %q", got)
		}
		first, ok, err := readSessionOf(t.Context(), d.Reader(), "p1", "客厅", "s1")
		second, also, err2 := readSessionOf(t.Context(), d.Reader(), "p1", "客厅", "s2")
		if err != nil || err2 != nil || !ok || !also || first.ID == second.ID || first.Person == "" || first.Person != second.Person || strings.Contains(first.Person, "u1") {
			t.Errorf("sessions of %q and %q", first.Person, second.Person)
		}
		if own, err := v.Own(t.Context(), "p1", first.Person); err != nil || len(own) != 1 {
			t.Errorf("known of the person: %+v, %v", own, err)
		}
	})
}
