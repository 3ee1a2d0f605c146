package label_test

import (
	"testing"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
	"zhuomo/label"
)

// TestAGivenBackTaskComesFirstAgain lets two processes work on one queue: what is
// given back is served next where it was given back, and a second later elsewhere.
func TestAGivenBackTaskComesFirstAgain(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 40, nil)
		other, err := label.New(t.Context(), label.Needs{DB: d, Data: h.data, Now: h.clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		q := h.openQueue(t, h.order("退", 1))
		there := func() string {
			t.Helper()
			got, err := other.Claim(t.Context(), q.ID, "li", 1, time.Hour)
			if err != nil || len(got) != 1 {
				t.Fatalf("%v %v", got, err)
			}
			return got[0].ID
		}
		first := h.claim(t, q, "zhang", 1)[0].ID
		second := there()
		if err := h.Release(t.Context(), []string{first}, "zhang"); err != nil {
			t.Fatal(err)
		}
		if third := there(); third == first || third == second {
			t.Errorf("the other process gave %s after %s", third, second)
		}
		if again := h.claim(t, q, "zhang", 1)[0].ID; again != first {
			t.Errorf("where it was given back: %s, want %s", again, first)
		}
		if err := h.Release(t.Context(), []string{first}, "zhang"); err != nil {
			t.Fatal(err)
		}
		h.clock.Add(time.Second)
		if again := there(); again != first {
			t.Errorf("elsewhere, a second later: %s, want %s", again, first)
		}
	})
}

// TestManyAskForOneLane lets a person who has answered all that the lane would give
// next get what lies behind it.
func TestManyAskForOneLane(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 40, nil) // 120 tasks
		q := h.openQueue(t, h.order("长", 2))
		mine := h.claim(t, q, "zhang", 60) // of lane 0
		for _, task := range mine {
			h.answer(t, task, "zhang", "greet")
		}
		others := h.claim(t, q, "zhao", 1) // lane 1; it takes the first
		if others[0].ID != mine[0].ID {
			t.Fatalf("%+v", others)
		}
		rest := 0
		for {
			got := h.claim(t, q, "zhang", 20)
			if len(got) == 0 {
				break
			}
			rest += len(got)
		}
		if rest != 60 {
			t.Errorf("zhang got %d more, want the 60 that were not answered", rest)
		}
		if got := h.claim(t, q, "zhao", 20); len(got) != 20 || got[0].ID != mine[1].ID {
			t.Errorf("zhao got %d", len(got))
		}
	})
}
