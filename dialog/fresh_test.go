package dialog

import (
	"testing"
	"time"

	"zhuomo/knowledge"
)

func TestAFreshLookupShowsAllBeforeItRepeats(t *testing.T) {
	flow, err := ReadFlow([]byte(`
name: t
start: hello
fallback: hello
human: hello
cancel: hello
intents:
  more: {node: find, title: more}
nodes:
  hello: {say: hello}
  find: {lookup: songs, where: ["mood = calm"], fresh: true, limit: 1, none: hello, one: tell, many: tell}
  tell: {say: "{row.key}"}
`))
	if err != nil {
		t.Fatal(err)
	}
	table, err := knowledge.NewTable("songs", []string{"name", "mood"}, [][]string{{"a", "calm"}, {"b", "calm"}, {"loud", "wild"}, {"c", "calm"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := Parts{Flow: flow, Knowledge: Known(knowledge.NewSnapshot(nil, []knowledge.Table{table}))}
	state, _, _, err := Begin(t.Context(), p, Turn{At: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for range 5 {
		before := len(state.Shown)
		next, reply, _, err := Step(t.Context(), p, state, Turn{Text: "x", At: time.Unix(0, 0)}, []Label{{Name: "more", Probability: .9}})
		if err != nil {
			t.Fatal(err)
		}
		if len(state.Shown) != before {
			t.Error("the state before was changed")
		}
		state, got = next, got+PlainText(reply)
	}
	if got[:3] != "abc" || len(got) != 5 {
		t.Errorf("shown in the order %q", got)
	}
}
