package linear

import (
	"testing"

	"zhuomo/learn"
)

// TestFewRowsAreJudgedInTurn: each row once, those of a group together, by rows of enough
// labels; what a teacher guessed never; and probabilities say what comes true.
func TestFewRowsAreJudgedInTurn(t *testing.T) {
	t.Parallel()
	d := shop(120, false, 3)
	for i := range d.Examples {
		if i < 30 {
			d.Examples[i].Group = string(rune('a' + i/6))
		}
	}
	guess := d.Examples[0]
	guess.RowID, guess.Group, guess.Guessed = "guess", "", true
	values, err := New().Spec().Fill(nil)
	if err != nil {
		t.Fatal(err)
	}
	made, err := New().Trainer(d.Task, d.Labels, values, learn.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	tr := made.(*trainer)
	if err := tr.Put(append(d.Examples, guess)...); err != nil {
		t.Fatal(err)
	}
	times, groups := make([]int, tr.Len()), map[string]int{}
	for at, s := range tr.splits() {
		if len(s.kept)+len(s.held) != tr.Len() {
			t.Errorf("part %d: %d learnt from and %d judged of %d", at, len(s.kept), len(s.held), tr.Len())
		}
		for _, i := range s.held {
			times[i]++
			if g := tr.items[i].group; g != "" {
				if before, seen := groups[g]; seen && before != at {
					t.Errorf("group %s is in parts %d and %d", g, before, at)
				}
				groups[g] = at
			}
		}
	}
	for i, n := range times {
		if want := 1; i == tr.Len()-1 && n != 0 || i < tr.Len()-1 && n != want {
			t.Errorf("row %d was judged %d times", i, n)
		}
	}
	m := fitShop(t, d, map[string]any{})
	if held := m.Card().Held; held["examples"] != 120 || held["ece"] > .08 {
		t.Errorf("%v", held)
	}
	more := shop(fewRows+1, false, 3)
	if held := fitShop(t, more, map[string]any{}).Card().Held["examples"]; held >= fewRows/2 {
		t.Errorf("%v of %d rows were judged by", held, fewRows+1)
	}
}
