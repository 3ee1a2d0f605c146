package label_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"zhuomo/internal/fault"
	"zhuomo/label"
)

const intents = `name: 意图
version: 1
task: classify
multi: true
labels:
  - id: greet
    zh: 打招呼
    en: greeting
    rule: 只是问好。
    examples:
      - text: 你好呀
        labels: [greet]
      - text: 你好，订一间
        labels: [greet, book]
  - id: book
    zh: 订房
    en: book
    rule: 明确要订。
    examples:
      - text: 就这家
        context: ["服：这家有房。", "客: 多少钱"]
        labels: [book]
  - id: price
    zh: 问价
    en: price
    rule: 问多少钱。
  - id: none
    zh: 其他
    only_with: ["-"]
`

func TestParseGuideline(t *testing.T) {
	t.Parallel()
	g, err := label.ParseGuideline([]byte(intents))
	if err != nil || len(g.Labels) != 4 || !g.Multi || len(g.Examples()) != 3 {
		t.Fatalf("%+v %v", g, err)
	}
	asked := g.Examples()[2].Asked()
	if len(asked.Context) != 2 || asked.Context[0] != (label.Line{Who: label.Agent, Text: "这家有房。"}) || asked.Context[1] != (label.Line{Who: label.Customer, Text: "多少钱"}) {
		t.Errorf("%+v", asked)
	}
	for name, c := range map[string]struct {
		old, new string
		want     *fault.Definition
		field    string // the place, as line:column
	}{
		"an unknown key":             {"rule: 只是问好。", "role: 只是问好。", label.BadYAML, ""},
		"a torn document":            {"labels:\n", "labels: [\n", label.BadYAML, ""},
		"no name":                    {"name: 意图\n", "", label.GuidelineLacks, "name"},
		"another task":               {"task: classify", "task: spans", label.WrongTask, "(3:7)"},
		"an id twice":                {"- id: book", "- id: greet", label.BadLabelID, "(15:9)"},
		"an id with a space":         {"- id: book", "- id: b ook", label.BadLabelID, "(15:9)"},
		"no title":                   {"    zh: 其他\n", "", label.GuidelineLacks, "labels[3]"},
		"an example of no label":     {"labels: [greet, book]", "labels: [greet, bok]", label.UnknownLabel, "(14:17)"},
		"an example without text":    {"- text: 你好呀", "- text: ''", label.GuidelineLacks, "labels[0].examples[0]"},
		"a context that nobody said": {"服：这家有房。", "这家有房。", label.BadContext, "labels[1].examples[0].context"},
		"examples that differ":       {"- text: 你好，订一间", "- text: 你好呀", label.ExamplesDiffer, "labels[0].examples[1].labels"},
		"a companion of no label":    {`only_with: ["-"]`, `only_with: [gone]`, label.UnknownLabel, "labels[3].only_with"},
		"two labels in a single one": {"multi: true", "multi: false", label.LabelCount, "labels[0].examples[1].labels"},
		"no label at all":            {intents[strings.Index(intents, "  - id"):], "", label.GuidelineLacks, "labels"},
	} {
		_, err := label.ParseGuideline([]byte(strings.Replace(intents, c.old, c.new, 1)))
		if !errors.Is(err, c.want) || !strings.Contains(fault.Of(err).Field, c.field) {
			t.Errorf("%s: %v at %q", name, err, fault.Of(err).Field)
		}
	}
	_, err = label.ParseGuideline([]byte(strings.Replace(intents, "rule: 只是问好。", "role: 只是问好。", 1)))
	if f := fault.Of(err); f.Values["line"] != 9 {
		t.Errorf("the fault stands at %v", f.Values)
	}
}

func TestAllows(t *testing.T) {
	t.Parallel()
	g, err := label.ParseGuideline([]byte(intents))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		labels []string
		want   error
	}{
		{[]string{"greet", "book"}, nil}, {nil, nil}, {[]string{"none"}, nil}, {[]string{"book", "book"}, nil},
		{[]string{"none", "book"}, label.NotTogether}, {[]string{"gone"}, label.UnknownLabel},
	} {
		if err := g.Allows(c.labels); !errors.Is(err, c.want) {
			t.Errorf("%v: %v", c.labels, err)
		}
	}
	g.Multi = false
	for _, labels := range [][]string{nil, {"greet", "book"}} {
		if err := g.Allows(labels); !errors.Is(err, label.LabelCount) {
			t.Errorf("single, %v: %v", labels, err)
		}
	}
}

// TestExampleGuideline runs the guideline of the example product as a test: who
// knows the answers passes, who always says the same fails where it should.
func TestExampleGuideline(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../examples/service/guideline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	g, err := label.ParseGuideline(source)
	if err != nil {
		t.Fatal(err)
	}
	know := map[string][]string{}
	greets := 0
	for _, e := range g.Examples() {
		a := e.Asked()
		know[key(a)] = e.Labels
		if len(e.Labels) == 1 && e.Labels[0] == "greet" {
			greets++
		}
	}
	r, err := g.Check(t.Context(), func(_ context.Context, asked []label.Asked) ([][]string, error) {
		out := make([][]string, len(asked))
		for i, a := range asked {
			out[i] = know[key(a)]
		}
		return out, nil
	})
	if err != nil || r.ExampleCount < 250 || r.PassedCount != r.ExampleCount || len(r.Contradictions) != 0 || len(r.ByLabel) < 30 {
		t.Errorf("%d of %d, %d labels, %v", r.PassedCount, r.ExampleCount, len(r.ByLabel), err)
	}
	r, err = g.Check(t.Context(), func(_ context.Context, asked []label.Asked) ([][]string, error) {
		out := make([][]string, len(asked))
		for i := range out {
			out[i] = []string{"greet"}
		}
		return out, nil
	})
	if err != nil || r.PassedCount != greets || len(r.Contradictions) != r.ExampleCount-greets {
		t.Errorf("%d passed, %d contradictions, %v", r.PassedCount, len(r.Contradictions), err)
	}
	if _, err = g.Check(t.Context(), func(context.Context, []label.Asked) ([][]string, error) { return nil, nil }); !errors.Is(err, label.AnswerCount) {
		t.Errorf("no answers: %v", err)
	}
}

func key(a label.Asked) string {
	k := a.Text
	for _, l := range a.Context {
		k += "\x00" + l.Who + l.Text
	}
	return k
}

func FuzzParseGuideline(f *testing.F) {
	f.Add([]byte(intents))
	f.Add([]byte(""))
	f.Add([]byte("labels: [{id: a, zh: b, examples: [{text: x, labels: [a]}]}]"))
	f.Add([]byte(`{"name":"x","task":"classify","labels":[{"id":"a","zh":"甲"}]}`))
	f.Fuzz(func(t *testing.T, source []byte) {
		g, err := label.ParseGuideline(source)
		if err != nil {
			if fault.Of(err).Def == fault.Internal {
				t.Errorf("not a fault: %v", err)
			}
			return
		}
		for _, e := range g.Examples() {
			if err := g.Allows(e.Labels); err != nil {
				t.Errorf("an example that the guideline forbids: %v", err)
			}
		}
	})
}
