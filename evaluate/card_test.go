package evaluate_test

import (
	"fmt"
	"strings"
	"testing"

	"zhuomo/evaluate"
	"zhuomo/learn"
)

// cardData is 40 rows of which the long ones are answered wrongly by keyword.
func cardData() learn.Data {
	d := learn.Data{Task: learn.Single, Labels: []string{"invoice", "a|b"}}
	for i := range 40 {
		e := learn.Example{RowID: fmt.Sprint("r", i), Text: "发票", Labels: []int{0}}
		if i%4 == 0 {
			e.Text, e.Labels = fmt.Sprintf("我想问一下上个月的发票什么时候才能寄到我家里来%d", i), []int{1}
		}
		d.Examples = append(d.Examples, e)
	}
	return d
}

func TestACardTellsWhereAModelIsWeak(t *testing.T) {
	t.Parallel()
	data := cardData()
	inputs := make([]learn.Input, len(data.Examples))
	for i, e := range data.Examples {
		inputs[i] = e.Input()
	}
	answers, err := keyword{map[string]string{"发票": "invoice"}}.Predict(t.Context(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	c := evaluate.ModelCard{
		Made: learn.Made{
			ID: "abc", ProductID: "p1", Number: 3, Learner: "learn.linear.v1", Task: learn.Single, Seed: 7, ExampleCount: 90, LabelCount: 2,
			DataVersion: "v5", Params: map[string]any{"none_label": "it's"}, Metrics: map[string]float64{"held_ece": .021, "held_examples": 9, "held_accuracy": .9},
			CreatedUS: testTime.UnixMicro(),
		},
		Labels: map[string]int{"invoice": 60, "a|b": 30},
		Test:   &evaluate.Measurement{Test: evaluate.Measure(data, answers, 7), Slices: evaluate.Slices(data, nil, answers)},
		Report: &evaluate.ReportHead{At: testTime},
	}
	for lang, want := range map[string][]string{
		"zh": {"# 模型卡 m3", "样例 90，标签 2 种", "| a\\|b | 30 |", "全对率 0.750（0.", "校准误差 0.021", "门禁没有通过", "长句：全对率 0.000", "标签 a|b：F1 0.000", "a|b 说成 invoice：10 行",
			`--product p1 --version v5 --learner learn.linear.v1 --seed 7 --params '{"none_label":"it'\''s"}'`},
		"en": {"# Model card m3", "90 examples, 2 labels", "exact 0.750 (0.", "The gate was not passed", "long texts: exact 0.000", "a|b taken for invoice: 10 rows", "Licence of the data: not recorded"},
	} {
		page := c.Markdown(lang)
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s: no %q in\n%s", lang, w, page)
			}
		}
		if strings.Contains(page, "%!") || strings.Contains(page, "短句") || strings.Contains(page, "short texts") {
			t.Errorf("%s:\n%s", lang, page)
		}
	}
	c.Test, c.Report = nil, nil
	if page := c.Markdown("en"); !strings.Contains(page, "Not measured, so not known") || !strings.Contains(page, "Never evaluated") {
		t.Errorf("without gold:\n%s", page)
	}
}
