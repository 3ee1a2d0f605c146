package learn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"zhuomo/learn"
	"zhuomo/learn/ensemble"
	"zhuomo/learn/learntest"
	"zhuomo/learn/linear"
)

// judged is one learner on one set.
type judged struct {
	right        []bool // exact, by test row
	loss, ece    float64
	learnt, asks time.Duration
}

func (j judged) exact() float64 {
	n := 0
	for _, r := range j.right {
		if r {
			n++
		}
	}
	return float64(n) / float64(len(j.right))
}

// judge teaches and asks. ece is over the best label's probability, 15 bins; for
// several labels a row over every label's.
func judge(t testing.TB, l learn.Learner, set map[string]any, train learn.Data, test []learn.Example) (j judged) {
	values, err := l.Spec().Fill(set)
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	m, err := l.Fit(t.Context(), train, values, learn.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	j.learnt = time.Since(begun)
	in := make([]learn.Input, len(test))
	for i, e := range test {
		in[i] = e.Input()
	}
	begun = time.Now()
	answers, err := m.Predict(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	j.asks = time.Since(begun)
	single := train.Task == learn.Single
	var stated, came [15]float64
	counted := 0.0
	add := func(p float64, is bool) {
		b := min(int(p*15), 14)
		stated[b] += p
		if counted++; is {
			came[b]++
		}
	}
	for i, a := range answers {
		own := map[string]bool{}
		for _, at := range test[i].Labels {
			own[train.Labels[at]] = true
		}
		chosen, good := a.Chosen(), true
		for _, c := range chosen {
			good = good && own[c]
		}
		j.right = append(j.right, good && len(chosen) == len(own))
		for _, s := range a.Scores {
			p := float64(s.P)
			switch {
			case !single:
				add(p, own[s.Label])
				if !own[s.Label] {
					p = 1 - p
				}
				j.loss -= math.Log(max(p, 1e-6))
			case own[s.Label]:
				j.loss -= math.Log(max(p, 1e-6))
			}
		}
		if single {
			add(float64(a.Top().P), own[a.Top().Label])
		}
	}
	j.loss /= float64(len(test))
	for b := range stated {
		j.ece += math.Abs(stated[b]-came[b]) / counted
	}
	return j
}

// paired is the two-sided p of an exact sign test (McNemar) over rows that only one has right.
func paired(a, b []bool) float64 {
	var up, down int
	for i := range a {
		switch {
		case a[i] && !b[i]:
			up++
		case b[i] && !a[i]:
			down++
		}
	}
	n, low, sum := up+down, min(up, down), 0.0
	for k := range low + 1 {
		x, _ := math.Lgamma(float64(n + 1))
		y, _ := math.Lgamma(float64(k + 1))
		z, _ := math.Lgamma(float64(n - k + 1))
		sum += math.Exp(x - y - z - float64(n)*math.Ln2)
	}
	return min(1, 2*sum)
}

// few draws so many rows of each label; a row of several labels counts for its first.
func few(d learn.Data, each int, seed uint64) learn.Data {
	rng := rand.New(rand.NewPCG(seed, 9))
	have := make([]int, len(d.Labels)+1)
	out := d
	out.Examples = nil
	for _, i := range rng.Perm(len(d.Examples)) {
		at := len(d.Labels)
		if own := d.Examples[i].Labels; len(own) > 0 {
			at = own[0]
		}
		if have[at] < each {
			have[at]++
			out.Examples = append(out.Examples, d.Examples[i])
		}
	}
	return out
}

// BenchmarkEnsembles gives the figures of docs/adr/0038-ensembles.md: all rows, and five
// and ten of each label. p is that of the exact answers beside linear's with hinge.
//
//	go test ./bench/learn -run '^$' -bench Ensembles -benchtime 1x
func BenchmarkEnsembles(b *testing.B) {
	clinc := func(t testing.TB) (learn.Data, []learn.Example) {
		train, _, test := learntest.CLINC(t)
		return train, test
	}
	for _, c := range []struct {
		name string
		read func(testing.TB) (learn.Data, []learn.Example)
	}{{"banking77", learntest.Banking}, {"crosswoz-val", learntest.CrossWOZ}, {"clinc150", clinc}} {
		for _, each := range []int{0, 5, 10} {
			b.Run(fmt.Sprintf("%s/%d", c.name, each), func(b *testing.B) {
				train, test := c.read(b)
				draws := []uint64{11}
				if each > 0 {
					draws = []uint64{11, 12, 13}
				}
				for _, draw := range draws {
					drawn := train
					if each > 0 {
						drawn = few(train, each, draw)
					}
					beside(b, fmt.Sprint("draw", draw), drawn, test)
				}
			})
		}
	}
}

// beside measures every choice of members on one set.
func beside(b *testing.B, name string, train learn.Data, test []learn.Example) {
	hinge := map[string]any{"loss": "hinge"}
	base := judge(b, linear.New(), hinge, train, test)
	for _, one := range []struct {
		name string
		l    learn.Learner
		set  map[string]any
	}{
		{"hinge", linear.New(), hinge}, {"found", linear.New(), nil}, {"softmax", linear.New(), map[string]any{"loss": "softmax"}},
		{"losses", ensemble.New(), nil}, {"near", ensemble.New(), map[string]any{"members": "near"}}, {"views", ensemble.New(), map[string]any{"members": "views"}},
	} {
		if train.Task == learn.Multi && slices.Contains([]string{"found", "softmax", "near"}, one.name) {
			continue // the same as hinge and losses there
		}
		b.Run(name+"/"+one.name, func(b *testing.B) {
			var j judged
			for b.Loop() {
				j = judge(b, one.l, one.set, train, test)
			}
			b.ReportMetric(j.exact(), "exact")
			b.ReportMetric(paired(j.right, base.right), "p")
			b.ReportMetric(j.loss, "log-loss")
			b.ReportMetric(j.ece, "ece")
			b.ReportMetric(j.learnt.Seconds(), "fit-s")
			b.ReportMetric(float64(len(test))/j.asks.Seconds(), "rows/s")
		})
	}
}
