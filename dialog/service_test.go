package dialog

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"zhuomo/knowledge"
)

// sunday is 2026-08-02 10:00 in China, a Sunday.
var sunday = time.Date(2026, 8, 2, 10, 0, 0, 0, time.FixedZone("", 8*3600))

// exampleFlow is the flow of the example product.
func exampleFlow(t testing.TB) *Flow {
	t.Helper()
	text, err := os.ReadFile("../examples/service/flow.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, err := ReadFlow(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// exampleKnowledge is what the example product knows.
func exampleKnowledge(t testing.TB) Knowledge {
	t.Helper()
	file, err := os.ReadFile("../examples/service/entries.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		ID, Category, Question, Answer string
		Variants                       []string
	}
	if err := yaml.Unmarshal(file, &list); err != nil {
		t.Fatal(err)
	}
	var entries []knowledge.Entry
	for _, e := range list {
		entries = append(entries, knowledge.Entry{
			ID: e.ID, Category: e.Category, Question: e.Question, Variants: e.Variants, State: knowledge.Live,
			Answer: []knowledge.Part{{Kind: knowledge.TextPart, Text: e.Answer}},
		})
	}
	names, err := filepath.Glob("../examples/service/entities/*.csv")
	if err != nil {
		t.Fatal(err)
	}
	var tables []knowledge.Table
	for _, name := range names {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		table, err := knowledge.ReadTable(strings.TrimSuffix(filepath.Base(name), ".csv"), file)
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, table)
	}
	return Known(knowledge.NewSnapshot(entries, tables))
}

// talk is a conversation under test.
type talk struct {
	t     *testing.T
	parts Parts
	state State
	at    time.Time
}

func newTalk(t *testing.T) *talk {
	c := &talk{t: t, parts: Parts{Flow: exampleFlow(t), Knowledge: exampleKnowledge(t)}, at: sunday}
	var err error
	if c.state, _, _, err = Begin(t.Context(), c.parts, Turn{At: c.at}); err != nil {
		t.Fatal(err)
	}
	return c
}

// say takes a turn; intents are understood as given, all surely.
func (c *talk) say(text string, intents ...string) (string, Trace) {
	c.t.Helper()
	var labels []Label
	for _, name := range intents {
		labels = append(labels, Label{Name: name, Probability: .9})
	}
	return c.sayLabels(text, labels)
}

func (c *talk) sayLabels(text string, labels []Label) (string, Trace) {
	c.t.Helper()
	next, parts, trace, err := Step(context.Background(), c.parts, c.state, Turn{Text: text, Channel: "web", At: c.at}, labels)
	if err != nil {
		c.t.Fatalf("%s: %v", text, err)
	}
	c.state = next
	reply := PlainText(parts)
	for _, p := range parts {
		for _, choice := range p.Choices {
			reply += "\n[" + choice.Text + "]"
		}
	}
	return reply, trace
}

func TestExampleFlowIsSound(t *testing.T) {
	f := exampleFlow(t)
	guideline, err := os.ReadFile("../examples/service/guideline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var labels []string
	for line := range strings.Lines(string(guideline)) {
		if id, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "  - id: "); ok {
			labels = append(labels, id)
		}
	}
	for _, p := range Check(f, World{Labels: labels, Tables: exampleKnowledge(t).Tables()}) {
		t.Errorf("line %d %s (%s): %s", p.Line, p.Place, p.Code, p.EN)
	}
}
