package learn_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/fault"
	"zhuomo/learn"
	"zhuomo/learn/linear"
)

// counted judges by plain counting; internal/app gives the real measure.
func counted(test learn.Data, answers []learn.Prediction) map[string]float64 {
	right := 0.0
	for i, a := range answers {
		if len(a.Chosen()) > 0 && a.Chosen()[0] == test.Labels[test.Examples[i].Labels[0]] {
			right++
		}
	}
	return map[string]float64{"exact": right / float64(len(answers))}
}

func options(t *testing.T, train, test string) learn.TrainOptions {
	t.Helper()
	write := func(name, body string) string {
		if body == "" {
			return ""
		}
		full := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(full, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
		return full
	}
	return learn.TrainOptions{
		Learner: linear.New(), Judge: counted, Task: "classify", Seed: 1, Now: time.Now,
		Train: write("train.csv", train), Test: write("test.csv", test),
	}
}

const trips = "text,category\n我要订酒店,hotel\n\"帮我找个宾馆,谢谢\",hotel\n订一间房,hotel\n地铁几号线,metro\n末班地铁几点,metro\n坐地铁怎么走,metro\n"

func TestTrainFilesLearnsSavesAndJudges(t *testing.T) {
	o := options(t, trips, "text,category\n酒店怎么订,hotel\n地铁站在哪,metro\n")
	o.Out = filepath.Join(t.TempDir(), "m.zm")
	r, err := learn.TrainFiles(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Accuracy != 1 || r.Examples != 6 || r.Labels != 2 || r.TestRows != 2 || math.IsNaN(r.Seconds) {
		t.Errorf("got %+v", r)
	}
	file, err := os.ReadFile(o.Out)
	if err != nil || int64(len(file)) != r.ModelBytes {
		t.Fatalf("%d bytes saved, %d told: %v", len(file), r.ModelBytes, err)
	}
	rows, err := os.ReadFile(o.Out + ".rows")
	if err != nil {
		t.Fatal(err)
	}
	m, err := learn.Load([]learn.Learner{linear.New()}, file, rows)
	if err != nil {
		t.Fatal(err)
	}
	if w, err := m.Witnesses(t.Context(), learn.Input{Text: "地铁"}, "metro", 1); err != nil || len(w) != 1 || w[0].Labels[0] != "metro" {
		t.Errorf("witnesses %+v, %v", w, err)
	}
	again, err := learn.TrainFiles(t.Context(), o)
	if err != nil || again.Model != r.Model {
		t.Errorf("the same seed gives %s, then %s (%v)", r.Model, again.Model, err)
	}
}

func TestTrainFilesReadsTagsFromLines(t *testing.T) {
	o := options(t, trips, "")
	o.Task = "tag"
	o.Train = filepath.Join(t.TempDir(), "x.jsonl")
	body := `{"text":"订酒店再坐地铁","labels":["hotel","metro"]}` + "\n\n" + `{"text":"你好","labels":[]}` + "\n" + `{"text":"订酒店","labels":"hotel"}` + "\n"
	if err := os.WriteFile(o.Train, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := learn.TrainFiles(t.Context(), o)
	if err != nil || r.Labels != 2 || r.Examples != 3 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestTrainFilesNamesWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		train, test string
		want        *fault.Definition
	}{
		"empty file":           {"\ufeff", "", learn.NoExamples},
		"header only":          {"text,category\n", "", learn.NoExamples},
		"one label":            {"text,category\na,x\nb,x\n", "", learn.OneLabel},
		"no label column":      {"text,colour\na,x\n", "", learn.BadFile},
		"no text in the rest":  {trips, "", learn.BadFile},
		"ragged record":        {"text,category\na,x,y\n", "", learn.BadFile},
		"not UTF-8":            {"text,category\n\xce\xd2,x\n", "", learn.BadFile},
		"unseen label in dev":  {trips, "", learn.UnseenLabel},
		"unseen label in test": {trips, "text,category\n你好,greet\n", learn.UnseenLabel},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t, c.train, c.test)
			if name == "no text in the rest" {
				o.Rest = options(t, "colour\nred\n", "").Train
			}
			if name == "unseen label in dev" {
				o.Dev = o.Train
				o.Train = options(t, strings.ReplaceAll(trips, "hotel", "inn"), "").Train
			}
			if _, err := learn.TrainFiles(t.Context(), o); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %s", err, c.want.Code)
			}
		})
	}
	o := options(t, trips, "")
	o.Task = "dream"
	if _, err := learn.TrainFiles(t.Context(), o); !errors.Is(err, learn.UnknownTask) {
		t.Errorf("unknown task: %v", err)
	}
	o = options(t, trips, "")
	o.Train = filepath.Join(t.TempDir(), "absent.csv")
	if _, err := learn.TrainFiles(t.Context(), o); !errors.Is(err, learn.BadFile) {
		t.Errorf("absent file: %v", err)
	}
}

