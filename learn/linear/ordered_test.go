package linear

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zhuomo/learn"
)

// ratings are texts rated 1, 2, 3 or 5, out of order; texts that tell nothing are
// rated 1, 3 or 5, a little more often 5.
func ratings() learn.Data {
	d := learn.Data{Task: learn.Single, Labels: []string{"3", "1", "5", "2"}}
	words := []string{"一般般", "难吃极了", "好吃极了", "不太行"}
	for i := range 200 {
		d.Examples = append(d.Examples, learn.Example{RowID: fmt.Sprint(i), Text: fmt.Sprintf("第%d次来，%s", i%9, words[i%4]), Labels: []int{i % 4}})
	}
	for i := range 100 {
		label := []int{1, 1, 1, 0, 0, 0, 2, 2, 2, 2}[i%10]
		d.Examples = append(d.Examples, learn.Example{RowID: fmt.Sprint("x", i), Text: "无语", Labels: []int{label}})
	}
	return d
}

func TestOrderedAnswersWithTheMiddle(t *testing.T) {
	t.Parallel()
	plain, ordered := fitted(t, ratings(), map[string]any{}), fitted(t, ratings(), map[string]any{"ordered": true})
	var file bytes.Buffer
	if err := ordered.Save(&file); err != nil {
		t.Fatal(err)
	}
	loaded, err := New().Load(file.Bytes(), nil)
	if err != nil {
		t.Fatal(err)
	}
	in := []learn.Input{{Text: "无语"}, {Text: "好吃极了"}, {Text: "难吃极了"}}
	before, err := plain.Predict(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	after, err := ordered.Predict(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	again, err := loaded.Predict(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"3", "5", "1"} {
		if got := after[i].Chosen(); !slices.Equal(got, []string{want}) || !slices.Equal(again[i].Chosen(), got) {
			t.Errorf("%s: %v, after loading %v, want %s", in[i].Text, got, again[i].Chosen(), want)
		}
		if before[i].Top().Label != after[i].Top().Label {
			t.Errorf("%s: the most probable label changed", in[i].Text)
		}
	}
	if got := before[0].Chosen(); got[0] == "3" {
		t.Errorf("the most probable label of %s is the middle one; the test tells nothing", in[0].Text)
	}
}

func TestMiddleIsTheLeastFarOff(t *testing.T) {
	t.Parallel()
	at := []float64{3, 1, 5, 2} // the numbers of ratings
	order, err := settings{ordered: true}.rising(learn.Single, []string{"3", "1", "5", "2"})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 512 {
		p := []float64{float64(n % 8), float64(n / 8 % 8), float64(n / 64 % 8), 3}
		sum := p[0] + p[1] + p[2] + p[3]
		off := func(l int) (far float64) {
			for m, q := range p {
				far += q / sum * max(at[l]-at[m], at[m]-at[l])
			}
			return far
		}
		share := make([]float64, 4)
		for l := range p {
			share[l] = p[l] / sum
		}
		got := middle(order, share)
		for l := range p {
			if off(l) < off(got)-1e-9 {
				t.Fatalf("%v: label %v is %.3f off, %v only %.3f", p, at[got], off(got), at[l], off(l))
			}
		}
	}
}

func TestOrderedWantsNumbers(t *testing.T) {
	t.Parallel()
	values, err := New().Spec().Fill(map[string]any{"ordered": true})
	if err != nil {
		t.Fatal(err)
	}
	for _, labels := range [][]string{{"1", "好"}, {"1", "1.0"}, {"0", "-0"}, {"NaN", "1"}, {"1", "1e300"}, {"", "1"}} {
		if _, err := New().Trainer(learn.Single, labels, values, learn.Options{}); !errors.Is(err, learn.NotNumbers) {
			t.Errorf("%v: %v", labels, err)
		}
	}
	if _, err := New().Trainer(learn.Multi, []string{"好", "坏"}, values, learn.Options{}); err != nil {
		t.Errorf("several labels a row: %v", err)
	}
}

func TestOrderedFileWithoutNumbersIsRefused(t *testing.T) {
	t.Parallel()
	m := fitted(t, ratings(), map[string]any{"ordered": true})
	m.header.Labels = []string{"3", "1", "五", "2"}
	var file bytes.Buffer
	if err := m.Save(&file); err != nil {
		t.Fatal(err)
	}
	if _, err := New().Load(file.Bytes(), nil); !errors.Is(err, learn.Damaged) || !strings.Contains(err.Error(), "五") {
		t.Errorf("%v", err)
	}
}
