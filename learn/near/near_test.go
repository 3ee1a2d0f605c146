package near

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"testing"

	"zhuomo/learn"
	"zhuomo/learn/linear"
)

// sample is rows of a few labels with vectors of that many numbers.
func sample(n, dense int, seed uint64) learn.Data {
	rng := rand.New(rand.NewPCG(seed, 1))
	words := [][]string{{"退款", "退钱", "到账"}, {"酒店", "房间", "入住"}, {"地铁", "换乘", "站口"}}
	d := learn.Data{Task: learn.Single, Labels: []string{"refund", "hotel", "metro"}}
	for i := range n {
		l := rng.IntN(3)
		e := learn.Example{RowID: fmt.Sprint("r", i), Labels: []int{l}, Text: fmt.Sprintf("请问%s的%s怎么办%d", words[l][rng.IntN(3)], words[rng.IntN(3)][rng.IntN(3)], rng.IntN(30))}
		if i%4 == 0 {
			e.History = []learn.Said{{Who: learn.Customer, Text: words[l][0] + "你好"}}
		}
		if dense > 0 {
			e.Vector = unit(rng, dense, l)
		}
		d.Examples = append(d.Examples, e)
	}
	return d
}

func unit(rng *rand.Rand, dense, l int) []float32 {
	v, sum := make([]float32, dense), 0.0
	for k := range v {
		v[k] = float32(rng.NormFloat64())
	}
	v[l] += 2
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	for k := range v {
		v[k] /= float32(math.Sqrt(sum))
	}
	return v
}

