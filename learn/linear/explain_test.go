package linear_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/learn/learntest"
	"zhuomo/learn/linear"
)

// witnessesTaken is how many of the heaviest rows are taken out.
const witnessesTaken = 5

// TestExplanationsAreTrue on BANKING77 and CrossWOZ, SAMPLES (40) test rows each,
// learnt from a fifth of the training rows: a model that learns without the rows
// which spoke most for a label gives that label a lower score in at least 95 % of
// samples, and without the characters that did so in as many.
func TestExplanationsAreTrue(t *testing.T) {
	samples, _ := strconv.Atoi(os.Getenv("SAMPLES"))
	if samples == 0 {
		samples = 40
	}
	for name, read := range map[string]func(testing.TB) (learn.Data, []learn.Example){"banking77": learntest.Banking, "crosswoz": learntest.CrossWOZ} {
		train, test := read(t)
		rng := rand.New(rand.NewPCG(1, 9))
		fifth := train
		fifth.Examples = nil
		for i, e := range train.Examples {
			if i%5 == 0 {
				fifth.Examples = append(fifth.Examples, e)
			}
		}
		l := linear.New()
		values, err := l.Spec().Fill(spec.Values{})
		if err != nil {
			t.Fatal(err)
		}
		fit := func(without map[string]bool) learn.Model {
			d := fifth
			d.Examples = slices.DeleteFunc(slices.Clone(fifth.Examples), func(e learn.Example) bool { return without[e.RowID] })
			m, err := l.Fit(t.Context(), d, values, learn.Options{Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		m := fit(nil)
		var rows, chars, asked int
		var took []time.Duration
		for _, at := range rng.Perm(len(test))[:samples] {
			in := test[at].Input()
			said, err := m.Predict(t.Context(), []learn.Input{in})
			if err != nil {
				t.Fatal(err)
			}
			label := said[0].Top().Label
			began := time.Now()
			e, err := m.Explain(t.Context(), in, label)
			if err != nil {
				t.Fatal(err)
			}
			w, err := m.Witnesses(t.Context(), in, label, witnessesTaken)
			if err != nil {
				t.Fatal(err)
			}
			took = append(took, time.Since(began))
			gone := map[string]bool{}
			for _, x := range w {
				if x.Weight > 0 {
					gone[x.RowID] = true
				}
			}
			if len(gone) == 0 {
				continue
			}
			asked++
			after, err := fit(gone).Explain(t.Context(), in, label)
			if err != nil {
				t.Fatal(err)
			}
			if after.Score < e.Score {
				rows++
			}
			text := []rune(in.Text)
			order := rng.Perm(len(text))
			slices.SortStableFunc(order, func(a, b int) int {
				switch {
				case e.Text[a] > e.Text[b]:
					return -1
				case e.Text[a] < e.Text[b]:
					return 1
				}
				return 0
			})
			for _, k := range order[:max(1, len(order)/5)] {
				text[k] = '□'
			}
			in.Text = string(text)
			masked, err := m.Explain(t.Context(), in, label)
			if err != nil {
				t.Fatal(err)
			}
			if masked.Score < e.Score {
				chars++
			}
		}
		slices.Sort(took)
		t.Logf("%s: of %d samples the score fell in %d without the rows, in %d without a fifth of the characters; both explanations took %v, 99 of 100 at most %v",
			name, asked, rows, chars, took[len(took)/2], took[len(took)*99/100])
		if float64(rows) < .95*float64(asked) || float64(chars) < .95*float64(asked) || asked < samples*9/10 {
			t.Errorf("%s: %d and %d of %d samples, wanted 95 %%", name, rows, chars, asked)
		}
	}
}
