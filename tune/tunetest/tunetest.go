// Package tunetest is the conformance suite of samplers. Whatever is registered
// in internal/builtin runs through it.
package tunetest

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zhuomo/internal/spec"
	"zhuomo/tune"
)

// Run holds one sampler to the contract.
func Run(t *testing.T, s tune.Sampler) {
	t.Helper()
	t.Run("tells about itself in both languages", func(t *testing.T) { told(t, s.Spec()) })
	t.Run("stays inside the space", func(t *testing.T) { inside(t, s) })
	t.Run("repeats by seed and can be resumed", func(t *testing.T) { repeats(t, s) })
	t.Run("reaches all of the space", func(t *testing.T) { reaches(t, s) })
	t.Run("finds a better place than the worst quarter", func(t *testing.T) { finds(t, s) })
	t.Run("takes the news of a race, and can be resumed from the newest", func(t *testing.T) { races(t, s) })
	t.Run("bears failed trials and a single dial", func(t *testing.T) { bears(t, s) })
	t.Run("proposes for trials side by side, and goes on alike after a restart", func(t *testing.T) { sideBySide(t, s) })
	t.Run("bears scores of any size and gaps in the numbers", func(t *testing.T) { odd(t, s) })
}

// Component is what the suite tunes: one dial of each kind, and one parameter
// that stays fixed.
func Component() spec.Spec {
	text := spec.Text{ZH: "参数", EN: "parameter"}
	return spec.Spec{Name: "tune.suite.v1", Title: text, Help: text, Params: []spec.Param{
		{Name: "rate", Kind: spec.Float, Title: text, Help: text, Default: 0.1, Min: 1e-4, Max: 10, Log: true, Tune: true},
		{Name: "share", Kind: spec.Float, Title: text, Help: text, Default: 0.5, Min: 0, Max: 1, Tune: true},
		{Name: "depth", Kind: spec.Int, Title: text, Help: text, Default: 3, Min: 1, Max: 8, Tune: true},
		{Name: "width", Kind: spec.Int, Title: text, Help: text, Default: 64, Min: 1, Max: 4096, Log: true, Tune: true},
		{Name: "kind", Kind: spec.Choice, Title: text, Help: text, Default: "a", Choices: []string{"a", "b", "c"}, Tune: true},
		{Name: "fold", Kind: spec.Bool, Title: text, Help: text, Default: false, Tune: true},
		{Name: "name", Kind: spec.String, Title: text, Help: text, Default: "x"},
	}}
}

func told(t *testing.T, s spec.Spec) {
	if !regexp.MustCompile(`^tune\.[a-z0-9_]+\.v[1-9][0-9]*$`).MatchString(s.Name) {
		t.Errorf("name %q is not tune.name.vN", s.Name)
	}
	for what, x := range map[string]spec.Text{"title": s.Title, "help": s.Help} {
		if strings.TrimSpace(x.ZH) == "" || strings.TrimSpace(x.EN) == "" {
			t.Errorf("%s is not in both languages", what)
		}
	}
	if _, err := s.Fill(nil); err != nil {
		t.Errorf("defaults are refused: %v", err)
	}
}

