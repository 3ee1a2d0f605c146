package chain

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"zhuomo/learn"
)

// Decoding under rules against trying every reading, in both schemes.
func TestRuledLatticeAgainstAllReadings(t *testing.T) {
	given := newLists([]learn.List{{Name: "词", Values: []string{"甲", "甲乙", "丙丁"}}}, true)
	for name, s := range map[string]settings{
		"once":             {once: []string{"a"}},
		"once, all":        {once: []string{"a", "b"}},
		"apart":            {apart: []string{"a|b"}},
		"apart and once":   {apart: []string{"b|a"}, once: []string{"b"}},
		"shape":            {shapes: "a=[甲乙]{2,3}"},
		"list":             {within: []string{"b=词"}},
		"all at once":      {once: []string{"b"}, apart: []string{"a|b"}, shapes: "a=.乙;b=.{1,2}", within: []string{"b=词"}},
		"nothing fits":     {shapes: "a=x+\nb=y+"},
		"shape, then once": {shapes: "b=.", once: []string{"b"}},
	} {
		for _, ends := range []bool{true, false} {
			for n, text := range []string{"", "甲", "甲乙", "乙甲乙", "甲乙丙丁", "甲甲乙乙丙"} {
				if n == 0 {
					continue
				}
				for before := range uint8(2) {
					t.Run(fmt.Sprintf("%s, ends %v, %s, %d", name, ends, text, before), func(t *testing.T) {
						rng := rand.New(rand.NewPCG(uint64(n), 11))
						w, l := small(rng, tags{2, ends}, n)
						r, err := newRules(s, []string{"a", "b"}, given)
						if err != nil {
							t.Fatal(err)
						}
						if int(before) >= r.masks() {
							t.Skip("no marks")
						}
						d := &reader{fine: true, lists: given.desk()}
						d.read(text)
						const sharp, k = 0.7, 5
						var all [][]uint8
						z := 0.0
						for _, seq := range readings(w, n) {
							if keeps(s, w, seq, text, before, r) {
								all = append(all, seq)
								z += math.Exp(sharp * float64(l.along(w, seq)))
							}
						}
						slices.SortStableFunc(all, func(a, b []uint8) int { return compareFalling(l.along(w, a), l.along(w, b)) })
						seqs, scores, logZ := l.nBestRuled(w, r, r.pieces(d), before, k, sharp)
						if len(seqs) != min(k, len(all)) || len(all) == 0 {
							t.Fatalf("%d readings of %d", len(seqs), len(all))
						}
						for i, seq := range seqs {
							if !slices.Equal(seq, all[i]) || math.Abs(float64(scores[i]-l.along(w, all[i]))) > 1e-4 {
								t.Errorf("place %d is %v (%v), want %v (%v)", i, seq, scores[i], all[i], l.along(w, all[i]))
							}
						}
						if math.Abs(logZ-math.Log(z)) > 1e-5 {
							t.Errorf("ln Z %v, want %v", logZ, math.Log(z))
						}
					})
				}
			}
		}
	}
}

// keeps tells whether a reading keeps to the rules, told from the settings and
// not as the lattice does it.
func keeps(s settings, w *weights, seq []uint8, text string, before uint8, r *rules) bool {
	names := []string{"a", "b"}
	count := map[string]int{}
	for l, name := range names {
		if before&r.bit[l] != 0 {
			count[name]++
		}
	}
	runes := []rune(text)
	for _, p := range w.read(seq) {
		name, found := names[p.label], string(runes[p.from:p.to])
		count[name]++
		if r.shapes[p.label] != nil && !r.shapes[p.label].MatchString(found) {
			return false
		}
		if slices.Contains(s.within, name+"=词") && !slices.Contains([]string{"甲", "甲乙", "丙丁"}, found) {
			return false
		}
	}
	for _, name := range s.once {
		if count[name] > 1 {
			return false
		}
	}
	// A stretch from before that a rule bars is nobody's fault here: only what begins
	// in the text counts against it.
	own := func(name string) int {
		if l := slices.Index(names, name); before&r.bit[l] != 0 {
			return count[name] - 1
		}
		return count[name]
	}
	return len(s.apart) == 0 || !(own("a") > 0 && count["b"] > 0 || own("b") > 0 && count["a"] > 0)
}

// A text too long for one lattice is read in parts, and the rules hold over all.
func TestRulesHoldInLongTexts(t *testing.T) {
	d := addresses(120)
	m := fitted(t, d, map[string]any{"once": []string{"province", "company"}, "apart": []string{"address|company", "town|district"}, "shapes": "town=.{2}"}, learn.Options{Seed: 1})
	text := strings.Repeat("寄到四川省余杭区谢谢，找一下浙江余杭物流公司。", 500)
	p, err := m.Predict(t.Context(), []learn.Input{{Text: text}})
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, s := range p[0].Spans {
		if s.Chosen {
			count[s.Label]++
		}
	}
	if count["province"] > 1 || count["company"] > 1 || count["address"]*count["company"] > 0 || count["town"]*count["district"] > 0 || len(count) == 0 {
		t.Errorf("found %v", count)
	}
}

func TestRulesThatCannotBe(t *testing.T) {
	nine := make([]string, 9)
	labels := make([]string, 9)
	for i := range nine {
		labels[i] = fmt.Sprint("l", i)
		nine[i] = labels[i]
	}
	for name, s := range map[string]settings{
		"a label that is not there":  {once: []string{"nobody"}},
		"nine labels that count":     {once: nine},
		"one label apart":            {apart: []string{"l1"}},
		"the same label twice":       {apart: []string{"l1|l1"}},
		"a shape that does not read": {shapes: "l1=("},
		"a shape without a label":    {shapes: "[0-9]+"},
		"a list that is not there":   {within: []string{"l1=cities"}},
	} {
		if _, err := newRules(s, labels, nil); !errors.Is(err, BadRule) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r, err := newRules(settings{}, labels, nil); r != nil || err != nil {
		t.Errorf("no rules give %v, %v", r, err)
	}
}
