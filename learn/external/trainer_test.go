package external

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhuomo/learn"
)

// The test binary is its own outside trainer: a plain logistic regression, and a
// few that misbehave.
func TestMain(m *testing.M) {
	if len(os.Args) > 3 && os.Args[1] == "outside" {
		if err := outside(os.Args[2], os.Args[3:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// small is what the test's trainer keeps.
type small struct {
	Labels []string
	Single bool
	W      [][]float64 // by label and bucket
}

const buckets = 1 << 11

func features(text string) []int {
	var out []int
	runes := append([]rune("^"), []rune(text)...)
	runes = runes[:min(len(runes), 200)]
	for i := range runes {
		for n := 1; n <= 2 && i+n <= len(runes); n++ {
			h := fnv.New32a()
			h.Write([]byte(string(runes[i : i+n])))
			out = append(out, int(h.Sum32()%buckets))
		}
	}
	return out
}

func (s *small) p(text string) []float64 {
	f := features(text)
	p := make([]float64, len(s.W))
	sum := 0.0
	for l := range s.W {
		score := 0.0
		for _, b := range f {
			score += s.W[l][b]
		}
		if p[l] = math.Exp(min(score, 30)); !s.Single {
			p[l] /= 1 + p[l]
		}
		sum += p[l]
	}
	for l := range p {
		if s.Single {
			p[l] /= sum
		}
	}
	return p
}

func outside(what string, folders []string) error {
	how, mode, _ := strings.Cut(what, ":")
	if how == "predict" {
		return predicts(mode, folders[0])
	}
	in, out := folders[0], folders[1]
	switch mode {
	case "fails":
		fmt.Println("reading")
		return fmt.Errorf("no such column 列不存在")
	case "nothing":
		return nil
	case "large":
		for i := range 8 {
			if err := os.WriteFile(filepath.Join(out, modelFolder, fmt.Sprint(i)), make([]byte, 900<<10), 0o600); err != nil {
				return err
			}
		}
		return nil
	case "slow":
		fmt.Println("PROGRESS 1/10")
		time.Sleep(time.Minute)
	case "link":
		return os.Symlink("/etc/hostname", filepath.Join(out, modelFolder, "x"))
	}
	var o orders
	var s small
	if err := readJSON(filepath.Join(in, "params.json"), &o); err != nil {
		return err
	}
	if err := readJSON(filepath.Join(in, "labels.json"), &s.Labels); err != nil {
		return err
	}
	s.Single = o.Task == learn.Single
	place := map[string]int{}
	for i, l := range s.Labels {
		place[l] = i
		s.W = append(s.W, make([]float64, buckets))
	}
	var rows []line
	f, err := os.Open(filepath.Join(in, "train.jsonl"))
	if err != nil {
		return err
	}
	for d := json.NewDecoder(f); d.More(); {
		var row line
		if err := d.Decode(&row); err != nil {
			return err
		}
		rows = append(rows, row)
	}
	passes := int(o.Params["passes"].(float64))
	for pass := range passes {
		for _, row := range rows {
			p := s.p(row.Text)
			for _, l := range row.Labels {
				p[place[l]]--
			}
			for l := range p {
				for _, b := range features(row.Text) {
					s.W[l][b] -= .1 * p[l]
				}
			}
		}
		fmt.Printf("PROGRESS %d/%d\n", pass+1, passes)
	}
	fmt.Println("learnt from", len(rows), os.Getenv("GIVEN"))
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, modelFolder, "weights.json"), text, 0o600)
}

func readJSON(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

func predicts(mode, folder string) error {
	var s small
	if err := readJSON(filepath.Join(folder, "weights.json"), &s); err != nil {
		return err
	}
	switch mode {
	case "labels":
		s.Labels[0] = "another"
	case "stuck":
		time.Sleep(time.Minute)
	}
	fmt.Println("some library says hello")
	ready, err := json.Marshal(map[string]any{"ready": true, "labels": s.Labels})
	if err != nil {
		return err
	}
	fmt.Println(string(ready))
	in := bufio.NewReader(os.Stdin)
	for asked := 1; ; asked++ {
		text, err := in.ReadBytes('\n')
		if err != nil {
			return nil
		}
		var q struct {
			ID   int
			Rows []line
		}
		if err := json.Unmarshal(text, &q); err != nil {
			return err
		}
		p := make([][]float64, len(q.Rows))
		for i, row := range q.Rows {
			p[i] = s.p(row.Text)
		}
		switch {
		case mode == "nan":
			fmt.Printf(`{"id": %d, "p": [[NaN, 1, 0, 0]]}`+"\n", q.ID)
			continue
		case mode == "negative":
			p[0][0] = -1
		case mode == "sum":
			p[0][0] += .5
		case mode == "few":
			p = p[1:]
		case mode == "says":
			fmt.Printf(`{"id": %d, "error": "cannot read this"}`+"\n", q.ID)
			continue
		case mode == "hangs":
			time.Sleep(time.Minute)
		case mode == "dies" && asked > 1, mode == "gone":
			return fmt.Errorf("out of memory")
		}
		answer, err := json.Marshal(map[string]any{"id": q.ID, "p": p})
		if err != nil {
			return err
		}
		fmt.Println(string(answer))
	}
}

// folderWith makes a folder of one trainer, which misbehaves in these ways.
func folderWith(t *testing.T, fit, predict, more string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "small"), 0o700); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`
name: learn.small.v1
title: {zh: 小, en: Small}
help: {zh: 测试用, en: for tests}
tasks: [single, multi]
fit: [%q, outside, "fit:%s", "{in}", "{out}"]
predict: [%q, outside, "predict:%s", "{model}"]
env: [GIVEN]
params:
  - {name: passes, kind: int, default: 12, min: 1, max: 100, title: {zh: 遍数, en: passes}, help: {zh: 几遍, en: how often}}
%s`, self, fit, self, predict, more)
	if err := os.WriteFile(filepath.Join(folder, "small", definitionName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

func open(t *testing.T, folder string) *Trainers {
	t.Helper()
	trainers, err := Open(folder, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainers.Close)
	return trainers
}
