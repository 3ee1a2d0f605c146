package chain

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"zhuomo/learn"
)

// addresses are places that lie in each other: the province in the whole address,
// the district in it too; what an inner stretch is called depends on the outer one.
func addresses(n int) learn.Data {
	d := learn.Data{Task: learn.Spans, Labels: []string{"address", "province", "district", "company", "town"}}
	provinces, districts := []string{"浙江", "江苏", "湖南", "四川"}, []string{"余杭", "鼓楼", "岳麓", "武侯", "滨江"}
	for i := range n {
		p, q := provinces[i%4], districts[i/4%5]
		// In an address the two are province and district, in a company's name both are towns.
		whole, inner := p+"省"+q+"区", [2]int{1, 2}
		outer := 0
		text := []string{"寄到%s谢谢", "我住%s", "%s能送到吗"}[i%3]
		if i%2 == 1 {
			whole, inner, outer = p+q+"物流公司", [2]int{4, 4}, 3
			text = []string{"%s的电话多少", "找一下%s", "%s几点下班"}[i/2%3]
		}
		before, _, _ := strings.Cut(text, "%s")
		at := len([]rune(before))
		e := learn.Example{RowID: fmt.Sprint(i), Text: fmt.Sprintf(text, whole)}
		e.Spans = []learn.Span{{Start: at, End: at + len([]rune(whole)), Label: outer}, {Start: at, End: at + 2, Label: inner[0]}}
		next := at + 2 + (len([]rune(whole))-5)*(1-i%2)
		if i%2 == 0 {
			next = at + 3
		}
		e.Spans = append(e.Spans, learn.Span{Start: next, End: next + 2, Label: inner[1]})
		d.Examples = append(d.Examples, e)
	}
	return d
}

// exact counts texts whose stretches are all as they should be.
func exact(t *testing.T, m *model, d learn.Data) (n int) {
	for _, e := range d.Examples {
		p, err := m.Predict(t.Context(), []learn.Input{e.Input()})
		if err != nil {
			t.Fatal(err)
		}
		var got []learn.Span
		for _, s := range p[0].Spans {
			if s.Chosen {
				got = append(got, learn.Span{Start: s.Start, End: s.End, Label: slices.Index(d.Labels, s.Label)})
			}
		}
		want := slices.Clone(e.Spans)
		order := func(a, b learn.Span) int { return 100*(a.Start-b.Start) + b.End - a.End }
		slices.SortFunc(got, order)
		slices.SortFunc(want, order)
		if slices.Equal(got, want) {
			n++
		}
	}
	return n
}

func TestStretchesInStretches(t *testing.T) {
	d := addresses(200)
	for _, way := range []string{passiveWay, descentWay, newtonWay} {
		m := fitted(t, learn.Data{Task: d.Task, Labels: d.Labels, Examples: d.Examples[:120]}, map[string]any{"way": way}, learn.Options{Seed: 1})
		if len(m.layers) != 2 {
			t.Fatalf("%d layers", len(m.layers))
		}
		if n := exact(t, m, learn.Data{Labels: d.Labels, Examples: d.Examples[120:]}); n < 76 {
			t.Errorf("%s: %d of 80 texts are read wholly right", way, n)
		}
	}
}

// What the layer before found is what tells the inner labels apart: in the middle
// of the stretch the words around are the same.
func TestALayerLeansOnTheOneBefore(t *testing.T) {
	d := learn.Data{Task: learn.Spans, Labels: []string{"order", "question", "item", "topic"}}
	for i := range 80 {
		goods := []string{"红茶", "绿茶", "咖啡", "牛奶", "米酒"}[i%5]
		first, last, outer, inner := "请", "要", 0, 2
		if i%2 == 1 {
			first, last, outer, inner = "问", "吗", 1, 3
		}
		text := first + "那个那个" + goods + "那个那个" + last
		d.Examples = append(d.Examples, learn.Example{RowID: fmt.Sprint(i), Text: text, Spans: []learn.Span{{Start: 0, End: len([]rune(text)), Label: outer}, {Start: 5, End: 7, Label: inner}}})
	}
	m := fitted(t, d, nil, learn.Options{Seed: 1})
	if n := exact(t, m, d); n != 80 {
		t.Errorf("%d of 80 texts are read wholly right", n)
	}
}

func TestReadingsComeWithTheirProbability(t *testing.T) {
	d := addresses(120)
	for name, given := range map[string]map[string]any{
		"plain": nil,
		"ruled": {"once": []string{"province"}, "apart": []string{"address|company"}},
	} {
		m := fitted(t, d, given, learn.Options{Seed: 1})
		for _, e := range append(d.Examples[:10], learn.Example{Text: "四川余杭省"}, learn.Example{Text: ""}) {
			list, err := m.Readings(t.Context(), e.Input(), 5)
			if err != nil || len(list) == 0 || len(list) > 5 {
				t.Fatalf("%s, %q: %d readings, %v", name, e.Text, len(list), err)
			}
			sum := float32(0)
			for i, r := range list {
				if sum += r.P; r.P < 0 || i > 0 && r.P > list[i-1].P {
					t.Errorf("%s, %q: probability %v at place %d", name, e.Text, r.P, i)
				}
				for j := range i {
					if slices.EqualFunc(list[j].Spans, r.Spans, func(a, b learn.FoundSpan) bool { return a.Start == b.Start && a.End == b.End && a.Label == b.Label }) && len(m.layers) == 1 {
						t.Errorf("%s, %q: reading %d is that of %d", name, e.Text, i, j)
					}
				}
			}
			if sum > 1.0001 {
				t.Errorf("%s, %q: probabilities add up to %v", name, e.Text, sum)
			}
			p, _ := m.Predict(t.Context(), []learn.Input{e.Input()})
			chosen := 0
			for _, s := range p[0].Spans {
				if s.Chosen {
					chosen++
				}
			}
			if list[0].P > 0.6 && chosen != len(list[0].Spans) {
				t.Errorf("%s, %q: Predict chooses %+v, the first reading is %+v", name, e.Text, p[0].Spans, list[0].Spans)
			}
		}
	}
}

func TestPredictKeepsToRules(t *testing.T) {
	d, _ := cityData(0, 20)
	text := "说说澜桂的事，说说桂锦的事"
	found := func(given map[string]any, lists []learn.List) (all []string) {
		m := fitted(t, d, given, learn.Options{Seed: 1, Lists: lists})
		p, err := m.Predict(t.Context(), []learn.Input{{Text: text}})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p[0].Spans {
			if s.Chosen {
				all = append(all, string([]rune(text)[s.Start:s.End]))
			}
		}
		return all
	}
	if got := found(nil, nil); !slices.Equal(got, []string{"澜桂", "桂锦"}) {
		t.Fatalf("%q without rules", got)
	}
	if got := found(map[string]any{"once": []string{"city"}}, nil); len(got) != 1 {
		t.Errorf("%q where one is allowed", got)
	}
	if got := found(map[string]any{"shapes": "city=[^锦]{2}"}, nil); !slices.Equal(got, []string{"澜桂"}) {
		t.Errorf("%q where one has the shape", got)
	}
	if got := found(map[string]any{"within": []string{"city=known"}}, []learn.List{{Name: "known", Values: []string{"桂锦"}}}); !slices.Equal(got, []string{"桂锦"}) {
		t.Errorf("%q where the list has one", got)
	}
}
