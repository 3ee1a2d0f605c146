package evaluate

import (
	"archive/zip"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/learn/linear"
)

// judgedRow is a row of an outside set and what a model that did not see it says.
type judgedRow struct {
	group string
	gold  []string
	said  learn.Prediction
}

func set(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("ZHUOMO_SETS")
	if root == "" {
		t.Skipf("needs the set %s: set ZHUOMO_SETS", name)
	}
	return filepath.Join(root, name)
}

func fitted(t testing.TB, data learn.Data, rows []learn.Example, dev *learn.Data) []judgedRow {
	t.Helper()
	l := linear.New()
	values, err := l.Spec().Fill(spec.Values{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := l.Fit(t.Context(), data, values, learn.Options{Seed: 1, Dev: dev})
	if err != nil {
		t.Fatal(err)
	}
	var in []learn.Input
	for _, e := range rows {
		in = append(in, e.Input())
	}
	said, err := m.Predict(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	var out []judgedRow
	for i, e := range rows {
		r := judgedRow{group: e.Group, said: said[i]}
		for _, g := range e.Labels {
			r.gold = append(r.gold, data.Labels[g])
		}
		out = append(out, r)
	}
	return out
}

// clinc answers CLINC150's test rows and its 1,000 rows out of scope, whose gold is empty.
func clinc(t testing.TB) []judgedRow {
	f, err := os.Open(filepath.Join(set(t, "clinc150"), "data_full.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var parts map[string][][2]string
	if err := json.NewDecoder(z).Decode(&parts); err != nil {
		t.Fatal(err)
	}
	train, dev := learn.Data{Task: learn.Single}, learn.Data{Task: learn.Single}
	read := func(name string) (out []learn.Example) {
		for i, r := range parts[name] {
			l := slices.Index(train.Labels, r[1])
			if l < 0 {
				l = len(train.Labels)
				train.Labels = append(train.Labels, r[1])
			}
			out = append(out, learn.Example{RowID: fmt.Sprintf("%s-%d", name, i), Group: fmt.Sprintf("%s-%d", name, i), Text: r[0], Labels: []int{l}})
		}
		return out
	}
	train.Examples = append(read("train"), read("oos_train")...)
	dev.Examples = append(read("val"), read("oos_val")...)
	test := append(read("test"), read("oos_test")...)
	dev.Labels = train.Labels
	return fitted(t, train, test, &dev)
}

// crosswoz answers the customers' turns of every dialogue by a model that learnt from the others.
func crosswoz(t testing.TB) (out []judgedRow) {
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
	var ids []string
	for id := range dialogues {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	all := learn.Data{Task: learn.Multi}
	for _, id := range ids {
		var before []learn.Said
		for i, m := range dialogues[id].Messages {
			if m.Role != "usr" {
				before = append(before, learn.Said{Who: learn.Product, Text: m.Content})
				continue
			}
			e := learn.Example{RowID: fmt.Sprintf("%s-%d", id, i), Group: id, Text: m.Content, History: slices.Clone(before)}
			for _, a := range m.Acts {
				name := a[0] + "-" + a[1]
				l := slices.Index(all.Labels, name)
				if l < 0 {
					l = len(all.Labels)
					all.Labels = append(all.Labels, name)
				}
				if !slices.Contains(e.Labels, l) {
					e.Labels = append(e.Labels, l)
				}
			}
			before = append(before, learn.Said{Who: learn.Customer, Text: m.Content})
			all.Examples = append(all.Examples, e)
		}
	}
	fold := foldsOf(all.Examples)
	for k := range crossFolds {
		rest := all
		rest.Examples = nil
		var judged []learn.Example
		for _, e := range all.Examples {
			if fold[e.Group] == k {
				judged = append(judged, e)
			} else {
				rest.Examples = append(rest.Examples, e)
			}
		}
		out = append(out, fitted(t, rest, judged, nil)...)
	}
	return out
}

// TestCostsChooseNearlyTheBestBorders chooses borders on four fifths of rows that
// the model did not see and bills them on the fifth; over the five folds that costs
// at most 2 % more than the best borders there are for all of them. The best of each
// fold by itself, which nobody can know before, is told beside it.
func TestCostsChooseNearlyTheBestBorders(t *testing.T) {
	tables := map[string]Costs{
		"all alike":      {Wrong: 5, Missed: 5, Handover: 5, Ask: .5},
		"wrong is dear":  {Wrong: 20, Missed: 30, Handover: 5, Ask: .5},
		"person is dear": {Wrong: 5, Missed: 10, Handover: 12, Ask: 1},
		"asking is dear": {Wrong: 5, Missed: 20, Handover: 8, Ask: 3},
	}
	for name, rows := range map[string][]judgedRow{"clinc150": clinc(t), "crosswoz": crosswoz(t)} {
		for cost, c := range tables {
			folds := make([][]turn, crossFolds)
			var all []turn
			for _, r := range rows {
				h := fnv.New64a()
				h.Write([]byte(r.group))
				k, x := int(h.Sum64()%crossFolds), c.turnOf(r.gold, r.said)
				folds[k], all = append(folds[k], x), append(all, x)
			}
			var chosen, ofEach, usual float64
			for k, off := range folds {
				b := c.choose(slices.Concat(slices.Concat(folds[:k]...), slices.Concat(folds[k+1:]...)))
				s := c.surfaceOf(off)
				a, o := s.lowest()
				chosen += s[int(b.Answer*steps+.5)][int(b.Offer*steps+.5)]
				ofEach += s[a][o]
				usual += s[50][15]
			}
			s := c.surfaceOf(all)
			a, o := s.lowest()
			t.Logf("%s, %s: %.0f for %d rows, best .%02d/.%02d %.0f (+%.2f %%), best of each fold %.0f (+%.2f %%), .50/.15 %.0f",
				name, cost, chosen, len(rows), a, o, s[a][o], 100*(chosen/s[a][o]-1), ofEach, 100*(chosen/ofEach-1), usual)
			if chosen > 1.02*s[a][o] {
				t.Errorf("%s, %s: the chosen borders cost %.0f, the best %.0f", name, cost, chosen, s[a][o])
			}
		}
	}
}
