package chain

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zhuomo/learn"
)

func TestListsMarkTheLongestValue(t *testing.T) {
	l := newLists([]learn.List{{Name: "城市", Values: []string{"长沙", "长沙湾", " New  York ", "", "长沙"}}, {Name: "站", Values: []string{"沙湾"}}}, false).desk()
	if got := l.given[0].Values; !slices.Equal(got, []string{"长沙", "长沙湾", "New York"}) {
		t.Errorf("values are kept as %q", got)
	}
	r := &reader{lists: l}
	for text, want := range map[string]string{
		"去长沙湾":        "0:1-4 1:2-4",
		"长沙长沙湾":       "0:0-2 0:2-5 1:3-5",
		"in NEW york": "0:1-3",
		"newyork":     "",
		"长":           "",
	} {
		r.read(text)
		var got []string
		for k := range l.given {
			for u := range r.out.units {
				if p := l.spots[k*len(r.out.units)+u]; p.to > 0 && p.from == u {
					got = append(got, fmt.Sprintf("%d:%d-%d", k, p.from, p.to))
				}
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", text, got, want)
		}
	}
}

// cityData are sentences about places of which only some are shown in training; the
// same sentences are said of other things, so that only the word tells.
func cityData(from, to int) (d learn.Data, cities []string) {
	signs := []rune("澜云鹤桂锦江湖书镇渔州阳丰屏海陵原口浦安")
	frames := []string{"我想去%s看看", "%s怎么样", "说说%s的事", "从%s出发要多久", "听说%s不错"}
	d = learn.Data{Task: learn.Spans, Labels: []string{"city"}}
	for i := from; i < to; i++ {
		city := string([]rune{signs[i%20], signs[(i*7+i/20+3)%20], signs[(i*3+9)%20], signs[(i*11+5)%20]}[:2+i%4%3])
		cities = append(cities, city)
		for f, frame := range frames {
			before, _, _ := strings.Cut(frame, "%s")
			at := len([]rune(before))
			d.Examples = append(d.Examples,
				learn.Example{RowID: fmt.Sprint(i, "-", f), Text: fmt.Sprintf(frame, city), Spans: []learn.Span{{Start: at, End: at + len([]rune(city)), Label: 0}}})
			for n := range rune(3) {
				at := 0x5200 + 97*(rune(i)*15+rune(f)*3+n)
				d.Examples = append(d.Examples, learn.Example{RowID: fmt.Sprint(i, "-", f, "-", n), Text: fmt.Sprintf(frame, string([]rune{at % 0x7000, at*5%0x2000 + 0x5000}))})
			}
		}
	}
	return d, cities
}

func fitted(t *testing.T, d learn.Data, given map[string]any, o learn.Options) *model {
	t.Helper()
	c := &chain{}
	values, err := c.Spec().Fill(given)
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Fit(t.Context(), d, values, o)
	if err != nil {
		t.Fatal(err)
	}
	return m.(*model)
}

// A city that training never showed is found because the list has it, in a frame
// that says nothing; a list of other words does not help, and a word of the list
// that stands where no city does is not forced to be one.
func TestAListFindsWhatTrainingNeverShowed(t *testing.T) {
	train, shown := cityData(0, 20)
	unseen := []string{"巴彦", "喀什", "遵义", "邯郸", "瑷珲", "甪直", "哈密", "额济纳", "鄂尔多斯", "乌鲁木齐", "亳县", "儋耳"}
	all := append(slices.Clone(shown), unseen...)
	with := fitted(t, train, nil, learn.Options{Seed: 1, Lists: []learn.List{{Name: "城市", Values: all}}})
	without := fitted(t, train, nil, learn.Options{Seed: 1})
	found := func(m *model, frame string, cities []string) (n int) {
		for _, city := range cities {
			text := fmt.Sprintf(frame, city)
			at := len([]rune(frame[:strings.Index(frame, "%s")]))
			p, err := m.Predict(t.Context(), []learn.Input{{Text: text}})
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(p[0].Spans, func(s learn.FoundSpan) bool { return s.Chosen && s.Start == at && s.End == at+len([]rune(city)) }) {
				n++
			}
		}
		return n
	}
	const frame = "听说%s不错"
	if got, bare := found(with, frame, unseen), found(without, frame, unseen); got < len(unseen)*95/100 || bare > len(unseen)/2 {
		t.Errorf("of %d cities in the list %d were found, %d without the list", len(unseen), got, bare)
	}
	// The list travels with the model.
	var file bytes.Buffer
	if err := with.Save(&file); err != nil {
		t.Fatal(err)
	}
	loaded, err := New().Load(file.Bytes(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := found(loaded.(*model), frame, unseen), found(with, frame, unseen); got != want {
		t.Errorf("%d are found after save and load, %d before", got, want)
	}
	var again bytes.Buffer
	if err := loaded.Save(&again); err != nil || !bytes.Equal(again.Bytes(), file.Bytes()) {
		t.Errorf("saving what was loaded gives other bytes (%v)", err)
	}
	// Marked, but training says that such a word is not meant: no force.
	for i := range train.Examples {
		if e := &train.Examples[i]; len(e.Spans) == 0 && i%2 == 0 {
			e.Text = "祝你一路平安"
		}
	}
	other := fitted(t, train, nil, learn.Options{Seed: 1, Lists: []learn.List{{Name: "城市", Values: append(all, "平安")}}})
	if p, _ := other.Predict(t.Context(), []learn.Input{{Text: "祝你一路平安"}}); len(p[0].Chosen()) > 0 {
		t.Errorf("the list forces %+v", p[0].Spans)
	}
}

func TestListsThatCannotBe(t *testing.T) {
	train, cities := cityData(0, 10)
	c := &chain{}
	for name, o := range map[string]struct {
		lists []learn.List
		given map[string]any
	}{
		"no name":        {[]learn.List{{Values: cities}}, nil},
		"twice":          {[]learn.List{{Name: "a"}, {Name: "a"}}, nil},
		"not given":      {nil, map[string]any{"lists": []string{"a"}}},
		"too many words": {[]learn.List{{Name: "a", Values: make([]string, mostValues+1)}}, nil},
	} {
		values, err := c.Spec().Fill(o.given)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Fit(t.Context(), train, values, learn.Options{Lists: o.lists}); !errors.Is(err, BadList) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
