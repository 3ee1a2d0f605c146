package linear

import (
	"errors"
	"math"
	"testing"

	"zhuomo/learn"
	"zhuomo/learn/kernel"
)

// At the optimum a multiplier is the cost times what the label lacks of the
// probability, and the weights are the sum over the rows.
func TestSoftmaxEndsAtItsOptimum(t *testing.T) {
	d := weathers()
	for i := range d.Examples {
		if i%10 == 0 { // some are labelled wrong
			d.Examples[i].Labels = []int{1 - d.Examples[i].Labels[0]}
		}
	}
	values, err := New().Spec().Fill(map[string]any{"hash_bits": 16, "loss": "softmax", "cost": 0.7, "passes": 100, "balance": 0.5, "held_share": 0})
	if err != nil {
		t.Fatal(err)
	}
	made, err := New().Trainer(d.Task, d.Labels, values, learn.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	tr := made.(*trainer)
	if err := tr.Put(d.Examples...); err != nil {
		t.Fatal(err)
	}
	sp, err := newSpace(tr.rows, tr.Len(), len(tr.labels), tr.settings, tr.dense)
	if err != nil {
		t.Fatal(err)
	}
	x, err := encodeAll(t.Context(), tr.texts, tr.settings.shape().groups(), sp, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	p := tr.problem(x, sp, all(tr.Len()))
	s, err := softmax(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	stride := kernel.Pad(p.classes)
	sum := make([]float64, len(s.w))
	for i := range s.dual {
		idx, val := x.row(i)
		scores, probable := make([]float32, p.classes), make([]float64, p.classes)
		for j, f := range idx {
			for m := range scores {
				scores[m] += val[j] * s.w[int(f)*stride+m]
			}
			for _, a := range s.dual[i] {
				sum[int(f)*stride+int(a.class)] += float64(a.value * val[j])
			}
		}
		expect(scores, probable)
		probable[p.labels[i][0]]--
		for _, a := range s.dual[i] {
			want := -float64(p.cost*p.weights[i]) * probable[a.class]
			if math.Abs(float64(a.value)-want) > .02 {
				t.Errorf("row %d, label %d: multiplier %.4f, at the optimum %.4f", i, a.class, a.value, want)
			}
		}
	}
	for i, want := range sum {
		if math.Abs(float64(s.w[i])-want) > 1e-3 {
			t.Fatalf("weight %d is %v, the rows add up to %v", i, s.w[i], want)
		}
	}
}

func TestSoftmaxTakesLabelsUpByFittingAnew(t *testing.T) {
	values, err := New().Spec().Fill(map[string]any{"hash_bits": 16, "loss": "softmax"})
	if err != nil {
		t.Fatal(err)
	}
	d := weathers()
	made, err := New().Trainer(d.Task, d.Labels, values, learn.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	tr := made.(*trainer)
	if err := tr.Put(d.Examples[:60]...); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Fit(t.Context()); err != nil {
		t.Fatal(err)
	}
	refined, err := tr.Refine(t.Context(), d.Examples[60:]...)
	if err != nil {
		t.Fatal(err)
	}
	whole := fitted(t, d, map[string]any{"loss": "softmax"})
	in := learn.Input{Text: "第3句", History: said(learn.Product, "雨伞1")}
	if a, b := probability(t, refined.(*model), in, "雨"), probability(t, whole, in, "雨"); a != b || b < .6 {
		t.Errorf("%.4f refined, %.4f fitted", a, b)
	}
}

func TestSoftmaxKeepsWithinItsMemory(t *testing.T) {
	t.Parallel()
	p := &problem{rows: make([]int32, 100_000), classes: 10_000}
	if _, err := softmax(t.Context(), p); !errors.Is(err, learn.TooMuchForSoftmax) {
		t.Errorf("%v", err)
	}
}
