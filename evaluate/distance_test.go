package evaluate

import (
	"math"
	"math/rand/v2"
	"testing"

	"zhuomo/learn"
)

// kappaByTable is weighted kappa told slowly, by the table of gold and answers.
func kappaByTable(pairs [][2][]int, numbers []float64) float64 {
	table := make([][]float64, len(numbers))
	for g := range table {
		table[g] = make([]float64, len(numbers))
	}
	gold, said := make([]float64, len(numbers)), make([]float64, len(numbers))
	for _, p := range pairs {
		table[p[0][0]][p[1][0]]++
		gold[p[0][0]]++
		said[p[1][0]]++
	}
	var off, chance float64
	for g := range table {
		for s := range table {
			far := (numbers[g] - numbers[s]) * (numbers[g] - numbers[s])
			off += far * table[g][s]
			chance += far * gold[g] * said[s] / float64(len(pairs))
		}
	}
	return 1 - off/chance
}

func TestDistanceOfOrderedLabels(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 1))
	numbers := []float64{5, -1, 2.5}
	var pairs [][2][]int
	var mae float64
	for range 300 {
		g, s := rng.IntN(3), rng.IntN(3)
		if rng.IntN(2) == 0 {
			s = g
		}
		pairs = append(pairs, [2][]int{{g}, {s}})
		mae += math.Abs(numbers[g]-numbers[s]) / 300
	}
	data := learn.Data{Task: learn.Single, Labels: []string{"5", "-1", "2.5"}}
	var answers []learn.Prediction
	for _, p := range pairs {
		data.Examples = append(data.Examples, learn.Example{Labels: p[0]})
		answers = append(answers, learn.Prediction{Scores: []learn.LabelScore{{Label: data.Labels[p[1][0]], P: 1, Chosen: true}}})
	}
	m := Measure(data, answers, 1)
	if f := m.Figures["mae"]; math.Abs(f.Value-mae) > 1e-9 || f.Low >= f.Value || f.High <= f.Value {
		t.Errorf("mae %+v, want %.4f within an interval", f, mae)
	}
	if f, want := m.Figures["quadratic_kappa"], kappaByTable(pairs, numbers); math.Abs(f.Value-want) > 1e-9 || f.Low >= f.Value || f.High <= f.Value {
		t.Errorf("kappa %+v, want %.4f within an interval", f, want)
	}
	data.Labels[2] = "两分半"
	if _, has := Values(data, answers)["mae"]; has {
		t.Error("labels that are no numbers have a distance")
	}
}

func TestDistanceAtItsEdges(t *testing.T) {
	t.Parallel()
	numbers := []float64{1, 2, 5}
	one := func(gold int, said ...int) outcome {
		o := outcome{gold: []item{{label: gold}}}
		for _, s := range said {
			o.said = append(o.said, item{label: s})
		}
		return o
	}
	for _, c := range []struct {
		name       string
		rows       []outcome
		mae, kappa float64
	}{
		{"all gold and answers are one label", []outcome{one(1, 1), one(1, 1)}, 0, 1},
		{"one label for another", []outcome{one(0, 2), one(0, 2)}, 4, 0},
		{"no known answer is as far off as can be", []outcome{one(1), one(1)}, 3, 0},
		{"from the high end that is the low one", []outcome{one(2)}, 4, 0},
		{"turned round", []outcome{one(0, 2), one(2, 0)}, 4, -1},
	} {
		at := make([]int, len(c.rows))
		for i := range at {
			at[i] = i
		}
		if mae, kappa := distance(c.rows, at, numbers); math.Abs(mae-c.mae) > 1e-12 || math.Abs(kappa-c.kappa) > 1e-12 {
			t.Errorf("%s: mae %v, kappa %v, want %v, %v", c.name, mae, kappa, c.mae, c.kappa)
		}
	}
}
