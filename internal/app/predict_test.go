package app

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"zhuomo/learn"
)

func TestPredictTellsReadingsOfAModelFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	train, cities, out := filepath.Join(folder, "train.jsonl"), filepath.Join(folder, "cities.csv"), filepath.Join(folder, "city.model")
	var lines strings.Builder
	for i := range 40 {
		city := []string{"澜州", "云阳", "鹤屏", "桂海"}[i%4]
		fmt.Fprintf(&lines, `{"text": "说说%s的事", "spans": [{"start": 2, "end": 4, "label": "city"}]}`+"\n"+`{"text": "说说电影%d的事"}`+"\n", city, i)
	}
	write(t, train, lines.String())
	write(t, cities, "名称,别名\n澜州,\n云阳,云城|小云\n鹤屏,\n桂海,\n邯郸,\n")
	if exit, _, problem := commandLine(t, trainCommand(), "train", "--task", "spans", "--train", train, "--list", "城市="+cities, "--out", out, "--json"); exit != 0 {
		t.Fatal(exit, problem)
	}
	exit, printed, problem := commandLine(t, predictCommand(), "predict", out, "--text", "说说邯郸的事", "--best", "3", "--json")
	if exit != 0 {
		t.Fatal(exit, problem)
	}
	var r struct {
		Items []struct {
			Text     string
			Readings []learn.Reading
		}
	}
	if err := json.Unmarshal([]byte(printed), &r); err != nil {
		t.Fatal(err, printed)
	}
	if len(r.Items) != 1 || len(r.Items[0].Readings) != 3 {
		t.Fatalf("got %s", printed)
	}
	if best := r.Items[0].Readings[0]; len(best.Spans) != 1 || best.Spans[0].Start != 2 || best.Spans[0].End != 4 {
		t.Errorf("a city that only the list has is read as %+v", best)
	}
	if exit, printed, _ = commandLine(t, predictCommand(), "predict", out, "--text", "说说邯郸的事", "--best", "2", "--lang", "zh"); exit != 0 || !strings.Contains(printed, "邯郸") {
		t.Errorf("a person is told %q", printed)
	}
	for _, args := range [][]string{
		{"predict", out, "--best", "0", "--text", "x"},
		{"predict", filepath.Join(folder, "nothing"), "--text", "x"},
		{"predict", train, "--text", "x"},
	} {
		if exit, _, problem := commandLine(t, predictCommand(), args...); exit == 0 || problem == "" {
			t.Errorf("%v: exit %d, %q", args, exit, problem)
		}
	}
	for _, list := range []string{"城市", "城市=" + filepath.Join(folder, "nothing"), "城市=" + cities + ":没有这列", "=" + cities} {
		if exit, _, problem := commandLine(t, trainCommand(), "train", "--task", "spans", "--train", train, "--list", list); exit == 0 || problem == "" {
			t.Errorf("--list %s: exit %d, %q", list, exit, problem)
		}
	}
}
