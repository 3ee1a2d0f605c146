package linear

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"zhuomo/learn"
)

// shop is a set of three topics, and of sentences that are none of them.
func shop(rows int, none bool, seed uint64) learn.Data {
	rng := rand.New(rand.NewPCG(seed, 1))
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	d := learn.Data{Task: learn.Single, Labels: []string{"退款", "发票", "物流", "都不是"}}
	for i := range rows {
		topic := i % 3
		word := [...]string{pick("退款", "退钱", "把钱退我"), pick("发票", "开票", "抬头"), pick("快递", "物流", "包裹")}[topic]
		text := pick("请问", "麻烦", "我想问", "那个") + word + pick("怎么弄", "什么时候好", "到哪一步了", "能快点吗") + pick("", "呢", "谢谢")
		if none && i%6 == 0 {
			topic, text = 3, stray(rng)
		}
		d.Examples = append(d.Examples, learn.Example{RowID: fmt.Sprint(i), Text: text, Labels: []int{topic}})
	}
	return d
}

func stray(rng *rand.Rand) string {
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	return pick("今天", "昨晚", "周末", "早上") + pick("天气", "球赛", "股票", "电影") + pick("好看吗", "涨了没有", "怎么样", "谁赢了")
}

func fitShop(t *testing.T, d learn.Data, params map[string]any) learn.Model {
	t.Helper()
	params["hash_bits"] = 16
	l := New()
	values, err := l.Spec().Fill(params)
	if err != nil {
		t.Fatal(err)
	}
	m, err := l.Fit(t.Context(), d, values, learn.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func turnedAway(t *testing.T, m learn.Model, in []learn.Input) float64 {
	t.Helper()
	answers, err := m.Predict(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	n := 0.0
	for _, a := range answers {
		if a.Foreign {
			n++
		}
	}
	return n / float64(len(answers))
}

func TestWhatIsNoneOfTheseIsTurnedAway(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	var strange, own []learn.Input
	for range 200 {
		strange = append(strange, learn.Input{Text: stray(rng)})
	}
	for _, e := range shop(600, false, 7).Examples {
		own = append(own, e.Input())
	}
	for name, c := range map[string]struct {
		none   bool
		params map[string]any
	}{
		"without an example of it": {false, map[string]any{}},
		"with examples of it":      {true, map[string]any{"none_label": "都不是"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := fitShop(t, shop(4000, c.none, 3), c.params)
			if got := turnedAway(t, m, strange); got < .9 {
				t.Errorf("%.2f of what is none of these was turned away, want .9", got)
			}
			if got := turnedAway(t, m, own); got > .08 {
				t.Errorf("%.2f of what is in scope was turned away, want about .05", got)
			}
			held := m.Card().Held
			if got := held["scope_rejects"]; got > .05+1e-9 {
				t.Errorf("%.3f of the held-back rows were turned away, the parameter says .05", got)
			}
			if c.none != (held["scope_none"] > 0) {
				t.Errorf("figures: %v", held)
			}
		})
	}
}

func TestNothingIsTurnedAwayWhereNobodyAskedOrRowsAreFew(t *testing.T) {
	far := []learn.Input{{Text: "zzzz qqqq"}, {Text: ""}}
	if got := turnedAway(t, fitShop(t, shop(900, false, 3), map[string]any{"scope_rejects": 0.0}), far); got > 0 {
		t.Errorf("a rate of 0 turns %v away", got)
	}
	if got := turnedAway(t, fitShop(t, shop(15, false, 3), map[string]any{}), far); got > 0 {
		t.Errorf("fifteen rows cannot show 5 %%, yet %v are turned away", got)
	}
}
