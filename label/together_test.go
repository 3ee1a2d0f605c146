package label_test

import (
	"errors"
	"sync"
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

// TestAnUndoneAnswerSentAmongMany sends an answer that was undone once more, while
// its task is leased to the same person again and others answer at the same time.
func TestAnUndoneAnswerSentAmongMany(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 8, nil)
		q := h.openQueue(t, h.order("同时", 1))
		tasks := h.claim(t, q, "zhang", 20)
		undone := h.answer(t, tasks[0], "zhang", "book")
		if err := h.Undo(t.Context(), undone.ID, "zhang"); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		errs := make([]error, len(tasks))
		for i, task := range tasks {
			all.Go(func() { _, errs[i] = h.Submit(t.Context(), []label.Submission{submission(task, "zhang", "book")}) })
		}
		all.Wait()
		for i, err := range errs {
			if i == 0 && !errors.Is(err, label.IDReused) || i > 0 && err != nil {
				t.Errorf("answer %d: %v", i, err)
			}
		}
		anew := submission(tasks[0], "zhang", "price")
		anew.ID += "-2"
		if _, err := h.Submit(t.Context(), []label.Submission{anew}); err != nil {
			t.Errorf("the lease was lost: %v", err)
		}
	})
}
