package learn_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"zhuomo/learn"
)

// said is a teacher that knows its answers by heart.
type said map[string][]learn.LabelScore

func (s said) Teach(_ context.Context, inputs []learn.Input) ([][]learn.LabelScore, error) {
	out := make([][]learn.LabelScore, len(inputs))
	for i, in := range inputs {
		out[i] = s[in.Text]
	}
	return out, nil
}

func TestWhatATeacherSaysBecomesExamples(t *testing.T) {
	data := learn.Data{Task: learn.Single, Labels: []string{"退款", "发票"}}
	rest := []learn.Example{{RowID: "r1", Text: "钱呢"}, {RowID: "r2", Text: "天气"}, {RowID: "r3", Text: "开票"}}
	teacher := said{
		"钱呢": {{Label: "退款", P: .7}, {Label: "发票", P: .26}, {Label: "物流", P: .02}},
		"开票": {{Label: "发票", P: .97}, {Label: "退款", P: .03}},
	}
	got, known, err := learn.Taught(t.Context(), teacher, data, rest, .5)
	if err != nil || known != 2 || len(got) != 3 {
		t.Fatalf("%d examples of %d rows, %v: %+v", len(got), known, err, got)
	}
	for i, want := range []struct {
		row    string
		label  int
		weight float32
	}{{"r1", 0, .35}, {"r1", 1, .13}, {"r3", 1, .485}} {
		e := got[i]
		if e.RowID != want.row || !slices.Equal(e.Labels, []int{want.label}) || e.Weight-want.weight > 1e-6 || want.weight-e.Weight > 1e-6 || !e.Guessed {
			t.Errorf("example %d: %+v, want %+v", i, e, want)
		}
	}
	data.Task = learn.Multi
	teacher["钱呢"][0].Chosen = true
	got, known, err = learn.Taught(t.Context(), teacher, data, rest[:2], 1)
	if err != nil || known != 1 || len(got) != 1 || !slices.Equal(got[0].Labels, []int{0}) || !(got[0].Weight > .4 && got[0].Weight < 1) {
		t.Errorf("several labels: %+v, %v", got, err)
	}
}

func TestRulesTeach(t *testing.T) {
	rules, err := learn.ReadRules("r.yaml", []byte(`
- {label: refund, when: [退款|退钱, money back], not: [发票]}
- {label: invoice, when: ['发\s*票']}
- {label: refund, when: [还我钱]}
`))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]learn.LabelScore{
		"我要退款":       {{Label: "refund", P: 1, Chosen: true}},
		"MONEY BACK": {{Label: "refund", P: 1, Chosen: true}},
		"退款的发 票":     {{Label: "refund", P: .5, Chosen: true}, {Label: "invoice", P: .5, Chosen: true}},
		"退款的发票":      {{Label: "invoice", P: 1, Chosen: true}},
		"你好":         nil,
	} {
		got, err := rules.Teach(t.Context(), []learn.Input{{Text: text}})
		if err != nil || !slices.Equal(got[0], want) {
			t.Errorf("%s: %+v, %v; want %+v", text, got, err, want)
		}
	}
	for name, text := range map[string]string{
		"no list": "label: a", "no expression": "- {label: a}", "a broken expression": "- {label: a, when: ['(']}", "empty": "[]",
	} {
		if _, err := learn.ReadRules("r.yaml", []byte(text)); !errors.Is(err, learn.BadRules) {
			t.Errorf("%s: %v, want BadRules", name, err)
		}
	}
}
