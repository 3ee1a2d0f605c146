package linear

import (
	"fmt"
	"math"
	"testing"

	"zhuomo/learn"
)

// fitted learns data with the parameters given beside a small hash.
func fitted(t *testing.T, d learn.Data, params map[string]any) *model {
	t.Helper()
	params["hash_bits"] = 16
	values, err := New().Spec().Fill(params)
	if err != nil {
		t.Fatal(err)
	}
	m, err := New().Fit(t.Context(), d, values, learn.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return m.(*model)
}

// probability of a label for an input.
func probability(t *testing.T, m *model, in learn.Input, label string) float32 {
	t.Helper()
	e, err := m.Explain(t.Context(), in, label)
	if err != nil {
		t.Fatal(err)
	}
	return e.P
}

func said(who learn.Who, texts ...string) (turns []learn.Said) {
	for _, text := range texts {
		turns = append(turns, learn.Said{Who: who, Text: text})
	}
	return turns
}

// weathers are rows whose label shows in the turn before alone.
func weathers() learn.Data {
	d := learn.Data{Task: learn.Single, Labels: []string{"晴", "雨"}}
	words := []string{"太阳", "雨伞"}
	for i := range 80 {
		d.Examples = append(d.Examples, learn.Example{
			RowID: fmt.Sprint(i), Text: fmt.Sprintf("第%d句", i%9), Labels: []int{i % 2},
			History: said(learn.Product, words[i%2]+fmt.Sprint(i%5)),
		})
	}
	return d
}

func TestPooledTurnsAreKnownHoweverFarBack(t *testing.T) {
	further := learn.Input{Text: "第3句", History: said(learn.Product, "雨伞1", "嗯")}
	apart := probability(t, fitted(t, weathers(), map[string]any{}), further, "雨")
	pooled := probability(t, fitted(t, weathers(), map[string]any{"history_pool": true}), further, "雨")
	if pooled < .6 || pooled <= apart {
		t.Errorf("a word learnt in the last turn, now in the turn before: %.2f pooled, %.2f apart", pooled, apart)
	}
	faded := probability(t, fitted(t, weathers(), map[string]any{"history_pool": true, "history_fade": .1}), further, "雨")
	if faded >= pooled {
		t.Errorf("faded %.2f, unfaded %.2f", faded, pooled)
	}
}

func TestTurnsCountAsTextWhereAsked(t *testing.T) {
	d := learn.Data{Task: learn.Single, Labels: []string{"晴", "雨"}}
	words := []string{"太阳", "雨伞"}
	for i := range 80 { // the words stand in texts only
		d.Examples = append(d.Examples, learn.Example{RowID: fmt.Sprint(i), Text: words[i%2] + fmt.Sprint(i%5), Labels: []int{i % 2}})
	}
	in := learn.Input{Text: "嗯", History: said(learn.Customer, "雨伞3", "好")}
	without := probability(t, fitted(t, d, map[string]any{}), in, "雨")
	with := fitted(t, d, map[string]any{"history_text": .5})
	if p := probability(t, with, in, "雨"); p < .7 || p <= without+.1 {
		t.Errorf("a word of the turn before: %.2f as text, %.2f else", p, without)
	}
	e, err := with.Explain(t.Context(), in, "雨")
	if err != nil {
		t.Fatal(err)
	}
	sum := e.Base + e.Rest
	for _, part := range append([][]float32{e.Text}, e.History...) {
		for _, v := range part {
			sum += v
		}
	}
	if math.Abs(float64(sum-e.Score)) > 1e-3 || e.History[0][0] <= 0 {
		t.Errorf("the parts add up to %v, the score is %v; the word itself got %v", sum, e.Score, e.History[0])
	}
}

func TestWhatTheTextSaysItselfIsNotCountedAgain(t *testing.T) {
	r := newReader(shape{charMin: 2, charMax: 3, hanMax: 2, turns: 2, again: true, shift: 64 - 16})
	alone := r.read(learn.Input{Text: "下雨了"}).clone()
	both := r.read(learn.Input{Text: "下雨了", History: said(learn.Product, "下雨了", "带伞")})
	n := int(alone.ends[groupWords])
	for i := range n {
		if alone.bucket[i] != both.bucket[i] || alone.count[i] != both.count[i] {
			t.Fatalf("piece %d of the text changed by what was said before", i)
		}
	}
	near, far := both.ends[groupHistory+2]-both.ends[groupHistory+1], both.ends[groupHistory+3]-both.ends[groupHistory+2]
	if near == 0 || far != 0 {
		t.Errorf("%d new pieces of “带伞” and %d of the text said twice", near, far)
	}
}

func TestBalanceHearsRareLabels(t *testing.T) {
	d := learn.Data{Task: learn.Single, Labels: []string{"常", "少"}}
	for i := range 200 { // nothing but how often they are tells the labels apart
		label := 0
		if i%20 == 0 {
			label = 1
		}
		d.Examples = append(d.Examples, learn.Example{RowID: fmt.Sprint(i), Text: "这句话两边都有人说", Labels: []int{label}})
	}
	in := learn.Input{Text: "这句话两边都有人说"}
	score := func(balance float64) float32 {
		m := fitted(t, d, map[string]any{"balance": balance})
		rare, err := m.Explain(t.Context(), in, "少")
		if err != nil {
			t.Fatal(err)
		}
		often, err := m.Explain(t.Context(), in, "常")
		if err != nil {
			t.Fatal(err)
		}
		return rare.Score - often.Score
	}
	if none, whole := score(0), score(1); none >= 0 || whole <= none {
		t.Errorf("the rare label's lead is %v without and %v with balance", none, whole)
	}
	even := (&trainer{task: learn.Single, labels: d.Labels, settings: settings{balance: 1}, items: items(d)}).even()
	if math.Abs(float64(even[1]*10-100)) > 1e-3 || math.Abs(float64(even[0]*190-100)) > 1e-3 {
		t.Errorf("190 and 10 rows weigh %v each", even)
	}
}

func items(d learn.Data) (all []item) {
	for _, e := range d.Examples {
		all = append(all, itemOf(e))
	}
	return all
}
