package dialog

import (
	"errors"
	"os"
	"strings"
	"testing"
)

func exampleStories(t testing.TB) []Story {
	t.Helper()
	text, err := os.ReadFile("../examples/service/stories.yaml")
	if err != nil {
		t.Fatal(err)
	}
	stories, err := ReadStories(text)
	if err != nil {
		t.Fatal(err)
	}
	return stories
}

func TestTheExampleStoriesGoAsWritten(t *testing.T) {
	report, err := RunStories(t.Context(), Parts{Flow: exampleFlow(t), Knowledge: exampleKnowledge(t)}, nil, exampleStories(t))
	if err != nil {
		t.Fatal(err)
	}
	if report.Total < 20 {
		t.Errorf("%d stories, want at least 20", report.Total)
	}
	for _, r := range report.Results {
		if !r.Passed {
			t.Errorf("%s: %s", r.Name, r.Failed)
		}
	}
	var missed []string
	for _, n := range report.Coverage.Nodes {
		if n.Count == 0 {
			missed = append(missed, n.Node)
		}
	}
	t.Logf("%d stories, nodes %.2f, edges %.2f, never passed: %s", report.Total, report.Coverage.NodeShare, report.Coverage.EdgeShare, strings.Join(missed, " "))
}

func TestAStoryNoticesEveryKindOfMiss(t *testing.T) {
	p := Parts{Flow: exampleFlow(t), Knowledge: exampleKnowledge(t)}
	yes := true
	for name, step := range map[string]StoryStep{
		"reply":   {Reply: texts{"没有这句"}},
		"never":   {Never: texts{"35元"}},
		"node":    {Node: "route"},
		"slots":   {Slots: map[string]string{"sight": "海洋馆"}},
		"choices": {Choices: texts{"没有"}},
		"band":    {Band: Fallback},
		"human":   {Human: &yes},
		"entry":   {Entry: "kb_x"},
		"intents": {Intents: texts{"taxi"}},
	} {
		step.Text, step.Given = "镇海楼门票多少", texts{"sight_detail"}
		r, err := RunStory(t.Context(), p, nil, Story{Name: name, Steps: []StoryStep{step}})
		if err != nil {
			t.Fatal(err)
		}
		if r.Passed || len(r.Steps[0].Problems) != 1 {
			t.Errorf("%s: passed %v, problems %v", name, r.Passed, r.Steps[0].Problems)
		}
	}
}

func TestStoriesWithMistakesAreRefusedWithTheirPlace(t *testing.T) {
	for _, text := range []string{"stories: [", "stories:\n  - {name: x, steps: [{客: a, 打: b}]}", "stories:\n  - {steps: []}", "", "stories:\n  - {name: a, at: 昨天, steps: [{客: a}]}"} {
		if _, err := ReadStories([]byte(text)); !errors.Is(err, BadYAML) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
