package chain

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"zhuomo/learn"
)

// Three of four words are cities in two texts of five: the likeliest reading misses
// them all, and F1 is higher with them.
func doubtful(n int) learn.Data {
	d := learn.Data{Task: learn.Spans, Labels: []string{"city"}}
	for i := range n {
		e := learn.Example{RowID: fmt.Sprint(i), Text: "说说" + []string{"澜桂", "桂锦", "锦庭", "庭澜"}[i%4] + "的事"}
		if i%4 == 0 || i/4%5 < 2 {
			e.Spans = []learn.Span{{Start: 2, End: 4, Label: 0}}
		}
		d.Examples = append(d.Examples, e)
	}
	return d
}

func TestABalancedAnswerMissesLess(t *testing.T) {
	d := doubtful(1200)
	fit := func(answer string) (*model, []learn.Prediction) {
		m := fitted(t, d, map[string]any{"answer": answer, "way": newtonWay}, learn.Options{Seed: 1})
		var inputs []learn.Input
		for _, e := range d.Examples[:40] {
			inputs = append(inputs, e.Input())
		}
		said, err := m.Predict(t.Context(), inputs)
		if err != nil {
			t.Fatal(err)
		}
		return m, said
	}
	likely, plain := fit(likeliest)
	balanced, leaning := fit(balancedAnswer)
	if likely.Calibration.Lean != 0 || balanced.Calibration.Lean <= 0 {
		t.Fatalf("leans %v and %v", likely.Calibration.Lean, balanced.Calibration.Lean)
	}
	if likely.Calibration.Sharp != balanced.Calibration.Sharp {
		t.Errorf("probabilities lean: sharp %v and %v", likely.Calibration.Sharp, balanced.Calibration.Sharp)
	}
	chosen := func(p learn.Prediction) bool {
		return slices.ContainsFunc(p.Spans, func(s learn.FoundSpan) bool { return s.Chosen })
	}
	for i := range plain {
		sure := i%4 == 0
		if chosen(plain[i]) != sure || !chosen(leaning[i]) {
			t.Errorf("%q: likeliest finds %+v, balanced %+v", d.Examples[i].Text, plain[i].Spans, leaning[i].Spans)
			continue
		}
		if s := leaning[i].Spans[0]; !sure && (s.P < 0.3 || s.P > 0.5) {
			t.Errorf("%q: %+v is two of five", d.Examples[i].Text, s)
		}
	}
	if balanced.Held["recall"] <= likely.Held["recall"] || balanced.Held["f1"] <= likely.Held["f1"] {
		t.Errorf("held-back rows: balanced %v, likeliest %v", balanced.Held, likely.Held)
	}
}

// Scores that are far apart, so that a lean changes no answer: it is what F1 says, with
// twenty stretches rightly found in addition.
func TestTheLeanFollowsF1(t *testing.T) {
	s := tags{1, true}
	w := (&problem{tags: s}).weights()
	text := func(right bool) seen {
		gold := s.write(3, []piece{{1, 2, 0}})
		x := seen{score: make([]float32, 3*s.stride()), gold: gold}
		for u := range 3 {
			x.score[u*s.stride()+outside] = 50
		}
		if right {
			x.score[s.stride()+s.tag(0, single)] = 100
		}
		return x
	}
	for _, c := range []struct {
		right, wrong int
		half         float64
	}{{100, 0, 0.5}, {0, 0, 0.5}, {80, 20, 100.0 / (80*2 + 20 + 40)}, {0, 40, 20.0 / (40 + 40)}} {
		var texts []seen
		for range c.right {
			texts = append(texts, text(true))
		}
		for range c.wrong {
			texts = append(texts, text(false))
		}
		lean, err := leanOf(t.Context(), w, texts, 1, 2)
		if want := math.Log((1 - c.half) / c.half); err != nil || math.Abs(lean-want) > 1e-9 {
			t.Errorf("%d right, %d missed: lean %v, want %v (%v)", c.right, c.wrong, lean, want, err)
		}
	}
}
