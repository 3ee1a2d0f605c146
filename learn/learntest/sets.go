package learntest

import (
	"archive/zip"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zhuomo/learn"
)

// Set is the folder of an outside set; the test skips by its name where ZHUOMO_SETS is not set.
func Set(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("ZHUOMO_SETS")
	if root == "" {
		t.Skipf("needs the set %s: set ZHUOMO_SETS", name)
	}
	return filepath.Join(root, name)
}

// Banking reads BANKING77's own split.
func Banking(t testing.TB) (train learn.Data, test []learn.Example) {
	t.Helper()
	folder := Set(t, "banking77")
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

// CrossWOZ reads the customers' turns with the acts and domains as labels; a
// fifth of the dialogues is the test part.
func CrossWOZ(t testing.TB) (train learn.Data, test []learn.Example) {
	t.Helper()
	z, err := zip.OpenReader(filepath.Join(Set(t, "crosswoz-val"), "val.json.zip"))
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

// CLINC reads CLINC150's full split. What is out of scope has the label "oos", the
// last one, in all three parts.
func CLINC(t testing.TB) (train, dev learn.Data, test []learn.Example) {
	t.Helper()
	f, err := os.Open(filepath.Join(Set(t, "clinc150"), "data_full.json.gz"))
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
	train.Task = learn.Single
	read := func(name string) (out []learn.Example) {
		for i, r := range parts[name] {
			l := slices.Index(train.Labels, r[1])
			if l < 0 {
				l = len(train.Labels)
				train.Labels = append(train.Labels, r[1])
			}
			id := fmt.Sprintf("%s-%d", name, i)
			out = append(out, learn.Example{RowID: id, Group: id, Text: r[0], Labels: []int{l}})
		}
		return out
	}
	train.Examples = append(read("train"), read("oos_train")...)
	dev = learn.Data{Task: learn.Single, Labels: train.Labels, Examples: append(read("val"), read("oos_val")...)}
	return train, dev, append(read("test"), read("oos_test")...)
}
