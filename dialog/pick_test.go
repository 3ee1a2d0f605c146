package dialog

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhuomo/knowledge"
)

const picking = `
name: 荐书
fallback: lost
human: person
waiting: 稍等
signals:
  mood: {values: {累: {tired: 1}}, from: 0.3}
intents:
  more: {node: choose, title: 来一本}
  good: {node: fine, title: 喜欢}
  look: {node: find, title: 查}
  fire: {node: person, title: 着火, role: urgent}
slots:
  age: {title: 几岁, from: number, units: [岁]}
  kind: {title: 类别, from: choice, choices: {小说: [], 诗: []}}
recommend:
  books:
    limits:
      - {title: 年龄, where: ["年龄 <= {age|12}"]}
      - {title: 夜里, when: hour >= 22 or hour < 6, where: ["吓人 = 否"]}
    features:
      - {column: 类别, why: "你爱看{value}"}
      - {column: 页数, bands: [100, 300]}
      - {column: 类别, with: mood, why: "{mood}的时候你爱看{value}"}
      - {column: 类别, with: hour, parts: [6, 18]}
    fresh: 5
    spread: {作者: 1}
    learn: {more: -0.5, good: 1}
    stay: 0.2
    trying: 先看看这本
nodes:
  choose:
    pick: books
    where: ["类别 = {kind}"]
    wishes:
      - {when: mood = "累", where: ["页数 <= 100"], weight: 2, why: 你累了，挑本薄的}
    none: lost
    next: told
  told: {say: "{row.key}：{pick.why}"}
  find: {lookup: books, where: ["类别 = {kind}"], next: told, none: lost}
  fine: {say: 好}
  lost: {say: 没有了}
  person: {handover: 转人工}
`

// books are forty of them, drawn by chance; a few have no age.
func books(t *testing.T) Knowledge {
	t.Helper()
	rng := rand.New(rand.NewPCG(4, 4))
	var rows [][]string
	for i := range 40 {
		age := strconv.Itoa([]int{0, 6, 12, 18}[rng.IntN(4)])
		if i%13 == 5 {
			age = ""
		}
		rows = append(rows, []string{
			fmt.Sprint("书", i), fmt.Sprint("人", rng.IntN(9)), []string{"小说", "诗", "小说|诗"}[rng.IntN(3)],
			strconv.Itoa(40 + rng.IntN(500)), age, []string{"是", "否"}[rng.IntN(2)],
		})
	}
	table, err := knowledge.NewTable("books", []string{"书名", "作者", "类别", "页数", "年龄", "吓人"}, rows, nil)
	if err != nil {
		t.Fatal(err)
	}
	return Known(knowledge.NewSnapshot(nil, []knowledge.Table{table}))
}

func picker(t *testing.T) Parts {
	t.Helper()
	p := Parts{Flow: readFlow(t, picking), Knowledge: books(t)}
	for _, problem := range Check(p.Flow, World{Tables: p.Knowledge.Tables()}) {
		t.Errorf("line %d, %s: %s", problem.Line, problem.Place, problem.EN)
	}
	return p
}

