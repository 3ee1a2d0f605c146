package linear_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/learn/learntest"
	"zhuomo/learn/linear"
)

func refiner(t testing.TB, d learn.Data, seed uint64) learn.Refiner {
	t.Helper()
	l := linear.New()
	values, err := l.Spec().Fill(spec.Values{})
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := l.Trainer(d.Task, d.Labels, values, learn.Options{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	r, ok := trainer.(learn.Refiner)
	if !ok {
		t.Fatal("it cannot refine")
	}
	return r
}

func saved(t testing.TB, m learn.Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	if err := m.SaveRows(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRefineTakesUpSingleLabels on BANKING77: nine thousand rows are fitted, a
// thousand come one by one, two hundred of which were first labelled wrongly and are
// put right later. The model must come within half a point of one fitted on the
// same rows, and a model that was given out must not change.
func TestRefineTakesUpSingleLabels(t *testing.T) {
	train, test := learntest.Banking(t)
	const late = 1000
	// The set lies class by class: mixed, as people label.
	rand.New(rand.NewPCG(4, 4)).Shuffle(len(train.Examples), func(i, j int) {
		train.Examples[i], train.Examples[j] = train.Examples[j], train.Examples[i]
	})
	r := refiner(t, train, 1)
	begin := len(train.Examples) - late
	wrong := func(i int) bool { return i%5 == 0 }
	if err := r.Put(train.Examples[:begin]...); err != nil {
		t.Fatal(err)
	}
	first, err := r.Fit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before := saved(t, first)
	var took []time.Duration
	var m learn.Model
	step := func(e learn.Example) {
		began := time.Now()
		if m, err = r.Refine(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	for i, e := range train.Examples[begin:] {
		if wrong(i) {
			e.Labels = []int{(e.Labels[0] + 1 + i) % len(train.Labels)}
		}
		step(e)
	}
	for i, e := range train.Examples[begin:] {
		if wrong(i) {
			step(e)
		}
	}
	refined, _ := judge(t, m, test)
	whole, err := r.Fit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fitted, _ := judge(t, whole, test)
	earlier, _ := judge(t, first, test)
	slices.Sort(took)
	t.Logf("%d rows: before %.4f, refined %.4f, fitted %.4f; a label took %v, 99 of 100 at most %v", r.Len(), earlier, refined, fitted, took[len(took)/2], took[len(took)*99/100])
	if refined < fitted-.005 {
		t.Errorf("refined %.4f, fitted %.4f", refined, fitted)
	}
	if !bytes.Equal(before, saved(t, first)) {
		t.Error("the model of before has changed")
	}
	if m.Card().Examples != len(train.Examples) {
		t.Errorf("it counts %d rows", m.Card().Examples)
	}
}

// TestRefineIsAFitAfterAll: the same calls give the same bytes; after Put, Drop and
// for several labels it is Fit; what is refused changes nothing.
func TestRefineIsAFitAfterAll(t *testing.T) {
	d := vectored(60, 1)
	for i := range d.Examples {
		d.Examples[i].Vector = nil
		d.Examples[i].Text += []string{"向左走", "往右边去"}[d.Examples[i].Labels[0]]
	}
	run := func() []byte {
		r := refiner(t, d, 3)
		var m learn.Model
		var err error
		for _, e := range d.Examples[:40] {
			if m, err = r.Refine(t.Context(), e); err != nil && !errors.Is(err, learn.OneLabel) {
				t.Fatal(err)
			}
		}
		if m, err = r.Refine(t.Context(), d.Examples[40:]...); err != nil {
			t.Fatal(err)
		}
		other := d.Examples[7]
		other.Labels = []int{1 - other.Labels[0]}
		if m, err = r.Refine(t.Context(), other, learn.Example{Text: "没有编号，往右边去", Labels: []int{1}}); err != nil {
			t.Fatal(err)
		}
		if r.Len() != 61 || m.Card().Examples != 61 {
			t.Fatalf("it holds %d rows, the model %d", r.Len(), m.Card().Examples)
		}
		if got, err := m.Predict(t.Context(), []learn.Input{{Text: "往右边去"}}); err != nil || got[0].Top().Label != "右" {
			t.Fatalf("%v %v", got, err)
		}
		if w, err := m.Witnesses(t.Context(), learn.Input{Text: other.Text}, d.Labels[other.Labels[0]], 60); err != nil || len(w) == 0 {
			t.Fatalf("%v %v", w, err)
		}
		if _, err := r.Refine(t.Context(), learn.Example{RowID: "x", Text: "x", Labels: []int{9}}); !errors.Is(err, learn.BadLabel) || r.Len() != 61 {
			t.Fatalf("a label that there is not: %v, %d rows", err, r.Len())
		}
		out := saved(t, m)
		r.Drop("r3")
		if m, err = r.Refine(t.Context(), d.Examples[5]); err != nil {
			t.Fatal(err)
		}
		whole, err := r.Fit(t.Context())
		if err != nil || !bytes.Equal(saved(t, m), saved(t, whole)) {
			t.Errorf("after a drop it is not a fit: %v", err)
		}
		return out
	}
	if !bytes.Equal(run(), run()) {
		t.Error("the same calls gave two models")
	}
	d.Task = learn.Multi
	r := refiner(t, d, 3)
	if err := r.Put(d.Examples...); err != nil {
		t.Fatal(err)
	}
	m, err := r.Refine(t.Context(), d.Examples[0])
	if err != nil {
		t.Fatal(err)
	}
	if whole, err := r.Fit(t.Context()); err != nil || !bytes.Equal(saved(t, m), saved(t, whole)) {
		t.Errorf("with several labels it is not a fit: %v", err)
	}
}
