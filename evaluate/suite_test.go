package evaluate_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"zhuomo/evaluate"
	"zhuomo/internal/fault"
	"zhuomo/learn"
)

// keyword is a model that finds labels by their words: small, but it answers.
type keyword struct{ words map[string]string }

func (keyword) Learner() string          { return "test.keyword.v1" }
func (keyword) Task() learn.Task         { return learn.Multi }
func (keyword) Labels() []string         { return []string{"invoice", "refund"} }
func (keyword) Card() learn.Card         { return learn.Card{} }
func (keyword) Save(io.Writer) error     { return nil }
func (keyword) SaveRows(io.Writer) error { return nil }
func (keyword) Explain(context.Context, learn.Input, string) (learn.Explanation, error) {
	return learn.Explanation{}, nil
}
func (keyword) Witnesses(context.Context, learn.Input, string, int) ([]learn.Witness, error) {
	return nil, nil
}
func (k keyword) Predict(_ context.Context, inputs []learn.Input) ([]learn.Prediction, error) {
	out := make([]learn.Prediction, len(inputs))
	for i, in := range inputs {
		for word, label := range k.words {
			p := float32(.1)
			if strings.Contains(in.Text, word) {
				p = .9
			}
			out[i].Scores = append(out[i].Scores, learn.LabelScore{Label: label, P: p, Chosen: p > .5})
		}
	}
	return out, nil
}

const suiteYAML = `
name: 小集
checks:
  - {id: a, kind: minimum, group: 票, text: 我要开发票, labels: [invoice]}
  - {id: b, kind: minimum, group: 票, text: 钱退给我, labels: [refund]}
  - {id: c, kind: invariance, group: 票, text: 我要开发瞟, plain: 我要开发票}
  - {id: d, kind: direction, group: 票, text: 我要开发票，还要退款, plain: 我要开发票, raises: [refund]}
`

func TestRunSuite(t *testing.T) {
	suite, err := evaluate.ParseSuite([]byte(suiteYAML), []string{"invoice", "refund"})
	if err != nil {
		t.Fatal(err)
	}
	model := keyword{map[string]string{"发票": "invoice", "退款": "refund"}}
	result, all, err := evaluate.RunSuite(context.Background(), suite, model)
	if err != nil {
		t.Fatal(err)
	}
	var passed []string
	for _, r := range all {
		if r.Passed {
			passed = append(passed, r.Check.ID)
		}
	}
	if got := strings.Join(passed, ""); got != "ad" {
		t.Errorf("passed %q, want a and d", got)
	}
	if result.All != (evaluate.Share{Passed: 2, Total: 4}) || result.ByKind[evaluate.Minimum].Total != 2 || len(result.Failed) != 2 {
		t.Errorf("counted %+v", result)
	}
}

