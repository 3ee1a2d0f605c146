package dialog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhuomo/internal/spec"
)

// Story is a conversation that must go so.
type Story struct {
	Name    string      `json:"name" yaml:"name"`
	At      string      `json:"at,omitempty" yaml:"at"` // 2026-08-02 10:00 in the flow's zone; that is the default
	Channel string      `json:"channel,omitempty" yaml:"channel"`
	Steps   []StoryStep `json:"steps" yaml:"steps"`
}

// StoryStep is one message and what is expected of the answer. Fields that are
// not given expect nothing.
type StoryStep struct {
	Text    string            `json:"text" yaml:"客"`
	Given   texts             `json:"given,omitempty" yaml:"given"`     // taken as understood, whatever a model says; "taxi 0.3" with its probability
	Intents texts             `json:"intents,omitempty" yaml:"intents"` // a model must understand them; without a model taken as given
	Reply   texts             `json:"reply,omitempty" yaml:"答"`         // each is part of the reply
	Never   texts             `json:"never,omitempty" yaml:"不答"`        // none is part of the reply
	Said    texts             `json:"said,omitempty" yaml:"说"`          // each is part of what a voice says
	Unsaid  texts             `json:"unsaid,omitempty" yaml:"不说"`       // none is part of what a voice says
	Node    string            `json:"node,omitempty" yaml:"node"`       // is passed
	Slots   map[string]string `json:"slots,omitempty" yaml:"slots"`     // hold these values afterwards; "" = empty
	Choices texts             `json:"choices,omitempty" yaml:"choices"` // are offered
	Band    Band              `json:"band,omitempty" yaml:"band"`
	Human   *bool             `json:"human,omitempty" yaml:"human"` // a person has taken over
	Entry   string            `json:"entry,omitempty" yaml:"entry"` // id of the knowledge entry used

	Signals map[string]string `json:"signals,omitempty" yaml:"signals"` // are seen with these values afterwards; "" = not seen
}

const storyTime = "2006-01-02 15:04"

// ReadStories reads a file of stories. Faults: BadYAML with line and column,
// TooLarge.
func ReadStories(text []byte) ([]Story, error) {
	if len(text) > maxFlowBytes {
		return nil, TooLarge.With("bytes", len(text), "limit", maxFlowBytes)
	}
	root, err := document(text)
	if err != nil {
		return nil, err
	}
	var file struct {
		Stories []Story `yaml:"stories"`
	}
	if err := decode(root, &file); err != nil {
		return nil, err
	}
	for i, s := range file.Stories {
		if s.Name == "" || len(s.Steps) == 0 {
			return nil, BadYAML.With("line", root.GetToken().Position.Line, "column", 1, "problem", spec.Mistake("", fmt.Sprintf("story %d needs name and steps | 第 %d 个故事要有 name 和 steps", i+1, i+1)))
		}
		if _, err := time.Parse(storyTime, s.At); err != nil && s.At != "" {
			return nil, BadYAML.With("line", 1, "column", 1, "problem", spec.Mistake(s.Name, `at must look like "2026-08-02 10:00" | 时间写成 "2026-08-02 10:00"`))
		}
	}
	return file.Stories, nil
}

// StoryResult is how one story went.
type StoryResult struct {
	Name   string       `json:"name" table:"故事|story"`
	Passed bool         `json:"passed" table:"通过|passed"`
	Failed string       `json:"failed,omitempty" table:"没做到|failed"` // the first expectation that was not met
	Steps  []StepResult `json:"steps"`
}

// StepResult is how one step went.
type StepResult struct {
	Text     string   `json:"text"`
	Parts    []Part   `json:"parts"`
	Trace    Trace    `json:"trace"`
	Problems []string `json:"problems,omitempty"` // expectations not met
}

// RunStory plays a story. With u nil the intents of each step are taken as
// understood; else u understands, and the steps' intents are expectations.
// Errors: those of Step and of u; expectations that fail are no error.
func RunStory(ctx context.Context, p Parts, u Understander, story Story) (StoryResult, error) {
	result := StoryResult{Name: story.Name, Passed: true}
	at := time.Date(2026, 8, 2, 10, 0, 0, 0, p.Flow.zone)
	if story.At != "" {
		if t, err := time.ParseInLocation(storyTime, story.At, p.Flow.zone); err == nil {
			at = t
		}
	}
	state, _, _, err := Begin(ctx, p, Turn{Channel: story.Channel, At: at})
	if err != nil {
		return result, fmt.Errorf("story %s: %w", story.Name, err)
	}
	for i, step := range story.Steps {
		labels, err := step.labels(ctx, u, state)
		if err != nil {
			return result, fmt.Errorf("story %s, step %d: %w", story.Name, i+1, err)
		}
		at = at.Add(20 * time.Second)
		var parts []Part
		var trace Trace
		state, parts, trace, err = Step(ctx, p, state, Turn{Text: step.Text, Channel: story.Channel, At: at, Seed: SeedOf(story.Name, i+1)}, labels)
		if err != nil {
			return result, fmt.Errorf("story %s, step %d: %w", story.Name, i+1, err)
		}
		r := StepResult{Text: step.Text, Parts: parts, Trace: trace, Problems: step.judge(p, state, parts, trace, labels)}
		if len(r.Problems) > 0 && result.Passed {
			result.Passed = false
			result.Failed = fmt.Sprintf("%d: %s", i+1, r.Problems[0])
		}
		result.Steps = append(result.Steps, r)
	}
	return result, nil
}

