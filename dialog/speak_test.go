package dialog

import (
	"strings"
	"testing"
	"time"
)

const spokenFlow = `
name: 小店
start: hello
fallback: lost
human: lost
intents:
  price: {node: price, title: 问价}
  book: {node: book, title: 订位}
  bye: {node: bye, title: 再见, role: leave}
  again: {title: 再说, role: repeat}
slots:
  day: {title: 日子, from: text, ask: "哪天？（可点按钮）", spoken: 您要哪天，今天还是明天？, buttons: [今天, 明天]}
  seat: {title: 座位, from: text, ask: 靠窗吗？, buttons: [靠窗, 都行]}
nodes:
  hello: {say: 你好。, choices: [{text: 问价, send: 多少钱}, {text: 订位, send: 订个位}]}
  price:
    say: "**套餐** ¥88/位，详情https://example.com/a"
    card: {title: 套餐, facts: [{name: 价格, value: ¥88}], actions: [{text: 订位, send: 订个位}]}
    spoken: [套餐每位八十八元。, 八十八元一位。]
  book: {ask: [day, seat], next: done}
  done: {say: "订好{day}了。"}
  bye: {say: 再见。, spoken: 回头见。}
  lost: {say: 没听懂。}
`

// spokenTalk plays a conversation in which everything is understood as told.
type spokenTalk struct {
	t     *testing.T
	p     Parts
	state State
	trace Trace
}

func talkOf(t *testing.T, flow string) *spokenTalk {
	f, err := ReadFlow([]byte(flow))
	if err != nil {
		t.Fatal(err)
	}
	if found := Check(f, World{}); Refuse(found) != nil {
		t.Fatal(found)
	}
	c := &spokenTalk{t: t, p: Parts{Flow: f}}
	if c.state, _, c.trace, err = Begin(t.Context(), c.p, Turn{At: time.Unix(0, 0)}); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *spokenTalk) says(text string, wish Role, labels ...string) []Part {
	c.t.Helper()
	var heard []Label
	for _, l := range labels {
		heard = append(heard, Label{Name: l, Probability: 1})
	}
	var parts []Part
	var err error
	c.state, parts, c.trace, err = Step(c.t.Context(), c.p, c.state, Turn{Text: text, Wish: wish, At: time.Unix(0, 0)}, heard)
	if err != nil {
		c.t.Fatal(err)
	}
	return parts
}

func TestAVoiceSaysWhatIsWrittenForItAndAScreenShowsTheRest(t *testing.T) {
	c := talkOf(t, spokenFlow)
	if got := Speech(c.state.Reply); got != "你好。您可以说：问价，或者订位。" || !c.trace.Waits {
		t.Errorf("the greeting is said %q, waits %v", got, c.trace.Waits)
	}
	first, second := c.says("多少钱", "", "price"), c.says("多少钱", "", "price")
	if PlainText(first) != PlainText(second) || !strings.Contains(PlainText(first), "¥88/位") || len(first) != 2 {
		t.Errorf("shown: %q", PlainText(first))
	}
	if a, b := Speech(first), Speech(second); a == b || !strings.Contains("套餐每位八十八元。八十八元一位。", a) || strings.Contains(a, "详情") {
		t.Errorf("wordings do not take turns: %q, %q", a, b)
	}
	if c.trace.Waits {
		t.Error("a button that is only shown is no question, yet it waits")
	}
	if got := Speech(c.says("订位", "", "book")); got != "您要哪天，今天还是明天？" || !c.trace.Waits {
		t.Errorf("the question is said %q", got)
	}
	if got := Speech(c.says("今天", "")); got != "靠窗吗？您可以说：靠窗，或者都行。" {
		t.Errorf("a question without words for a voice is said %q", got)
	}
}

func TestWhatAChannelHearsIsDoneWhateverTheFlowKnows(t *testing.T) {
	c := talkOf(t, spokenFlow)
	c.says("订位", "", "book")
	if got := Speech(c.says("重复一遍", Repeats)); got != "您要哪天，今天还是明天？" || !c.trace.Waits {
		t.Errorf("again: %q", got)
	}
	if got := Speech(c.says("帮助", Helps)); !strings.HasPrefix(got, "你好。") || !strings.HasSuffix(got, "今天还是明天？") || c.state.At.Slot != "day" {
		t.Errorf("help inside a question: %q, waits for %q", got, c.state.At.Slot)
	}
	if got := Speech(c.says("退出", Leaves)); got != "回头见。" || !c.trace.Left || c.trace.Waits || c.state.At.Node != "" {
		t.Errorf("leaving: %q, left %v, at %+v", got, c.trace.Left, c.state.At)
	}
	bare := talkOf(t, strings.NewReplacer(", role: leave", "", "  again: {title: 再说, role: repeat}\n", "").Replace(spokenFlow))
	bare.says("订位", "", "book")
	if got := Speech(bare.says("重复一遍", Repeats)); got != "您要哪天，今天还是明天？" {
		t.Errorf("a flow without the role, again: %q", got)
	}
	if got := bare.says("退出", Leaves); len(got) != 0 || !bare.trace.Left || bare.state.At.Node != "" {
		t.Errorf("a flow without the role, leaving: %+v, left %v", got, bare.trace.Left)
	}
}

func TestGoodbyeEndsUnlessAQuestionComesBack(t *testing.T) {
	c := talkOf(t, spokenFlow)
	if c.says("再见", "", "bye"); !c.trace.Left {
		t.Error("goodbye did not end the conversation")
	}
	c.says("订位", "", "book")
	if c.says("今天再见吧", "", "bye"); c.trace.Left != (c.state.At.Node == "") {
		t.Errorf("left %v while it asks for %q", c.trace.Left, c.state.At.Slot)
	}
}

func TestSpokenWhereNothingIsSaidIsTold(t *testing.T) {
	f, err := ReadFlow([]byte(strings.Replace(spokenFlow, "book: {ask: [day, seat], next: done}", "book: {ask: [day, seat], next: done, spoken: 嗯}", 1)))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range Check(f, World{}) {
		if p.Place == "book" && p.Code == "never_used" {
			return
		}
	}
	t.Error("no word about it")
}

func TestStoriesCheckWhatIsSaid(t *testing.T) {
	f, err := ReadFlow([]byte(spokenFlow))
	if err != nil {
		t.Fatal(err)
	}
	stories, err := ReadStories([]byte(`
stories:
  - name: 说的和显示的
    steps:
      - {客: 订个位, intents: [book], 答: [可点按钮], 说: [今天还是明天], 不说: [按钮]}
  - name: 会失败
    steps:
      - {客: 订个位, intents: [book], 说: [按钮]}
`))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false} {
		r, err := RunStory(t.Context(), Parts{Flow: f}, nil, stories[i])
		if err != nil || r.Passed != want {
			t.Errorf("%s: %+v, %v", stories[i].Name, r.Failed, err)
		}
	}
}
