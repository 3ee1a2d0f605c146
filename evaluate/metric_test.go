package evaluate_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"zhuomo/evaluate"
	"zhuomo/learn"
)

// answered makes data and answers from pairs of gold and said label sets over
// the labels a, b, c.
func answered(task learn.Task, pairs [][2][]int) (learn.Data, []learn.Prediction) {
	data := learn.Data{Task: task, Labels: []string{"a", "b", "c"}}
	var answers []learn.Prediction
	for i, p := range pairs {
		data.Examples = append(data.Examples, learn.Example{RowID: fmt.Sprint(i), Labels: p[0]})
		var scores []learn.LabelScore
		for _, l := range p[1] {
			scores = append(scores, learn.LabelScore{Label: data.Labels[l], P: .8, Chosen: true})
		}
		for l, name := range data.Labels {
			found := false
			for _, s := range scores {
				found = found || s.Label == name
			}
			if !found {
				scores = append(scores, learn.LabelScore{Label: data.Labels[l], P: .1})
			}
		}
		answers = append(answers, learn.Prediction{Scores: scores})
	}
	return data, answers
}

func TestMeasureOnACountedExample(t *testing.T) {
	data, answers := answered(learn.Multi, [][2][]int{
		{{0}, {0}}, {{0, 1}, {0}}, {{1}, {2}}, {{2}, {2}},
	})
	m := evaluate.Measure(data, answers, 1)
	want := map[string]float64{
		"exact":    .5,
		"micro_f1": 2 * 3.0 / (5 + 4),
		"macro_f1": (1 + 0 + 2.0/3) / 3,
	}
	for name, v := range want {
		f := m.Figures[name]
		if math.Abs(f.Value-v) > 1e-9 || f.Low > f.Value || f.High < f.Value {
			t.Errorf("%s is %+v, want %.4f inside its interval", name, f, v)
		}
	}
	if m.ByLabel[1].Recall != 0 || m.ByLabel[1].Support != 2 || m.ByLabel[2].Precision != .5 {
		t.Errorf("by label %+v", m.ByLabel)
	}
	if len(m.Confusion) != 2 || m.Confusion[0].Count != 1 {
		t.Errorf("confusion %+v", m.Confusion)
	}
}

func TestMeasureDoesNotDependOnTheOrderOfRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var pairs [][2][]int
	for range 60 {
		pairs = append(pairs, [2][]int{{rng.IntN(3)}, {rng.IntN(3)}})
	}
	data, answers := answered(learn.Single, pairs)
	before := evaluate.Measure(data, answers, 1).Values()
	rng.Shuffle(len(answers), func(i, j int) {
		data.Examples[i], data.Examples[j] = data.Examples[j], data.Examples[i]
		answers[i], answers[j] = answers[j], answers[i]
	})
	for name, v := range evaluate.Measure(data, answers, 1).Values() {
		if math.Abs(v-before[name]) > 1e-9 {
			t.Errorf("%s was %v, shuffled %v", name, before[name], v)
		}
	}
}

func TestMcNemar(t *testing.T) {
	for _, c := range []struct {
		fixed, broken int
		want          float64
	}{{0, 0, 1}, {5, 5, 1}, {18, 7, .0433}, {10, 0, .00195}} {
		if got := evaluate.McNemar(c.fixed, c.broken); math.Abs(got-c.want) > .0005 {
			t.Errorf("%d fixed, %d broken: p = %.5f, want %.5f", c.fixed, c.broken, got, c.want)
		}
	}
}

func TestCompareSortsFlips(t *testing.T) {
	data, before := answered(learn.Single, [][2][]int{{{0}, {0}}, {{1}, {2}}, {{2}, {0}}, {{0}, {0}}})
	_, after := answered(learn.Single, [][2][]int{{{0}, {1}}, {{1}, {1}}, {{2}, {1}}, {{0}, {0}}})
	f := evaluate.Compare(data, before, after)
	if f.Fixed != 1 || f.Broken != 1 || f.Other != 1 || f.List[0].Change != evaluate.Broken || f.List[1].Change != evaluate.Fixed {
		t.Errorf("flips %+v", f)
	}
}