func readFlow(t *testing.T, text string) *Flow {
	t.Helper()
	f, err := ReadFlow([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestNoLimitIsEverBroken talks by chance, at any hour and of any age, likes and
// skips whatever comes; the rules are written here a second time.
func TestNoLimitIsEverBroken(t *testing.T) {
	p := picker(t)
	rows, _, err := p.Knowledge.Lookup(t.Context(), Lookup{Table: "books", Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]map[string]string{}
	for _, r := range rows {
		by[r.Key] = r.Values
	}
	shown := 0
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 9))
		state, age := State{}, 0
		for turn := range 25 {
			at := time.Date(2026, 8, 2, rng.IntN(24), 30, 0, 0, p.Flow.zone)
			text := []string{"来一本", "来本小说", "来首诗"}[rng.IntN(3)]
			intent := []string{"more", "more", "look", "good"}[rng.IntN(4)]
			if rng.IntN(9) == 0 && intent != "good" {
				age = 3 + rng.IntN(30)
				text += fmt.Sprintf("，我%d岁", age)
			}
			var trace Trace
			state, _, trace, err = Step(t.Context(), p, state, Turn{Text: text, At: at, Seed: SeedOf("x", turn)},
				[]Label{{Name: intent, Probability: .9}, {Name: "tired", Probability: rng.Float64()}})
			if err != nil {
				t.Fatal(err)
			}
			if intent == "good" {
				continue
			}
			most := 12
			if age > 0 {
				most = age
			}
			for _, key := range state.Found.Keys {
				shown++
				from, err := strconv.Atoi(by[key]["年龄"])
				if night := at.Hour() >= 22 || at.Hour() < 6; err != nil || from > most || night && by[key]["吓人"] == "是" {
					t.Fatalf("seed %d, turn %d (%s, %d o'clock, age %d): %s %v, %+v", seed, turn, text, at.Hour(), age, key, by[key], trace.Picks)
				}
			}
		}
	}
	if shown < 500 {
		t.Errorf("only %d rows were shown: the test proves little", shown)
	}
}

func say(t *testing.T, p Parts, s State, n int, intents ...string) (State, string, Trace) {
	t.Helper()
	var labels []Label
	for _, name := range intents {
		labels = append(labels, Label{Name: name, Probability: .9})
	}
	at := time.Date(2026, 8, 2, 10, 0, 0, 0, p.Flow.zone)
	next, parts, trace, err := Step(t.Context(), p, s, Turn{Text: "来", At: at, Seed: SeedOf("t", n)}, labels)
	if err != nil {
		t.Fatal(err)
	}
	return next, PlainText(parts), trace
}

func TestAStepLeavesTheTasteBeforeAlone(t *testing.T) {
	p := picker(t)
	s, _, _ := say(t, p, State{}, 1, "more")
	before, err := json.Marshal(s.Tastes)
	if err != nil {
		t.Fatal(err)
	}
	one, replyOne, _ := say(t, p, s, 2, "more")
	two, replyTwo, _ := say(t, p, s, 2, "more")
	if replyOne != replyTwo || !reflect.DeepEqual(one.Tastes, two.Tastes) {
		t.Errorf("the same turn gave %q, then %q", replyOne, replyTwo)
	}
	if after, _ := json.Marshal(s.Tastes); string(after) != string(before) {
		t.Errorf("a step changed %s to %s", before, after)
	}
}

func TestWhatIsSaidOfAChoiceIsLearnt(t *testing.T) {
	p := picker(t)
	s, _, _ := say(t, p, State{}, 1, "more")
	if got := s.Tastes["books"]; got.Count != 0 || got.Last.Judged {
		t.Fatalf("learnt before anything was said: %+v", got)
	}
	for _, c := range []struct {
		intent string
		reward float64
	}{{"more", -.5}, {"good", 1}, {"look", .2}} {
		next, _, _ := say(t, p, s, 2, c.intent)
		taste := next.Tastes["books"]
		if taste.Count != 1 || taste.Sums[0] != c.reward {
			t.Errorf("%s taught %+v, want %v", c.intent, taste.Sums, c.reward)
		}
	}
	if next, _, _ := say(t, p, s, 2, "fire"); next.Tastes["books"].Count != 0 {
		t.Error("an emergency taught something")
	}
}

func TestTheReasonIsTheOneThatWeighed(t *testing.T) {
	p := picker(t)
	s, reply, trace := say(t, p, State{}, 1, "more")
	if !strings.Contains(reply, "先看看这本") {
		t.Errorf("nothing is known, and the reason is %q", reply)
	}
	pick := trace.Picks[0]
	if pick.Total != 40 || pick.Limits[0].Count == 0 || pick.Limits[0].Title != "年龄" || pick.Wanted+pick.Limits[0].Count != 40 || len(pick.Ranked) < 2 {
		t.Errorf("the trace tells %+v", pick)
	}
	_, reply, trace = say(t, p, s, 2, "more", "tired")
	first := trace.Picks[0].Ranked[0]
	if !strings.Contains(reply, "挑本薄的") || !slices.ContainsFunc(first.Reasons, func(r Reason) bool { return r.Wish && r.Weight == 2 }) {
		t.Errorf("tired: %q, %+v", reply, first)
	}
	for n := range 25 { // a listener who loves poems and nothing else
		s, reply, trace = say(t, p, s, n+10, "more")
		if rows, _, err := p.Knowledge.Lookup(t.Context(), Lookup{Table: "books", Limit: 1, Filters: []Filter{{Op: Equals, Value: s.Found.Focus}}}); err != nil {
			t.Fatal(err)
		} else if rows[0].Values["类别"] == "诗" {
			s, _, _ = say(t, p, s, n+100, "good")
		}
	}
	if !strings.Contains(reply, "你爱看") {
		t.Errorf("after 25 choices the reason is %q, %+v", reply, trace.Picks[0].Ranked)
	}
}

func TestALimitWithoutAValueLetsNothingThrough(t *testing.T) {
	open := strings.Replace(picking, "{age|12}", "{age}", 1)
	f := readFlow(t, open)
	p := Parts{Flow: f, Knowledge: books(t)}
	if problems := Check(f, World{Tables: p.Knowledge.Tables()}); !slices.ContainsFunc(problems, func(x Problem) bool { return x.Code == "limit_open" && x.Grave }) {
		t.Errorf("the check says %+v", problems)
	}
	for _, intent := range []string{"more", "look"} {
		if s, reply, _ := say(t, p, State{}, 1, intent); reply != "没有了" || len(s.Found.Keys) > 0 {
			t.Errorf("%s gave %q", intent, reply)
		}
	}
}

func TestMistakesInRecommendAreFound(t *testing.T) {
	tables := books(t).Tables()
	for _, c := range []struct{ what, from, to, code string }{
		{"a column that is not there", "column: 页数", "column: 厚度", "unknown_column"},
		{"a name that is not there", "with: mood", "with: weather", "unknown_name"},
		{"an intent that is not there", "good: 1", "bravo: 1", "unknown_name"},
		{"a table nobody declared", "pick: books", "pick: films", "no_recommend"},
		{"no way when nothing is left", "    none: lost\n    next: told", "    next: told", "dead_end"},
		{"near in a limit", `"吓人 = 否"`, `"吓人 near 家"`, "limit_open"},
		{"a wish for a column that is not there", "页数 <= 100", "厚度 <= 100", "unknown_column"},
	} {
		problems := Check(readFlow(t, strings.Replace(picking, c.from, c.to, 1)), World{Tables: tables})
		if !slices.ContainsFunc(problems, func(x Problem) bool { return x.Code == c.code && x.Grave }) {
			t.Errorf("%s: found %+v", c.what, problems)
		}
	}
	for _, c := range []struct{ from, to string }{
		{"good: 1}", "good: 3}"}, {"stay: 0.2", "stay: 2"}, {"bands: [100, 300]", "bands: [300, 100]"}, {"fresh: 5", "fresh: -1"},
		{"fresh: 5", "explore: 7"}, {"{column: 页数, bands", "{bands"}, {"年龄 <= {age|12}", "年龄"}, {"when: hour >= 22 or", "when: hour >="},
	} {
		if _, err := ReadFlow([]byte(strings.Replace(picking, c.from, c.to, 1))); err == nil {
			t.Errorf("%s was read", c.to)
		}
	}
}

func TestAPartOfTheDayGoesOnAtMidnight(t *testing.T) {
	for text, want := range map[string]string{"3": "22–6", "6": "6–12", "11": "6–12", "21": "12–22", "22": "22–6", "23": "22–6"} {
		if got := part(text, []float64{6, 12, 22}, true); got != want {
			t.Errorf("%s o'clock is %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{"3": "–6", "6": "6–12", "99": "12–", "长": "长"} {
		if got := part(text, []float64{6, 12}, false); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}