func space(t *testing.T, dials ...string) tune.Space {
	t.Helper()
	low, high := 0.2, 0.4
	s, err := tune.NewSpace(Component(), dials, map[string]any{"name": "kept"}, map[string]tune.Range{"share": {Min: &low, Max: &high}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func start(t *testing.T, s tune.Sampler, in tune.Space, seed uint64) tune.Asker {
	t.Helper()
	a, err := s.Start(in, seed)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Bowl is a score that is best at rate 0.01, share 0.3, depth 5, kind b.
func Bowl(v spec.Values) float64 {
	score := -math.Pow(math.Log10(v.Float("rate"))+2, 2) - 10*math.Pow(v.Float("share")-0.3, 2) - math.Pow(float64(v.Int("depth")-5)/4, 2)
	if v.String("kind") == "b" {
		score++
	}
	return score
}

// hunt asks and tells n times.
func hunt(a tune.Asker, from, n int) []spec.Values {
	var out []spec.Values
	for i := from; i < from+n; i++ {
		v := a.Ask(i)
		a.Tell(tune.Trial{Number: i, State: tune.Done, Values: v, Score: Bowl(v)})
		out = append(out, v)
	}
	return out
}

func inside(t *testing.T, s tune.Sampler) {
	in := space(t)
	for i, v := range hunt(start(t, s, in, 1), 0, 300) {
		given := map[string]any{}
		for name, x := range v {
			given[name] = x
		}
		filled, err := Component().Fill(given)
		if err != nil || !reflect.DeepEqual(filled, v) {
			t.Fatalf("trial %d: %v: %v", i, v, err)
		}
		if share := v.Float("share"); share < 0.2 || share > 0.4 || v.String("name") != "kept" {
			t.Fatalf("trial %d leaves the narrowed space: %v", i, v)
		}
	}
}

func repeats(t *testing.T, s tune.Sampler) {
	in := space(t)
	first := hunt(start(t, s, in, 5), 0, 40)
	if !reflect.DeepEqual(first, hunt(start(t, s, in, 5), 0, 40)) {
		t.Error("the same seed proposes other values")
	}
	if reflect.DeepEqual(first, hunt(start(t, s, in, 6), 0, 40)) {
		t.Error("another seed proposes the same values")
	}
	resumed := start(t, s, in, 5)
	for i := range 25 { // what an interrupted search had finished, told out of order
		at := 24 - i
		resumed.Tell(tune.Trial{Number: at, State: tune.Done, Values: first[at], Score: Bowl(first[at])})
	}
	if !reflect.DeepEqual(first[25:], hunt(resumed, 25, 15)) {
		t.Error("a resumed search goes on otherwise")
	}
}

func reaches(t *testing.T, s tune.Sampler) {
	seen := func(dial string) map[string]int {
		in, err := tune.NewSpace(Component(), []string{dial}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		a, count := start(t, s, in, 2), map[string]int{}
		for i := range 400 {
			v := a.Ask(i) // nothing is told, so nothing should be preferred
			if dial == "rate" {
				count[fmt.Sprint(min(0, math.Floor(math.Log10(v.Float(dial)))))]++ // 10 itself belongs to the last decade
				continue
			}
			count[fmt.Sprint(v[dial])]++
		}
		return count
	}
	for dial, want := range map[string]int{"depth": 8, "kind": 3, "fold": 2, "rate": 5} {
		count := seen(dial)
		if len(count) != want {
			t.Errorf("%s came in %d of %d kinds: %v", dial, len(count), want, count)
		}
		for what, n := range count {
			if n < 400/want/2 {
				t.Errorf("%s %s was drawn %d times in 400", dial, what, n)
			}
		}
	}
}

func finds(t *testing.T, s tune.Sampler) {
	var scores []float64
	for _, v := range hunt(start(t, s, space(t), 3), 0, 60) {
		scores = append(scores, Bowl(v))
	}
	if top := slices.Max(scores); top < 0.5 { // 1 is the best there is; the middle of all values is about -2
		t.Errorf("the best of 60 trials scores %.2f", top)
	}
}

// races tells trials on few folds first and some of them again, on all.
func races(t *testing.T, s tune.Sampler) {
	in := space(t)
	tell := func(a tune.Asker, i, folds int, v spec.Values) {
		a.Tell(tune.Trial{Number: i, State: tune.Done, Values: v, Score: Bowl(v) - .3/float64(folds), FoldCount: folds, Error: (1 - float64(folds)/10) / float64(folds)})
	}
	raced := start(t, s, in, 8)
	var tried []spec.Values
	for i := range 30 {
		v := raced.Ask(i)
		tried = append(tried, v)
		tell(raced, i, 1+i%3, v)
		if i%4 == 3 {
			tell(raced, i-2, 10, tried[i-2])
		}
	}
	resumed := start(t, s, in, 8)
	for i, v := range tried {
		folds := 1 + i%3
		if i%4 == 1 && i+2 < len(tried) {
			folds = 10
		}
		tell(resumed, i, folds, v)
	}
	for i := 30; i < 34; i++ {
		v := raced.Ask(i)
		if w := resumed.Ask(i); !reflect.DeepEqual(v, w) {
			t.Fatalf("trial %d: %v, resumed %v", i, v, w)
		}
		tell(raced, i, 1, v)
		tell(resumed, i, 1, v)
	}
}

func bears(t *testing.T, s tune.Sampler) {
	a := start(t, s, space(t, "depth", "share"), 4)
	for i := range 30 {
		v := a.Ask(i)
		if v.Float("rate") != 0.1 {
			t.Fatalf("a parameter that is no dial moved: %v", v)
		}
		a.Tell(tune.Trial{Number: i, State: tune.Failed, Values: v, Problem: "no memory"})
	}
}

// sideBySide asks for trials four at a time and tells them in another order.
func sideBySide(t *testing.T, s tune.Sampler) {
	const waves, wide = 9, 4
	in := space(t)
	tell := func(a tune.Asker, i int, v spec.Values) {
		a.Tell(tune.Trial{Number: i, State: tune.Done, Values: v, Score: Bowl(v)})
	}
	a, resumed := start(t, s, in, 6), start(t, s, in, 6)
	for wave := range waves {
		var asked []spec.Values
		for k := range wide {
			v := a.Ask(wave*wide + k)
			if _, inside := in.Inside(v); !inside {
				t.Fatalf("trial %d leaves the space: %v", wave*wide+k, v)
			}
			for other, w := range asked {
				if reflect.DeepEqual(v, w) {
					t.Errorf("trials %d and %d under way are the same: %v", wave*wide+other, wave*wide+k, v)
				}
			}
			asked = append(asked, v)
		}
		if wave == waves-1 { // all but the last are under way: another process proposes that one
			if m, can := resumed.(tune.Minder); can {
				for k, v := range asked[:wide-1] {
					m.Mind(wave*wide+k, v)
				}
			}
			if v := resumed.Ask(wave*wide + wide - 1); !reflect.DeepEqual(v, asked[wide-1]) {
				t.Errorf("after a restart trial %d is %v, it was %v", wave*wide+wide-1, v, asked[wide-1])
			}
		}
		for k := range asked {
			k = wide - 1 - k
			tell(a, wave*wide+k, asked[k])
			if wave < waves-1 {
				tell(resumed, wave*wide+k, asked[k])
			}
		}
	}
}

// odd tells what programs outside may tell.
func odd(t *testing.T, s tune.Sampler) {
	in := space(t)
	for name, score := range map[string]func(i int) float64{
		"all the same": func(int) float64 { return 3 },
		"far apart":    func(i int) float64 { return []float64{-1e100, 0, 1e100, 1e-300}[i%4] },
		"close to 1e9": func(i int) float64 { return 1e9 + float64(i)*1e-6 },
	} {
		a := start(t, s, in, 9)
		for i := range 40 {
			number := i * 7
			v := a.Ask(number)
			if _, inside := in.Inside(v); !inside {
				t.Fatalf("%s: trial %d leaves the space: %v", name, number, v)
			}
			a.Tell(tune.Trial{Number: number, State: tune.Done, Values: v, Score: score(i)})
		}
	}
}
