package evaluate_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"zhuomo/evaluate"
	"zhuomo/learn"
)

// remembering says "seen" of the groups that it learnt from, "new" of others.
type remembering struct {
	learn.Model
	texts map[string]bool
}

func (m remembering) Predict(_ context.Context, inputs []learn.Input) ([]learn.Prediction, error) {
	out := make([]learn.Prediction, len(inputs))
	for i, in := range inputs {
		label := "new"
		if m.texts[in.Text] {
			label = "seen"
		}
		out[i] = learn.Prediction{Scores: []learn.LabelScore{{Label: label, P: 1, Chosen: true}}}
	}
	return out, nil
}

// TestCrossValidationAsksOnlyWhatWasNotLearnt: two rows of a group have one text,
// so that a model which learnt from one would know the other.
func TestCrossValidationAsksOnlyWhatWasNotLearnt(t *testing.T) {
	t.Parallel()
	data := learn.Data{Task: learn.Single, Labels: []string{"new", "seen"}}
	for i := range 40 {
		for twin := range 2 {
			data.Examples = append(data.Examples, learn.Example{RowID: fmt.Sprintf("%d.%d", i, twin), Text: fmt.Sprint(i), Group: fmt.Sprint(i), Labels: []int{0}})
		}
	}
	for i := range 7 {
		data.Examples = append(data.Examples, learn.Example{RowID: fmt.Sprintf("c%d", i), Text: fmt.Sprintf("c%d", i), Labels: []int{1}})
	}
	fits := 0
	fit := func(_ context.Context, d learn.Data) (learn.Model, error) {
		fits++
		texts := map[string]bool{}
		corrections := 0
		for _, e := range d.Examples {
			texts[e.Text] = true
			if e.Group == "" {
				corrections++
			}
		}
		if corrections != 7 {
			t.Errorf("learnt from %d of 7 corrections", corrections)
		}
		if n := len(d.Examples); n != 7+64 {
			t.Errorf("a fold leaves %d rows", n)
		}
		return remembering{texts: texts}, nil
	}
	first, err := evaluate.Cross(t.Context(), data, fit)
	if err != nil || first == nil || first.Folds != 5 || first.Rows != 80 || fits != 5 {
		t.Fatalf("%+v after %d fits, %v", first, fits, err)
	}
	if exact := first.Figures["exact"]; exact.Value != 1 || exact.Low < .9 || exact.Low >= 1 {
		t.Errorf("exact %+v: some row was asked of a model that had learnt it", exact)
	}
	for seed := range uint64(3) {
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(data.Examples), func(i, j int) {
			data.Examples[i], data.Examples[j] = data.Examples[j], data.Examples[i]
		})
		if again, err := evaluate.Cross(t.Context(), data, fit); err != nil || !reflect.DeepEqual(again, first) {
			t.Errorf("in another order %+v, %v", again, err)
		}
	}
}

func TestCrossValidationSaysNothingOfTooLittle(t *testing.T) {
	t.Parallel()
	data := learn.Data{Task: learn.Single, Labels: []string{"a", "b"}}
	add := func(n, label int) {
		for i := range n {
			id := fmt.Sprint(label, ".", i)
			data.Examples = append(data.Examples, learn.Example{RowID: id, Text: id, Group: id, Labels: []int{label}})
		}
	}
	add(9, 0)
	never := func(context.Context, learn.Data) (learn.Model, error) {
		t.Error("nine groups were learnt from")
		return nil, nil
	}
	if c, err := evaluate.Cross(t.Context(), data, never); c != nil || err != nil {
		t.Errorf("%+v, %v", c, err)
	}
	add(1, 1) // a fold without it leaves one label
	check := func(_ context.Context, d learn.Data) (learn.Model, error) {
		return remembering{}, d.Check()
	}
	if c, err := evaluate.Cross(t.Context(), data, check); c != nil || err != nil {
		t.Errorf("%+v, %v", c, err)
	}
}