func TestABrokenSuiteIsRefusedByPlace(t *testing.T) {
	for name, text := range map[string]string{
		"an unknown field":   "name: x\nchecks:\n  - {id: a, knd: minimum}\n",
		"an id twice":        "name: x\nchecks:\n  - {id: a, kind: minimum, text: 好, labels: [refund]}\n  - {id: a, kind: minimum, text: 好, labels: [refund]}\n",
		"a label not known":  "name: x\nchecks:\n  - {id: a, kind: minimum, text: 好, labels: [refnd]}\n",
		"a kind not known":   "name: x\nchecks:\n  - {id: a, kind: maximum, text: 好}\n",
		"a twin without one": "name: x\nchecks:\n  - {id: a, kind: invariance, text: 好}\n",
	} {
		_, err := evaluate.ParseSuite([]byte(text), []string{"refund"})
		if !errors.Is(err, evaluate.BrokenSuite) {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		if m := fault.Of(err).Message("zh"); !strings.Contains(m, `"a"`) && !strings.Contains(m, "第 3 行") {
			t.Errorf("%s: the message names no place: %s", name, m)
		}
	}
}

func TestPerturbationsChangeAndRepeat(t *testing.T) {
	p := evaluate.NewPerturber(func(s string) string { return strings.ReplaceAll(s, "门", "門") })
	sentence := "请问今天这里的门票怎么订,要300元吗？"
	for _, change := range p.List() {
		changed := 0
		for seed := range uint64(20) {
			a, ok := change.Change(rand.New(rand.NewPCG(seed, 1)), sentence)
			b, _ := change.Change(rand.New(rand.NewPCG(seed, 1)), sentence)
			if a != b {
				t.Errorf("%s: one seed gave %q and %q", change.Name, a, b)
			}
			if ok && a != sentence {
				changed++
			}
			if !utf8.ValidString(a) {
				t.Errorf("%s broke the text: %q", change.Name, a)
			}
		}
		if changed == 0 {
			t.Errorf("%s never changes %q", change.Name, sentence)
		}
		for _, odd := range []string{"", "好", "👨‍👩‍👧", "ok"} {
			change.Change(rand.New(rand.NewPCG(1, 1)), odd)
		}
	}
}

func TestExpandKeepsOldTwins(t *testing.T) {
	p := evaluate.NewPerturber(func(s string) string { return s })
	suite, err := evaluate.ParseSuite([]byte(suiteYAML), nil)
	if err != nil {
		t.Fatal(err)
	}
	long := p.Expand(suite, 7, 2)
	suite.Checks = suite.Checks[:1]
	short := p.Expand(suite, 7, 2)
	if len(short.Checks) != 3 {
		t.Fatalf("%d checks, want the plain one and two twins", len(short.Checks))
	}
	for _, c := range short.Checks[1:] {
		found := false
		for _, o := range long.Checks {
			found = found || o.ID == c.ID && o.Text == c.Text
		}
		if !found {
			t.Errorf("twin %s changed when the suite grew", c.ID)
		}
	}
}

func TestGate(t *testing.T) {
	gate, err := evaluate.ParseGate([]byte(`
name: 默认
rules:
  - {id: exact, metric: exact, min: 0.8}
  - {id: not_worse, metric: exact, drop: 0.01}
  - {id: typos, suite: homophone, min: 0.9}
  - {id: stories, stories: true}
  - {id: broken, max_broken: 3}
`))
	if err != nil {
		t.Fatal(err)
	}
	good := evaluate.Evidence{
		Metrics: map[string]float64{"exact": .9},
		Suite:   &evaluate.SuiteResult{ByGroup: map[string]evaluate.Share{"homophone": {Passed: 9, Total: 10}}},
		Stories: &evaluate.Share{Passed: 15, Total: 15},
	}
	if v := gate.Judge(good); !v.Passed || v.Count() != (evaluate.Share{Passed: 5, Total: 5}) {
		t.Errorf("first release refused: %+v", v)
	}
	for name, spoil := range map[string]func(*evaluate.Evidence){
		"exact":   func(e *evaluate.Evidence) { e.Metrics = map[string]float64{"exact": .7} },
		"typos":   func(e *evaluate.Evidence) { e.Suite = nil },
		"stories": func(e *evaluate.Evidence) { e.Stories = &evaluate.Share{Passed: 14, Total: 15} },
		"broken": func(e *evaluate.Evidence) {
			e.Flips = &evaluate.Flips{Broken: 4, P: 1}
			e.Live = map[string]float64{"exact": .9}
		},
		"not_worse": func(e *evaluate.Evidence) {
			e.Flips = &evaluate.Flips{P: .01}
			e.Live = map[string]float64{"exact": .95}
		},
	} {
		e := good
		spoil(&e)
		v := gate.Judge(e)
		if v.Passed {
			t.Errorf("%s: passed", name)
		}
		for _, r := range v.Rules {
			if r.ID == name && r.Passed {
				t.Errorf("%s: the gate refused, but not by this rule: %+v", name, v)
			}
		}
	}
	if _, err := evaluate.ParseGate([]byte("name: x\nrules:\n  - {id: a, metric: exact, stories: true}\n")); !errors.Is(err, evaluate.BrokenGate) {
		t.Errorf("a rule of two kinds was taken: %v", err)
	}
}
