package evaluate_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"zhuomo/evaluate"
	"zhuomo/learn"
)

var testTime = time.Date(2026, 9, 18, 10, 0, 0, 0, time.UTC)

func twoLabels(texts map[string][]int) learn.Data {
	d := learn.Data{Task: learn.Multi, Labels: []string{"invoice", "refund"}}
	for _, text := range []string{"发票", "我要开一张发票谢谢你了麻烦快一点好吗", "退款", "都不是"} {
		if labels, ok := texts[text]; ok {
			d.Examples = append(d.Examples, learn.Example{RowID: text, Text: text, Labels: labels})
		}
	}
	return d
}

func TestSlicesAndJudgementsTellTheSame(t *testing.T) {
	t.Parallel()
	data := twoLabels(map[string][]int{"发票": {0}, "我要开一张发票谢谢你了麻烦快一点好吗": {0, 1}, "退款": {1}, "都不是": {}})
	data.Examples[1].History = []learn.Said{{Who: learn.Product, Text: "您好"}}
	model := keyword{map[string]string{"发票": "invoice", "退款": "refund"}}
	inputs := make([]learn.Input, len(data.Examples))
	for i, e := range data.Examples {
		inputs[i] = e.Input()
	}
	answers, err := model.Predict(t.Context(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	rows := evaluate.Judgements(data, answers)
	for _, s := range evaluate.Slices(data, answers, answers) {
		n, right := 0, 0
		for i, r := range rows {
			if evaluate.SliceHas(s.ID, data.Examples[i]) {
				n++
				if r.Right {
					right++
				}
			}
		}
		if n != s.Rows || s.Exact.Value != float64(right)/float64(n) || *s.Live != s.Exact.Value || s.Exact.Low > s.Exact.Value || s.Exact.High < s.Exact.Value {
			t.Errorf("slice %s says %+v, its rows say %d of %d", s.ID, s, right, n)
		}
	}
	if rows[1].Right || len(rows[1].Said) != 1 || len(rows[1].Gold) != 2 {
		t.Errorf("half of the labels is not right: %+v", rows[1])
	}
	if evaluate.SliceHas("nothing", data.Examples[0]) {
		t.Error("an unknown slice has rows")
	}
}

func TestGrowLearnsFromNestedPartsThatKeepGroupsTogether(t *testing.T) {
	t.Parallel()
	train := learn.Data{Task: learn.Single, Labels: []string{"a", "b"}}
	for i := range 200 {
		train.Examples = append(train.Examples, learn.Example{RowID: fmt.Sprint(i), Text: fmt.Sprint(i), Labels: []int{i % 2}, Group: fmt.Sprint(i / 4)})
	}
	var points []evaluate.Point
	seen := map[string]bool{}
	fit := func(_ context.Context, d learn.Data) (learn.Model, float64, error) {
		have := map[string]bool{}
		for _, e := range d.Examples {
			have[e.RowID] = true
		}
		for id := range seen {
			if !have[id] {
				t.Errorf("row %s left when the part grew", id)
			}
		}
		seen = have
		return keyword{map[string]string{"1": "a"}}, .1, nil
	}
	err := evaluate.Grow(t.Context(), train, learn.Data{}, fit, func(p evaluate.Point) error { points = append(points, p); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if len(points) != 7 || points[0].Rows != 10 || points[6].Rows != 200 {
		t.Errorf("got %+v", points)
	}
}
