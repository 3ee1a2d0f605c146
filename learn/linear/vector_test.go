package linear_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/learn/linear"
)

// vectored are rows whose texts say nothing; their label stands in the vector.
func vectored(n int, seed uint64) learn.Data {
	rng := rand.New(rand.NewPCG(seed, 1))
	d := learn.Data{Task: learn.Single, Labels: []string{"左", "右"}}
	for i := range n {
		v := make([]float32, 10)
		var length float64
		for j := range v {
			v[j] = float32(.3 * rng.NormFloat64())
		}
		v[3] += float32(2*(i%2) - 1)
		for _, x := range v {
			length += float64(x * x)
		}
		for j := range v {
			v[j] /= float32(math.Sqrt(length))
		}
		d.Examples = append(d.Examples, learn.Example{RowID: fmt.Sprintf("r%d", i), Text: fmt.Sprintf("第 %d 句", rng.IntN(50)), Labels: []int{i % 2}, Vector: v})
	}
	return d
}

// TestVectors: what an encoder sees is learnt from, kept in the model's file, and
// asked for; the parts of an explanation still add up.
func TestVectors(t *testing.T) {
	l := linear.New()
	fit := func(d learn.Data, workers int, o learn.Options) (learn.Model, []byte, error) {
		values, err := l.Spec().Fill(spec.Values{})
		if err != nil {
			t.Fatal(err)
		}
		o.Seed, o.Workers, o.Encoder = 1, workers, "sha256:e"
		m, err := l.Fit(t.Context(), d, values, o)
		if err != nil {
			return nil, nil, err
		}
		var file bytes.Buffer
		if err := m.Save(&file); err != nil {
			t.Fatal(err)
		}
		return m, file.Bytes(), nil
	}
	train, test := vectored(200, 1), vectored(200, 2)
	m, file, err := fit(train, 1, learn.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, again, err := fit(train, 2, learn.Options{}); err != nil || !bytes.Equal(file, again) {
		t.Errorf("on two workers it is another model: %v", err)
	}
	loaded, err := l.Load(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for _, e := range test.Examples {
		a, err := m.Predict(t.Context(), []learn.Input{e.Input()})
		if err != nil {
			t.Fatal(err)
		}
		b, err := loaded.Predict(t.Context(), []learn.Input{e.Input()})
		if err != nil || a[0].Top() != b[0].Top() {
			t.Fatalf("loaded it says %v, %v; before %v", b, err, a[0].Top())
		}
		if a[0].Top().Label == test.Labels[e.Labels[0]] {
			right++
		}
	}
	if right < 190 {
		t.Errorf("%d of 200 are right, though the vector tells", right)
	}
	blind := test.Examples[0].Input()
	blind.Vector = nil
	if _, err := m.Predict(t.Context(), []learn.Input{blind}); !errors.Is(err, learn.NeedsVectors) {
		t.Errorf("without a vector: %v", err)
	}
	if _, err := m.Explain(t.Context(), blind, "左"); !errors.Is(err, learn.NeedsVectors) {
		t.Errorf("explained without a vector: %v", err)
	}
	if _, err := m.Witnesses(t.Context(), blind, "左", 3); !errors.Is(err, learn.NeedsVectors) {
		t.Errorf("witnesses without a vector: %v", err)
	}
	e, err := m.Explain(t.Context(), test.Examples[0].Input(), "右")
	if err != nil {
		t.Fatal(err)
	}
	sum := e.Base + e.Rest
	for _, v := range e.Text {
		sum += v
	}
	if math.Abs(float64(sum-e.Score)) > 1e-4 || e.Rest == 0 {
		t.Errorf("the parts are %v, the score %v, of which %v stands at no character", sum, e.Score, e.Rest)
	}
	mixed := vectored(20, 3)
	mixed.Examples[7].Vector = mixed.Examples[7].Vector[:9]
	if _, _, err := fit(mixed, 1, learn.Options{}); !errors.Is(err, learn.BadVector) {
		t.Errorf("vectors of two lengths: %v", err)
	}
	other := vectored(20, 4)
	other.Examples[0].Vector = nil
	for name, o := range map[string]learn.Options{"dev": {Dev: &other}, "rest": {Rest: other.Examples}} {
		if _, _, err := fit(train, 1, o); !errors.Is(err, learn.BadVector) {
			t.Errorf("%s without a vector: %v", name, err)
		}
	}
	if _, _, err := fit(train, 1, learn.Options{Dev: &test, Rest: vectored(50, 5).Examples}); err != nil {
		t.Errorf("with dev and rest: %v", err)
	}
}
