package dialog

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"zhuomo/internal/fault"
)

// sound is a small flow without mistakes; each case below breaks it once.
const sound = `name: 小流程
start: hello
fallback: lost
human: person
waiting: 请稍等
intents:
  book: {node: book, title: 订}
slots:
  day: {title: 日期, from: date, ask: 哪天？}
nodes:
  hello: {say: 您好}
  lost: {say: 没懂}
  person: {handover: 转人工}
  book: {ask: [day], next: done}
  done: {say: "订好了：{day}"}
`

func TestCheckFindsEachKindOfMistake(t *testing.T) {
	tables := []TableShape{{Name: "hotels", Key: "名称", Columns: []string{"名称", "价格"}}}
	for _, c := range []struct {
		name, old, new, code, place string
	}{
		{"nothing", "", "", "", ""},
		{"a node nobody reaches", "  done:", "  attic: {say: 在吗}\n  done:", "unreachable", "attic"},
		{"a way to nowhere", "next: done", "next: gone", "unknown_node", "book"},
		{"an ask without a way on", ", next: done", "", "dead_end", "book"},
		{"a slot that is not declared", "ask: [day]", "ask: [day, who]", "unknown_slot", "book"},
		{"a name that does not exist", "{day}", "{dya}", "unknown_name", "done"},
		{"a slot without a question", ", ask: 哪天？", "", "missing_text", "day"},
		{"an intent that the guideline lacks", "  book: {node", "  fly: {node", "unknown_intent", "fly"},
		{"a table that does not exist", "{ask: [day], next: done}", "{lookup: boats, next: done}", "unknown_table", "book"},
		{"a column that does not exist", "{ask: [day], next: done}", `{lookup: hotels, where: ["重量 = {day}"], next: done}`, "unknown_column", "book"},
		{"a loop that never asks", "{ask: [day], next: done}", "{say: 转, next: turn}\n  turn: {say: 圈, next: book}", "loop", "book"},
		{"a loop whose ask is filled", `"订好了：{day}"}`, `"订好了：{day}", next: book}`, "loop", "book"},
		{"a slot used but never filled", "from: date, ask: 哪天？}", "from: date, ask: 哪天？}\n  note: {title: 备注, from: text}", "never_used", "note"},
		{"a text slot that nobody asks", "  day: {title: 日期, from: date", "  note: {title: 备注, from: text}\n  day: {title: 日期, validate: note, from: date", "", ""},
		{"silence", "{say: 您好}", "{say: \"\"}", "missing_text", "hello"},
		{"no way for a miss", "fallback: lost\n", "", "missing", "fallback"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(sound, c.old, c.new, 1)
			f, err := ReadFlow([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			found := Check(f, World{Labels: []string{"book"}, Tables: tables})
			if c.code == "" {
				if c.name == "nothing" && len(found) > 0 {
					t.Errorf("found %+v in a sound flow", found)
				}
				return
			}
			at := slices.IndexFunc(found, func(p Problem) bool { return p.Code == c.code && p.Place == c.place })
			if at < 0 {
				t.Fatalf("found %+v, want %s at %s", found, c.code, c.place)
			}
			if p := found[at]; p.Line < 1 || p.ZH == "" || p.EN == "" {
				t.Errorf("%+v lacks line or words", p)
			}
		})
	}
}

func TestALoopThatAsksAgainIsAllowed(t *testing.T) {
	text := strings.Replace(sound, `"订好了：{day}"}`, `"订好了：{day}", next: again}`+"\n  again: {set: {day: \"\"}, next: book}", 1)
	f, err := ReadFlow([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if found := Check(f, World{}); len(found) > 0 {
		t.Errorf("found %+v", found)
	}
}

func TestBrokenFilesAreRefusedWithLineAndColumn(t *testing.T) {
	for _, c := range []struct {
		name, text string
		line       int
	}{
		{"not closed", "name: [", 1},
		{"an unknown field", sound + "  x: {sya: 你好}\n", 16},
		{"two actions in a node", sound + "  x: {say: 你好, ask: [day]}\n", 16},
		{"no action", sound + "  x: {next: done}\n", 16},
		{"a condition that cannot be read", sound + "  x: {branch: [{when: \"day >\", go: done}]}\n", 16},
		{"a pattern that cannot be read", strings.Replace(sound, "from: date", "from: regex, pattern: \"(\"", 1), 9},
		{"an unknown source", strings.Replace(sound, "from: date", "from: stars", 1), 9},
		{"a list instead of a mapping", "nodes: [a, b]", 1},
		{"empty", "", 1},
		{"two documents", "name: a\n---\nname: b\n", 3},
		{"a tab", "name: a\n\tstart: b\n", 2},
		{"the same node twice", sound + "  hello: {say: 又来}\n", 16},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadFlow([]byte(c.text))
			if !errors.Is(err, BadYAML) {
				t.Fatalf("got %v", err)
			}
			f := fault.Of(err)
			if line := f.Values["line"]; line != c.line && !(c.name == "two documents" && line == 2) {
				t.Errorf("line %v, want %d: %v", line, c.line, err)
			}
		})
	}
}

func FuzzReadFlow(f *testing.F) {
	f.Add(sound)
	f.Add("name: [")
	f.Add("nodes: {a: {say: [1, {}]}}")
	f.Fuzz(func(t *testing.T, text string) {
		flow, err := ReadFlow([]byte(text))
		if err != nil {
			if !errors.Is(err, BadYAML) && !errors.Is(err, TooLarge) {
				t.Errorf("not a fault: %v", err)
			}
			return
		}
		if Refuse(Check(flow, World{})) != nil {
			return
		}
		// A flow without grave mistakes never turns in circles.
		s, _, _, err := Begin(t.Context(), Parts{Flow: flow}, Turn{At: sunday})
		for _, i := range flow.Intents {
			if err == nil {
				s, _, _, err = Step(t.Context(), Parts{Flow: flow}, s, Turn{Text: "周六3位", At: sunday}, []Label{{Name: i.Name, Probability: 1}})
			}
		}
		if errors.Is(err, EndlessFlow) {
			t.Errorf("checked and yet endless: %s", text)
		}
	})
}
