package linear_test

import (
	"archive/zip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zhuomo/learn"
	"zhuomo/learn/linear"
)

func set(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("ZHUOMO_SETS")
	if root == "" {
		t.Skipf("needs the set %s: set ZHUOMO_SETS", name)
	}
	return filepath.Join(root, name)
}

// banking reads BANKING77's own split.
func banking(t testing.TB) (train learn.Data, test []learn.Example) {
	t.Helper()
	folder := set(t, "banking77")
	train.Task = learn.Single
	read := func(name string) (out []learn.Example) {
		f, err := os.Open(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		records, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range records[1:] {
			l := slices.Index(train.Labels, r[1])
			if l < 0 {
				l = len(train.Labels)
				train.Labels = append(train.Labels, r[1])
			}
			out = append(out, learn.Example{RowID: fmt.Sprintf("%s-%d", name, i), Text: r[0], Labels: []int{l}})
		}
		return out
	}
	train.Examples = read("train.csv")
	return train, read("test.csv")
}

// crossWOZ reads the customers' turns with the acts and domains as labels; a
// fifth of the dialogues is the test part.
func crossWOZ(t testing.TB) (train learn.Data, test []learn.Example) {
	t.Helper()
	z, err := zip.OpenReader(filepath.Join(set(t, "crosswoz-val"), "val.json.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("val.json")
	if err != nil {
		t.Fatal(err)
	}
	var dialogues map[string]struct {
		Messages []struct {
			Role, Content string
			Acts          [][]string `json:"dialog_act"`
		}
	}
	if err := json.NewDecoder(f).Decode(&dialogues); err != nil {
		t.Fatal(err)
	}
	ids := make([]string, 0, len(dialogues))
	for id := range dialogues {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	train.Task = learn.Multi
	for _, id := range ids {
		var before []learn.Said
		h := fnv.New32a()
		h.Write([]byte(id))
		for i, m := range dialogues[id].Messages {
			if m.Role != "usr" {
				before = append(before, learn.Said{Who: learn.Product, Text: m.Content})
				continue
			}
			e := learn.Example{RowID: fmt.Sprintf("%s-%d", id, i), Group: id, Text: m.Content, History: slices.Clone(before)}
			for _, a := range m.Acts {
				name := a[0] + "-" + a[1]
				l := slices.Index(train.Labels, name)
				if l < 0 {
					l = len(train.Labels)
					train.Labels = append(train.Labels, name)
				}
				if !slices.Contains(e.Labels, l) {
					e.Labels = append(e.Labels, l)
				}
			}
			before = append(before, learn.Said{Who: learn.Customer, Text: m.Content})
			if h.Sum32()%5 == 0 {
				test = append(test, e)
			} else {
				train.Examples = append(train.Examples, e)
			}
		}
	}
	return train, test
}

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
		"banking77":    {banking, .910, .910},
		"crosswoz-val": {crossWOZ, .81, .92},
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