// Rows with the label of what is none of these are judged apart, whether the
// model learnt it or not, and the answers can be read.
func TestTrainFilesJudgesWhatIsNoneOfTheseApart(t *testing.T) {
	var train, test strings.Builder
	train.WriteString("text,label\n")
	test.WriteString("text,label\n")
	for i := range 400 {
		fmt.Fprintf(&train, "我要订酒店%d间,hotel\n地铁%d号线怎么坐,metro\n", i, i)
		if i%20 == 0 {
			fmt.Fprintf(&test, "订%d间酒店,hotel\nabcdef xyz %d,none\n", i, i)
		}
	}
	o := options(t, train.String(), test.String())
	o.Params = map[string]any{"none_label": "none"}
	o.Answers = filepath.Join(t.TempDir(), "answers.jsonl")
	r, err := learn.TrainFiles(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Labels != 2 || r.TestRows != 20 || r.Scope == nil || r.Scope.InRows != 20 || r.Scope.Rows != 20 || r.Scope.Recall < .9 {
		t.Errorf("got %+v, scope %+v", r, r.Scope)
	}
	lines, err := os.ReadFile(o.Answers)
	if err != nil {
		t.Fatal(err)
	}
	var second struct {
		Record  int
		Gold    []string
		Foreign bool
	}
	if got := strings.Split(strings.TrimSpace(string(lines)), "\n"); len(got) != 40 || json.Unmarshal([]byte(got[1]), &second) != nil ||
		second.Record != 2 || !slices.Equal(second.Gold, []string{"none"}) || !second.Foreign {
		t.Errorf("%d lines, the second %+v", len(got), second)
	}
}

func TestTrainFilesReadsUnlabelledRows(t *testing.T) {
	o := options(t, trips, "text,category\n酒店怎么订,hotel\n")
	plain, err := learn.TrainFiles(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	o.Rest = options(t, "text\n订一间酒店吧\n地铁怎么坐\n", "").Train
	r, err := learn.TrainFiles(t.Context(), o)
	if err != nil || r.Model == plain.Model || r.Features <= plain.Features {
		t.Errorf("the rest changed nothing: %+v, %v", r, err)
	}
}

func TestTrainFilesReadsHowMuchARowCounts(t *testing.T) {
	write := func(name, body string) string {
		name = filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	rows := func(contrary string) string { // as many contrary rows as right ones, of the same texts
		var b strings.Builder
		for i := range 40 {
			right, wrong := "hotel", "metro"
			if i%2 == 1 {
				right, wrong = wrong, right
			}
			text := []string{"订酒店", "坐地铁"}[i%2]
			fmt.Fprintf(&b, `{"text": "%s%d", "label": %q}`+"\n"+`{"text": "%s%d", "label": %q%s}`+"\n", text, i, right, text, i, wrong, contrary)
		}
		return b.String()
	}
	o := options(t, "", "")
	o.Test = write("test.jsonl", `{"text": "订酒店", "label": "hotel"}`+"\n"+`{"text": "坐地铁", "label": "metro"}`+"\n")
	for contrary, want := range map[string]float64{`, "weight": 0.02, "guessed": true`: 1, `, "weight": 50`: 0} {
		o.Train, o.Answers = write("rows.jsonl", rows(contrary)), filepath.Join(t.TempDir(), "answers.jsonl")
		r, err := learn.TrainFiles(t.Context(), o)
		if err != nil || r.Accuracy != want {
			t.Errorf("contrary rows with%s: accuracy %v, want %v, %v", contrary, r.Accuracy, want, err)
		}
		text, err := os.ReadFile(o.Answers)
		var first struct {
			Said   []string
			P      float32
			Scores []learn.LabelScore
		}
		if err == nil {
			err = json.NewDecoder(bytes.NewReader(text)).Decode(&first)
		}
		if err != nil || len(first.Scores) == 0 || first.Scores[0].Label != first.Said[0] || first.Scores[0].P != first.P {
			t.Errorf("the first answer is %+v, %v", first, err)
		}
	}
	for _, bad := range []string{`"weight": 0`, `"weight": -1`, `"weight": "2"`, `"weight": 1e9`, `"guessed": 1`} {
		o.Train = write("bad.jsonl", `{"text": "对", "label": "metro", `+bad+"}\n")
		if _, err := learn.TrainFiles(t.Context(), o); !errors.Is(err, learn.BadFile) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestTrainFilesReadsTheTurnsBefore(t *testing.T) {
	write := func(body string) string {
		name := filepath.Join(t.TempDir(), "rows.jsonl")
		if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	var rows strings.Builder
	for i := range 40 { // the label shows in the turn before alone
		before, label := "要订酒店吗", "hotel"
		if i%2 == 1 {
			before, label = "要坐地铁吗", "metro"
		}
		fmt.Fprintf(&rows, `{"text": "对%d", "label": %q, "group": "g%d", "history": [{"who": "product", "text": %q}]}`+"\n", i%4, label, i/2, before)
	}
	o := options(t, "", "")
	o.Train = write(rows.String())
	o.Test = write(`{"text": "对", "label": "metro", "history": [{"who": "product", "text": "要坐地铁吗"}]}` + "\n" + `{"text": "对", "label": "hotel", "history": [{"who": "product", "text": "要订酒店吗"}]}` + "\n")
	r, err := learn.TrainFiles(t.Context(), o)
	if err != nil || r.Accuracy != 1 {
		t.Fatalf("accuracy %v, %v", r.Accuracy, err)
	}
	for _, bad := range []string{`"hello"`, `[{"who": "someone", "text": "喂"}]`, `[{"who": "customer"}]`} {
		o.Test = write(`{"text": "对", "label": "metro", "history": ` + bad + "}\n")
		if _, err := learn.TrainFiles(t.Context(), o); !errors.Is(err, learn.BadFile) {
			t.Errorf("history %s: %v", bad, err)
		}
	}
}
