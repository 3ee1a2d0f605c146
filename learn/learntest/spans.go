package learntest

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"zhuomo/learn"
)

// nested is the suite's set with each topic's word within a wider stretch, from the
// beginning of the sentence to the word's end.
func (s suite) nested(rows int) learn.Data {
	d := s.data(rows)
	d.Labels = append(d.Labels, "wish")
	for i := range d.Examples {
		e := &d.Examples[i]
		inner := e.Spans[0]
		if strings.HasPrefix(e.Text, "请问") || strings.HasPrefix(e.Text, "帮我") {
			e.Spans = append(e.Spans, learn.Span{Start: 0, End: inner.End, Label: len(d.Labels) - 1})
		}
	}
	return d
}

func (s suite) nests(t *testing.T) {
	d := s.nested(240)
	m := s.fit(t, d, learn.Options{Seed: 1})
	right := 0
	for i, p := range predict(t, m, inputs(d)) {
		var found []learn.Span
		for _, f := range p.Spans {
			if f.Chosen {
				found = append(found, learn.Span{Start: f.Start, End: f.End, Label: slices.Index(d.Labels, f.Label)})
			}
		}
		want := d.Examples[i].Spans
		if len(found) == len(want) && !slices.ContainsFunc(want, func(w learn.Span) bool { return !slices.Contains(found, w) }) {
			right++
		}
	}
	if right < 228 { // 95 % of sentences that were shown
		t.Errorf("%d of 240 shown sentences are answered rightly", right)
	}
	file, rows := saved(t, m)
	again, _ := saved(t, s.fit(t, d, learn.Options{Seed: 1, Workers: 3}))
	if !bytes.Equal(file, again) {
		t.Error("three workers give other bytes")
	}
	loaded, err := s.l.Load(file, rows)
	if err != nil {
		t.Fatal(err)
	}
	same(t, m, loaded, inputs(d))
	for _, label := range []string{"wish", "hotel"} {
		found, err := loaded.Witnesses(t.Context(), d.Examples[0].Input(), label, 3)
		if err != nil || !slices.ContainsFunc(found, func(w learn.Witness) bool { return w.Weight > 0 && slices.Contains(w.Labels, label) }) {
			t.Errorf("witnesses of %s: %+v, %v", label, found, err)
		}
	}
}

func (s suite) reads(t *testing.T) {
	d := s.nested(240)
	m := s.fit(t, d, learn.Options{Seed: 1})
	if _, can := m.(learn.Reader); !can {
		t.Skip("models of this learner tell one reading")
	}
	for _, text := range append(hard(), "请问酒店怎么弄", "帮我看看退钱吧") {
		in := learn.Input{Text: text}
		for _, most := range []int{-1, 1, 4, 1000} {
			list, err := learn.Readings(t.Context(), m, in, most)
			if err != nil {
				t.Fatal(err)
			}
			if len(list) == 0 || len(list) > min(max(most, 1), learn.MostReadings) {
				t.Fatalf("%q: %d readings, %d asked for", text, len(list), most)
			}
			sum, length := float32(0), len([]rune(text))
			for i, r := range list {
				sum += r.P
				if !(r.P >= 0) || i > 0 && r.P > list[i-1].P {
					t.Errorf("%q: probability %v at place %d", text, r.P, i)
				}
				for _, sp := range r.Spans {
					if sp.Start < 0 || sp.End <= sp.Start || sp.End > length || !slices.Contains(d.Labels, sp.Label) {
						t.Errorf("%q: a reading has %+v", text, sp)
					}
				}
			}
			if sum > 1.001 {
				t.Errorf("%q: probabilities add up to %v", text, sum)
			}
		}
	}
}