func (s StoryStep) labels(ctx context.Context, u Understander, state State) (labels []Label, err error) {
	given := s.Given
	if given == nil && u == nil {
		given = s.Intents
	}
	if given == nil && u != nil {
		return u.Understand(ctx, s.Text, state.History)
	}
	for i, word := range given {
		name, p, told := strings.Cut(word, " ") // "taxi 0.3" is a label with its probability
		label := Label{Name: name, Probability: 1 - float64(i)/100}
		if told {
			if label.Probability, err = strconv.ParseFloat(p, 64); err != nil {
				return nil, BadYAML.With("line", 1, "column", 1, "problem", spec.Mistake("", fmt.Sprintf("given %q: the probability is no number | 概率不是数字", word)))
			}
		}
		labels = append(labels, label)
	}
	return labels, nil
}

// judge lists what was expected and did not come.
func (s StoryStep) judge(p Parts, state State, parts []Part, trace Trace, labels []Label) (bad []string) {
	miss := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	reply := PlainText(parts)
	for _, piece := range s.Reply {
		if !strings.Contains(reply, piece) {
			miss("答里没有 %q | not in the reply; got %q", piece, reply)
		}
	}
	for _, piece := range s.Never {
		if strings.Contains(reply, piece) {
			miss("不该答 %q | must not be in the reply; got %q", piece, reply)
		}
	}
	if s.Said != nil || s.Unsaid != nil {
		speech := Speech(parts)
		for _, piece := range s.Said {
			if !strings.Contains(speech, piece) {
				miss("没说出 %q | not said; said %q", piece, speech)
			}
		}
		for _, piece := range s.Unsaid {
			if strings.Contains(speech, piece) {
				miss("不该说 %q | must not be said; said %q", piece, speech)
			}
		}
	}
	limits := p.Flow.Thresholds
	if p.Thresholds != nil {
		limits = *p.Thresholds
	}
	for _, name := range s.Intents {
		limit := limits.Answer
		if i := p.Flow.intents[name]; i != nil {
			limit = i.sure(limits)
		}
		if !slices.ContainsFunc(labels, func(l Label) bool { return l.Name == name && l.Probability >= limit }) {
			miss("没听成 %s | not understood as %s", name, name)
		}
	}
	if s.Node != "" && !slices.ContainsFunc(trace.Path, func(x Passed) bool { return x.Node == s.Node }) {
		miss("没走到节点 %s | node %s was not passed", s.Node, s.Node)
	}
	for _, name := range sortedKeys(s.Slots) {
		if got := state.Slots[name].Text; got != s.Slots[name] {
			miss("槽位 %s 是 %q，应为 %q | slot %s", name, got, s.Slots[name], name)
		}
	}
	for _, name := range sortedKeys(s.Signals) {
		got := ""
		if g := p.Flow.signals[name]; g != nil {
			if v, strength := state.strongest(name); strength >= g.From {
				got = v
			}
		}
		if got != s.Signals[name] {
			miss("信号 %s 是 %q，应为 %q | signal %s", name, got, s.Signals[name], name)
		}
	}
	for _, want := range s.Choices {
		if !slices.ContainsFunc(state.Offered, func(c Choice) bool { return c.Text == want }) {
			miss("没有给出选项 %q | choice not offered", want)
		}
	}
	if s.Band != "" && s.Band != trace.Band {
		miss("把握是 %s，应为 %s | band", trace.Band, s.Band)
	}
	if s.Human != nil && *s.Human != state.Human {
		miss("转人工应为 %v | human should be %v", *s.Human, *s.Human)
	}
	if s.Entry != "" && s.Entry != trace.EntryID {
		miss("引用条目 %q，应为 %q | entry", trace.EntryID, s.Entry)
	}
	return bad
}

// Coverage tells which nodes and ways of a flow were walked, and how often.
type Coverage struct {
	Nodes     []NodeCount `json:"nodes"` // in file order
	Edges     []EdgeCount `json:"edges"`
	NodeShare float64     `json:"node_share" doc:"走到过的节点比例，0–1|share of nodes passed, 0–1"`
	EdgeShare float64     `json:"edge_share"`
}

// NodeCount is how often a node was passed.
type NodeCount struct {
	Node  string `json:"node"`
	Count int    `json:"count"`
}

// EdgeCount is how often a way was taken.
type EdgeCount struct {
	Edge
	Count int `json:"count"`
}

// Cover counts what results walked. Exits from an ask by giving up or by an
// interruption are no ways of the drawing and are not counted.
func Cover(f *Flow, results []StoryResult) Coverage {
	nodes, edges := map[string]int{}, map[[2]string]int{}
	for _, r := range results {
		for _, s := range r.Steps {
			for _, p := range s.Trace.Path {
				nodes[p.Node]++
				edges[[2]string{p.From, p.Node}]++
			}
		}
	}
	var c Coverage
	nodesMet, edgesMet := 0, 0
	for i := range f.Nodes {
		n := &f.Nodes[i]
		c.Nodes = append(c.Nodes, NodeCount{n.ID, nodes[n.ID]})
		if nodes[n.ID] > 0 {
			nodesMet++
		}
		for _, e := range n.Edges() {
			count := edges[[2]string{e.From, e.To}]
			c.Edges = append(c.Edges, EdgeCount{e, count})
			if count > 0 {
				edgesMet++
			}
		}
	}
	c.NodeShare = float64(nodesMet) / float64(max(1, len(c.Nodes)))
	c.EdgeShare = float64(edgesMet) / float64(max(1, len(c.Edges)))
	return c
}