func fitted(t *testing.T, d learn.Data, params map[string]any) *model {
	t.Helper()
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

// TestSearchIsExact holds the turned-over rows to scalar products told plainly.
func TestSearchIsExact(t *testing.T) {
	for _, dense := range []int{0, 5, 16} {
		d := sample(60, dense, 2)
		values, _ := New().Spec().Fill(nil)
		pieces, rows, _, err := linear.ReadPieces(t.Context(), d.Examples, values, dense, 1)
		if err != nil {
			t.Fatal(err)
		}
		s, err := newSearch(rows, len(d.Examples), pieces.FirstDense(), dense)
		if err != nil {
			t.Fatal(err)
		}
		alike := make([]float32, s.stride)
		for i := range d.Examples {
			r := pieces.Reader()
			idx, val, _ := r.Read(d.Examples[i].Input())
			s.alike(idx, val, alike)
			query := make([]float64, pieces.Features())
			for j, f := range idx {
				query[f] = float64(val[j])
			}
			r.Done()
			for k := range d.Examples {
				want := 0.0
				own, values, _ := rows.Row(k)
				for j, f := range own {
					want += query[f] * float64(values[j])
				}
				if math.Abs(want-float64(alike[k])) > 1e-5 || k == i && math.Abs(want-1) > 1e-5 {
					t.Fatalf("dense %d: rows %d and %d: %v, want %v", dense, i, k, alike[k], want)
				}
			}
		}
	}
}

// TestWitnessesAddUpToTheScore: a score is the sum of what every row did.
func TestWitnessesAddUpToTheScore(t *testing.T) {
	for _, params := range []map[string]any{{}, {"by": "prototypes"}, {"by": "nearest", "neighbours": 3}} {
		for _, dense := range []int{0, 8} {
			d := sample(90, dense, 3)
			m := fitted(t, d, params)
			in := d.Examples[7].Input()
			in.Text = "退钱的房间"
			for _, label := range d.Labels {
				e, err := m.Explain(t.Context(), in, label)
				if err != nil {
					t.Fatal(err)
				}
				found, err := m.Witnesses(t.Context(), in, label, 1000)
				if err != nil {
					t.Fatal(err)
				}
				sum := 0.0
				for _, w := range found {
					sum += float64(w.Weight)
				}
				if math.Abs(sum-float64(e.Score)) > 1e-4 {
					t.Errorf("%v, dense %d, %s: rows add up to %v, the score is %v", params, dense, label, sum, e.Score)
				}
			}
		}
	}
}

// TestEveryLabelLosesAlike: a row is left out together with as many rows of the other
// labels, so that its own has no fewer than they have.
func TestEveryLabelLosesAlike(t *testing.T) {
	d := sample(300, 0, 4)
	var lost [folds][3]int
	for i, part := range learn.Parts(d.Examples, len(d.Labels), folds) {
		lost[part][d.Examples[i].Labels[0]]++
	}
	var all [3]int
	for _, e := range d.Examples {
		all[e.Labels[0]]++
	}
	for part, of := range lost {
		for m, n := range of {
			if n < all[m]/folds || n > all[m]/folds+1 {
				t.Errorf("part %d has %d of the %d rows of label %d", part, n, all[m], m)
			}
		}
	}
	for i := range d.Examples {
		d.Examples[i].Group = fmt.Sprint("talk", i/5)
	}
	of := learn.Parts(d.Examples, len(d.Labels), folds)
	for i := range of {
		if of[i] != of[i/5*5] {
			t.Fatalf("the group of row %d was parted", i)
		}
	}
}

// TestALabelWithoutRowsIsNeverFirst, nor does it break what is asked about it.
func TestALabelWithoutRowsIsNeverFirst(t *testing.T) {
	d := sample(60, 0, 5)
	d.Labels = append(d.Labels, "nobody")
	m := fitted(t, d, nil)
	answers, err := m.Predict(t.Context(), []learn.Input{{Text: ""}, {Text: "退款"}, {Text: "zzz"}})
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		if a.Scores[3].Label != "nobody" {
			t.Errorf("input %d: %+v", i, a.Scores)
		}
	}
	e, err := m.Explain(t.Context(), learn.Input{Text: "退款"}, "nobody")
	if err != nil || e.Base != e.Score {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestVectorsAreAskedFor(t *testing.T) {
	m := fitted(t, sample(60, 8, 6), nil)
	if _, err := m.Predict(t.Context(), []learn.Input{{Text: "退款"}}); !errors.Is(err, learn.NeedsVectors) {
		t.Errorf("got %v", err)
	}
	var file, rows bytes.Buffer
	if err := errors.Join(m.Save(&file), m.SaveRows(&rows)); err != nil {
		t.Fatal(err)
	}
	loaded, err := New().Load(file.Bytes(), rows.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	in := sample(60, 8, 6).Examples[3].Input()
	a, errA := m.Predict(t.Context(), []learn.Input{in})
	b, errB := loaded.Predict(t.Context(), []learn.Input{in})
	if err := errors.Join(errA, errB); err != nil || fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("%v and %v, %v", a, b, err)
	}
	mixed := sample(60, 8, 6)
	mixed.Examples[5].Vector = mixed.Examples[5].Vector[:3]
	values, _ := New().Spec().Fill(nil)
	if _, err := New().Fit(t.Context(), mixed, values, learn.Options{}); !errors.Is(err, learn.BadVector) {
		t.Errorf("got %v", err)
	}
}

// FuzzLoad: a stranger's model is refused or answers; it never breaks the program.
func FuzzLoad(f *testing.F) {
	values, _ := New().Spec().Fill(map[string]any{"hash_bits": 16})
	m, err := New().Fit(f.Context(), sample(30, 4, 7), values, learn.Options{})
	if err != nil {
		f.Fatal(err)
	}
	whole := m.(*model)
	body := whole.body()
	f.Add(`{"examples":30}`, 0, byte(0))
	f.Add(`{"blend":{"near":2,"rows":1}}`, 70, byte(3))
	f.Add(`{"pieces":1000000,"dense":60000}`, len(body)-4, byte(255))
	f.Add(`{"params":{"neighbours":9},"labels":["a","b"]}`, len(body)/2, byte(127))
	f.Fuzz(func(t *testing.T, change string, at int, to byte) {
		h := whole.header
		h.Params, h.Held = maps.Clone(h.Params), maps.Clone(h.Held)
		if json.Unmarshal([]byte(change), &h) != nil {
			return
		}
		changed := bytes.Clone(body)
		if at >= 0 && at < len(changed) {
			changed[at] = to
		}
		var file bytes.Buffer
		own, err := json.Marshal(h)
		if err != nil {
			return
		}
		if err := (learn.Envelope{Learner: Name, Part: "model", Header: own, Body: changed}).Write(&file); err != nil {
			t.Fatal(err)
		}
		got, err := New().Load(file.Bytes(), nil)
		if err != nil {
			return
		}
		in := learn.Input{Text: "退款到账了吗", Vector: make([]float32, h.Dense)}
		answers, err := got.Predict(t.Context(), []learn.Input{in})
		if err != nil {
			return
		}
		for _, s := range answers[0].Scores {
			if math.IsNaN(float64(s.P)) {
				t.Fatalf("%+v", answers[0])
			}
		}
		if _, err := got.Explain(t.Context(), in, got.Labels()[0]); err != nil {
			t.Fatal(err)
		}
	})
}
