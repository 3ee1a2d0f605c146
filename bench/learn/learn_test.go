// Package learn_test measures learning on real sets: go test ./bench/learn -bench .
// It needs ZHUOMO_SETS.
package learn_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"zhuomo/internal/testkit"
	"zhuomo/learn"
	"zhuomo/learn/linear"
)

func banking(b *testing.B) (train learn.Data, test []learn.Input) {
	b.Helper()
	folder := testkit.Sets(b, "banking77")
	read := func(name string) [][]string {
		file, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			b.Fatal(err)
		}
		records, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
		if err != nil {
			b.Fatal(err)
		}
		return records[1:]
	}
	train.Task = learn.Single
	for i, r := range read("train.csv") {
		l := slices.Index(train.Labels, r[1])
		if l < 0 {
			l = len(train.Labels)
			train.Labels = append(train.Labels, r[1])
		}
		train.Examples = append(train.Examples, learn.Example{RowID: strconv.Itoa(i), Text: r[0], Labels: []int{l}})
	}
	for _, r := range read("test.csv") {
		test = append(test, learn.Input{Text: r[0]})
	}
	return train, test
}

// BenchmarkFit is a fit from texts, calibration included.
func BenchmarkFit(b *testing.B) {
	train, _ := banking(b)
	l := linear.New()
	values, err := l.Spec().Fill(nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := l.Fit(b.Context(), train, values, learn.Options{Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(train.Examples))/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkFix is what the fix loop asks: one row relabelled, a full refit, and
// answers to the whole test set.
func BenchmarkFix(b *testing.B) {
	train, test := banking(b)
	l := linear.New()
	values, err := l.Spec().Fill(nil)
	if err != nil {
		b.Fatal(err)
	}
	trainer, err := l.Trainer(train.Task, train.Labels, values, learn.Options{Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	if err := trainer.Put(train.Examples...); err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		row := train.Examples[i%len(train.Examples)]
		row.Labels = []int{(row.Labels[0] + i) % len(train.Labels)}
		if err := trainer.Put(row); err != nil {
			b.Fatal(err)
		}
		m, err := trainer.Fit(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := m.Predict(b.Context(), test); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/fix")
}

// BenchmarkPredict answers one sentence at a time on one core.
func BenchmarkPredict(b *testing.B) {
	train, test := banking(b)
	l := linear.New()
	values, err := l.Spec().Fill(nil)
	if err != nil {
		b.Fatal(err)
	}
	m, err := l.Fit(b.Context(), train, values, learn.Options{Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		if _, err := m.Predict(b.Context(), test[i%len(test):][:1]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
