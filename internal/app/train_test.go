package app

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhuomo/internal/api/command"
	"zhuomo/internal/builtin"
	"zhuomo/learn"
)

// commandLine runs one special without a data folder.
func commandLine(t *testing.T, s command.Special, args ...string) (exit int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	exit = command.Run(t.Context(), command.Options{
		Specials: []command.Special{s}, Out: &o, Err: &e, Env: func(string) string { return "" },
	}, args)
	return exit, o.String(), e.String()
}

func TestTrainLearnsFromAFileAndKeepsTheModelWhereAsked(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	train, test, out := filepath.Join(folder, "train.csv"), filepath.Join(folder, "test.csv"), filepath.Join(folder, "hotel.model")
	write(t, train, "text,category\n我要订酒店,hotel\n帮我找个宾馆,hotel\n订一间房,hotel\n地铁几号线,metro\n末班地铁几点,metro\n坐地铁怎么走,metro\n")
	write(t, test, "text,category\n酒店怎么订,hotel\n地铁站在哪,metro\n")
	exit, printed, problem := commandLine(t, trainCommand(), "train", "--task", "classify", "--train", train, "--test", test, "--seed", "3", "--out", out, "--json")
	if exit != 0 {
		t.Fatal(exit, problem)
	}
	var r map[string]any
	if err := json.Unmarshal([]byte(printed), &r); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"accuracy", "macro_f1", "ece", "seconds"} {
		if _, told := r[key].(float64); !told {
			t.Errorf("no %s in %s", key, printed)
		}
	}
	if r["accuracy"] != 1.0 || r["saved"] != out {
		t.Errorf("got %s", printed)
	}
	file, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	m, err := learn.Load(builtin.Learners(), file, nil)
	if err != nil {
		t.Fatal(err)
	}
	if answers, err := m.Predict(t.Context(), []learn.Input{{Text: "订酒店"}}); err != nil || answers[0].Top().Label != "hotel" {
		t.Errorf("the kept model answers %v, %v", answers, err)
	}
	if exit, printed, _ = commandLine(t, trainCommand(), "train", "--train", train, "--lang", "en"); exit != 0 || !strings.Contains(printed, "not kept") {
		t.Errorf("without --out a person is told %q", printed)
	}
}

func TestTrainNamesWhatIsWrongWithItsFiles(t *testing.T) {
	t.Parallel()
	const good = "text,category\n我要订酒店,hotel\n地铁几号线,metro\n"
	for name, c := range map[string]struct {
		train, test string
		exit        int
		code        string
	}{
		"no file named":          {"", "", 64, "command.usage"},
		"an empty file":          {"\ufeff", "", 2, "learn.no_examples"},
		"columns missing":        {"a,b\n1,2\n", "", 2, "learn.bad_file"},
		"one label":              {"text,category\na,x\nb,x\n", "", 2, "learn.one_label"},
		"an unknown label":       {good, "text,category\n你好,greet\n", 2, "learn.unseen_label"},
		"not the right encoding": {"text,category\n\xce\xd2,x\n", "", 2, "learn.bad_file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := []string{"train", "--json"}
			for flag, body := range map[string]string{"--train": c.train, "--test": c.test} {
				if body != "" {
					path := filepath.Join(t.TempDir(), "x.csv")
					write(t, path, body)
					args = append(args, flag, path)
				}
			}
			exit, _, problem := commandLine(t, trainCommand(), args...)
			if exit != c.exit || !strings.Contains(problem, `"`+c.code+`"`) {
				t.Errorf("exit %d, %s; want %d, %s", exit, problem, c.exit, c.code)
			}
		})
	}
}

func write(t *testing.T, path, body string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}
