package linear

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"testing"

	"zhuomo/learn"
)

// twoWays are sentences of two topics; a topic has words that its labelled rows
// use and words that only the rest ties to them.
func twoWays() (few learn.Data, rest, test []learn.Example) {
	shown := [2][]string{{"退款", "退钱"}, {"发票", "抬头"}}
	tied := [2][]string{{"打回原卡", "撤单", "款项原路"}, {"税号", "报销凭据", "电子票"}}
	few = learn.Data{Task: learn.Single, Labels: []string{"退款", "发票"}}
	for i := range 24 {
		few.Examples = append(few.Examples, learn.Example{RowID: fmt.Sprint("own", i), Text: fmt.Sprintf("%s的事%d", shown[i%2][i/2%2], i), Labels: []int{i % 2}})
	}
	for i := range 300 {
		rest = append(rest, learn.Example{RowID: fmt.Sprint("rest", i), Text: fmt.Sprintf("%s，要%s%d", shown[i%2][i/2%2], tied[i%2][i/4%3], i)})
		test = append(test, learn.Example{Text: fmt.Sprintf("要%s", tied[i%2][i/4%3]), Labels: []int{i % 2}})
	}
	return few, rest, test
}

func fitTwoWays(t *testing.T, o learn.Options) learn.Model {
	t.Helper()
	few, _, _ := twoWays()
	l := New()
	values, err := l.Spec().Fill(map[string]any{"hash_bits": 16})
	if err != nil {
		t.Fatal(err)
	}
	m, err := l.Fit(t.Context(), few, values, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func rightOf(t *testing.T, m learn.Model, test []learn.Example) float64 {
	t.Helper()
	n := 0.0
	for _, e := range test {
		a, err := m.Predict(t.Context(), []learn.Input{e.Input()})
		if err != nil {
			t.Fatal(err)
		}
		if a[0].Top().Label == m.Labels()[e.Labels[0]] {
			n++
		}
	}
	return n / float64(len(test))
}

func TestUnlabelledRowsTeachTheirWords(t *testing.T) {
	_, rest, test := twoWays()
	without, with := rightOf(t, fitTwoWays(t, learn.Options{Seed: 1}), test), rightOf(t, fitTwoWays(t, learn.Options{Seed: 1, Rest: rest}), test)
	if with < .99 || without > .8 {
		t.Errorf("with the rest %.2f, want 1; without %.2f, want chance", with, without)
	}
}

func TestLearningFromTheRestRepeats(t *testing.T) {
	_, rest, _ := twoWays()
	var first, firstRows []byte
	done, of := 0, 0
	for _, workers := range []int{1, 2, 5} {
		var file, rows bytes.Buffer
		m := fitTwoWays(t, learn.Options{Seed: 4, Workers: workers, Rest: rest, Progress: func(d, total int) { done, of = d, total }})
		if err := errors.Join(m.Save(&file), m.SaveRows(&rows)); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first, firstRows = file.Bytes(), rows.Bytes()
		}
		if !bytes.Equal(first, file.Bytes()) || !bytes.Equal(firstRows, rows.Bytes()) {
			t.Errorf("%d workers give other bytes", workers)
		}
		if done != of || of == 0 {
			t.Errorf("progress ends at %d of %d", done, of)
		}
	}
}

// A guessed row is a witness like any other: parts of all rows add up.
func TestWitnessesOfTheRestAddUp(t *testing.T) {
	_, rest, _ := twoWays()
	m := fitTwoWays(t, learn.Options{Seed: 1, Rest: rest})
	in := learn.Input{Text: "要撤单"}
	e, err := m.Explain(t.Context(), in, "退款")
	if err != nil {
		t.Fatal(err)
	}
	all, err := m.Witnesses(t.Context(), in, "退款", math.MaxInt)
	if err != nil {
		t.Fatal(err)
	}
	var sum float64
	for _, w := range all {
		sum += float64(w.Weight)
	}
	if len(all) == 0 || math.Abs(sum-float64(e.Score)) > 1e-3 {
		t.Errorf("%d rows add up to %v, score is %v", len(all), sum, e.Score)
	}
}

// A row that a teacher labelled is learnt from, and never held back: figures on
// held-back rows are about gold.
func TestGuessedRowsAreNotHeldBack(t *testing.T) {
	d := shop(300, false, 3)
	plain := fitShop(t, d, map[string]any{}).Card()
	guessed := shop(900, false, 4)
	for _, e := range guessed.Examples {
		e.RowID, e.Guessed, e.Weight = "g"+e.RowID, true, .5
		d.Examples = append(d.Examples, e)
	}
	m := fitShop(t, d, map[string]any{})
	card := m.Card()
	if card.Held["examples"] != plain.Held["examples"] {
		t.Errorf("%v rows were held back, %v without guessed ones", card.Held["examples"], plain.Held["examples"])
	}
	if card.Examples != 1200 {
		t.Errorf("it learnt from %d examples, want 1200", card.Examples)
	}
}
