package dialog

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/fault"
)

// guests is a flow that keeps an age, and a floor only for the conversation.
const guests = `
name: 前台
fallback: lost
human: person
waiting: 稍等
intents:
  told: {node: noted, title: 说自己}
  what: {node: say_age, title: 问记得什么}
slots:
  age: {title: 几岁, from: number, units: [岁], keep: true}
  floor: {title: 几层, from: number, units: [层]}
nodes:
  noted: {say: "{age|？}岁，{floor|？}层"}
  say_age: {say: "{age|不知道}，{floor|不知道}"}
  lost: {say: 没听懂}
  person: {handover: 转人工}
`

func TestWhatIsTheCustomersOwnOutlivesTheConversation(t *testing.T) {
	f, err := ReadFlow([]byte(guests))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC)
	say := func(s State, own Own, text, intent string) (string, State, Own) {
		t.Helper()
		next, parts, _, err := Step(t.Context(), Parts{Flow: f}, s.With(f, own), Turn{Text: text, At: at}, []Label{{Name: intent, Probability: 1}})
		if err != nil {
			t.Fatal(err)
		}
		next, own = next.Apart(f, own)
		return PlainText(parts), next, own
	}
	told, state, own := say(State{}, nil, "我今年5岁，住3层", "told")
	if told != "5岁，3层" || own["age"].Text != "5" || own["age"].Turn != 0 {
		t.Fatalf("told %q, kept %+v", told, own)
	}
	if _, there := state.Slots["age"]; there || len(own) != 1 {
		t.Errorf("the conversation keeps %+v, the customer %+v", state.Slots, own)
	}
	same, _, again := say(state, own, "记得吗", "what")
	if same != "5，3" || !maps.Equal(own, again) {
		t.Errorf("in the conversation: %q, %+v", same, again)
	}
	later, _, _ := say(State{}, own, "记得吗", "what")
	if later != "5，不知道" {
		t.Errorf("in another conversation: %q", later)
	}
	if forgotten, _, _ := say(state, nil, "记得吗", "what"); forgotten != "不知道，3" {
		t.Errorf("forgotten, and yet it says %q", forgotten)
	}
	if _, _, grown := say(State{}, own, "我今年6岁了", "told"); grown["age"].Text != "6" {
		t.Errorf("the last word does not hold: %+v", grown)
	}
	// What another flow kept is not lost by this one; what an old state holds is taken over.
	_, kept := State{Slots: map[string]Value{"age": {Text: "9", Turn: 4}}}.Apart(f, Own{"name": {Text: "小明"}})
	if kept["name"].Text != "小明" || kept["age"] != (Value{Text: "9"}) {
		t.Errorf("kept %+v", kept)
	}
}

func TestAnAnswerToOneQuestionIsNotKept(t *testing.T) {
	_, err := ReadFlow([]byte(strings.Replace(guests, "from: number, units: [岁], keep", "from: yesno, keep", 1)))
	var told *fault.Fault
	if !errors.As(err, &told) || !strings.Contains(told.Error(), "age") {
		t.Errorf("%v", err)
	}
}
