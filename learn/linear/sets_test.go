package linear_test

import (
	"slices"
	"testing"

	"zhuomo/learn"
	"zhuomo/learn/learntest"
	"zhuomo/learn/linear"
)

func judge(t testing.TB, m learn.Model, test []learn.Example) (exact, microF1 float64) {
	t.Helper()
	in := make([]learn.Input, len(test))
	for i, e := range test {
		in[i] = e.Input()
	}
	answers, err := m.Predict(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	var hit, chosen, gold int
	for i, p := range answers {
		right := 0
		for _, name := range p.Chosen() {
			if slices.Contains(test[i].Labels, slices.Index(m.Labels(), name)) {
				right++
			}
		}
		if right == len(p.Chosen()) && right == len(test[i].Labels) {
			exact++
		}
		hit, chosen, gold = hit+right, chosen+len(p.Chosen()), gold+len(test[i].Labels)
	}
	return exact / float64(len(test)), 2 * float64(hit) / float64(chosen+gold)
}

// TestBars holds the learner to what it reached when it was chosen, see
// docs/adr/0002-linear-learner.md; the mean of five seeds.
func TestBars(t *testing.T) {
	for name, c := range map[string]struct {
		read      func(testing.TB) (learn.Data, []learn.Example)
		exact, f1 float64
	}{
		"banking77":    {learntest.Banking, .910, .910},
		"crosswoz-val": {learntest.CrossWOZ, .81, .92},
	} {
		t.Run(name, func(t *testing.T) {
			train, test := c.read(t)
			l := linear.New()
			values, err := l.Spec().Fill(nil)
			if err != nil {
				t.Fatal(err)
			}
			var exact, f1 float64
			for seed := range uint64(5) {
				m, err := l.Fit(t.Context(), train, values, learn.Options{Seed: seed + 1})
				if err != nil {
					t.Fatal(err)
				}
				e, f := judge(t, m, test)
				exact, f1 = exact+e/5, f1+f/5
			}
			t.Logf("%d test rows: exact %.4f, micro-F1 %.4f", len(test), exact, f1)
			if exact < c.exact || f1 < c.f1 {
				t.Errorf("exact %.4f, micro-F1 %.4f; want %.3f, %.3f", exact, f1, c.exact, c.f1)
			}
		})
	}
}

// BenchmarkPredictBanking answers the test rows of BANKING77; an op is one row.
func BenchmarkPredictBanking(b *testing.B) {
	train, test := learntest.Banking(b)
	l := linear.New()
	values, err := l.Spec().Fill(nil)
	if err != nil {
		b.Fatal(err)
	}
	m, err := l.Fit(b.Context(), train, values, learn.Options{Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	in := make([]learn.Input, len(test))
	for i, e := range test {
		in[i] = e.Input()
	}
	b.ReportAllocs()
	b.ResetTimer()
	for left := b.N; left > 0; left -= len(in) {
		if _, err := m.Predict(b.Context(), in[:min(left, len(in))]); err != nil {
			b.Fatal(err)
		}
	}
}
