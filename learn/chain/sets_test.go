package chain

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zhuomo/learn"
	"zhuomo/learn/learntest"
)

// places reads the names of China's divisions: province, city, district of each.
func places(t *testing.T) (all [][3]string) {
	folder := learntest.Set(t, "cn-divisions")
	read := func(name string) [][]string {
		f, err := os.Open(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows[1:]
	}
	province, city := map[string]string{}, map[string]string{}
	for _, r := range read("provinces.csv") {
		province[r[0]] = r[1]
	}
	for _, r := range read("cities.csv") {
		city[r[0]] = r[1]
	}
	for _, r := range read("areas.csv") {
		if c := city[r[2]]; len([]rune(c)) < 8 && strings.HasSuffix(c, "市") {
			all = append(all, [3]string{province[r[3]], c, r[1]})
		}
	}
	return all
}

// divisions makes addresses that lie in sentences, with province, city and district
// in each, and those of which only the cities are what is asked for.
func divisions(from [][3]string) learn.Data {
	d := learn.Data{Task: learn.Spans, Labels: []string{"address", "province", "city", "district", "destination"}}
	for i, p := range from {
		e := learn.Example{RowID: fmt.Sprint(i)}
		say := func(text string, labels ...int) {
			start := len([]rune(e.Text))
			e.Text += text
			for _, l := range labels {
				e.Spans = append(e.Spans, learn.Span{Start: start, End: start + len([]rune(text)), Label: l})
			}
		}
		short := strings.TrimSuffix(p[1], "市")
		switch i % 4 {
		case 0:
			say("请寄到")
			start := len([]rune(e.Text))
			say(p[0], 1)
			say(p[1], 2)
			say(p[2], 3)
			e.Spans = append(e.Spans, learn.Span{Start: start, End: len([]rune(e.Text)), Label: 0})
			say("，收件人电话见备注")
		case 1:
			say("我想去")
			say(short, 4)
			say("玩两天")
		default: // a district is no destination: only the list tells the two apart
			say("我想去")
			say(strings.TrimRight(p[2], "区县市旗"))
			say("玩两天")
		}
		d.Examples = append(d.Examples, e)
	}
	return d
}

// Cities of half the provinces are learnt from, those of the others are asked for:
// with the list of all cities far more are found than without.
func TestUnseenCitiesOfAListAreFound(t *testing.T) {
	all := places(t)
	var shown, unseen [][3]string
	names := learn.List{Name: "城市"}
	provinces := map[string]bool{}
	for _, p := range all {
		if _, known := provinces[p[0]]; !known {
			provinces[p[0]] = len(provinces)%2 == 0
		}
		if provinces[p[0]] {
			shown = append(shown, p)
		} else {
			unseen = append(unseen, p)
		}
		if !slices.Contains(names.Values, p[1]) {
			names.Values = append(names.Values, p[1], strings.TrimSuffix(p[1], "市"))
		}
	}
	train, test := divisions(shown), divisions(unseen)
	with := exact(t, fitted(t, train, nil, learn.Options{Seed: 1, Lists: []learn.List{names}}), test)
	without := exact(t, fitted(t, train, nil, learn.Options{Seed: 1}), test)
	t.Logf("of %d texts %d are read wholly right with the list, %d without", len(test.Examples), with, without)
	if with < len(test.Examples)*90/100 || with <= without {
		t.Errorf("of %d texts %d are read wholly right with the list, %d without", len(test.Examples), with, without)
	}
}
