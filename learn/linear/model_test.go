package linear

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"testing"

	"zhuomo/learn"
)

func small(t testing.TB, task learn.Task) *model {
	t.Helper()
	d := learn.Data{Task: task, Labels: []string{"甲", "乙", "丙"}}
	for i := range 90 {
		d.Examples = append(d.Examples, learn.Example{RowID: fmt.Sprint(i), Text: fmt.Sprintf("第%d句 %s word%d", i%7, d.Labels[i%3], i%5), Labels: []int{i % 3}})
	}
	l := New()
	values, err := l.Spec().Fill(map[string]any{"hash_bits": 16})
	if err != nil {
		t.Fatal(err)
	}
	m, err := l.Fit(t.Context(), d, values, learn.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return m.(*model)
}

// A score is the sum of what each training row adds: that is what makes
// witnesses more than look-alikes.
func TestWitnessesAddUpToTheScore(t *testing.T) {
	for _, task := range []learn.Task{learn.Single, learn.Multi} {
		m := small(t, task)
		in := learn.Input{Text: "第3句 甲 word1 从没见过"}
		for _, label := range m.Labels() {
			e, err := m.Explain(t.Context(), in, label)
			if err != nil {
				t.Fatal(err)
			}
			all, err := m.Witnesses(t.Context(), in, label, math.MaxInt)
			if err != nil {
				t.Fatal(err)
			}
			var sum float64
			for _, w := range all {
				sum += float64(w.Weight)
			}
			if math.Abs(sum-float64(e.Score)) > 1e-3 {
				t.Errorf("%s, %s: rows add up to %v, score is %v", task, label, sum, e.Score)
			}
		}
	}
}

// FuzzLoad feeds strangers' files: a fault or a model that answers, never a
// panic. The checksums are made right, so that the fuzzer gets past them.
func FuzzLoad(f *testing.F) {
	for _, task := range []learn.Task{learn.Single, learn.Multi} {
		m := small(f, task)
		var file, rows bytes.Buffer
		if err := errors.Join(m.Save(&file), m.SaveRows(&rows)); err != nil {
			f.Fatal(err)
		}
		a, err := learn.ReadEnvelope(file.Bytes())
		if err != nil {
			f.Fatal(err)
		}
		b, err := learn.ReadEnvelope(rows.Bytes())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(a.Header, a.Body, b.Header, b.Body)
	}
	f.Add([]byte(`{"task":"single","labels":["a"],"features":-1,"calibration":{"temperature":1,"tops":[1]}}`), []byte{}, []byte(`{"sections":[0,0,0,-5]}`), []byte{})
	f.Fuzz(func(t *testing.T, modelHeader, modelBody, rowsHeader, rowsBody []byte) {
		var file, rows bytes.Buffer
		if (learn.Envelope{Learner: Name, Part: "model", Header: modelHeader, Body: modelBody}).Write(&file) != nil {
			return // not JSON
		}
		if (learn.Envelope{Learner: Name, Part: "rows", Header: rowsHeader, Body: rowsBody}).Write(&rows) != nil {
			return
		}
		for _, beside := range [][]byte{nil, rows.Bytes()} {
			m, err := New().Load(file.Bytes(), beside)
			if err != nil {
				if !errors.Is(err, learn.Damaged) {
					t.Fatalf("%v is no Damaged", err)
				}
				continue
			}
			in := learn.Input{Text: "第3句 甲 word1", History: []learn.Said{{Text: "乙"}}}
			if _, err := m.Predict(t.Context(), []learn.Input{in}); err != nil {
				t.Fatal(err)
			}
			if _, err := m.Explain(t.Context(), in, m.Labels()[0]); err != nil {
				t.Fatal(err)
			}
			if _, err := m.Witnesses(t.Context(), in, m.Labels()[0], 3); beside != nil && err != nil {
				t.Fatal(err)
			}
		}
	})
}

func BenchmarkPredict(b *testing.B) {
	m := small(b, learn.Single)
	in := []learn.Input{{Text: "请问我的卡什么时候能寄到？how long does it take"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Predict(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
