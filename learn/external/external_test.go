package external

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/fault"
	"zhuomo/learn"
	"zhuomo/learn/learntest"
)

func TestAProgramOfItsOwnKeepsTheContract(t *testing.T) {
	learntest.Run(t, open(t, folderWith(t, "", "", "")).Learners()[0])
}

// four is a set of four labels whose answer is in the words.
func four() learn.Data {
	d := learn.Data{Task: learn.Single, Labels: []string{"退款", "发票", "物流", "入住"}}
	for i := range 80 {
		l := i % 4
		d.Examples = append(d.Examples, learn.Example{RowID: fmt.Sprint(i), Text: fmt.Sprintf("请问%s第%d个", d.Labels[l], i), Labels: []int{l}})
	}
	return d
}

func fit(ctx context.Context, l learn.Learner, o learn.Options) (learn.Model, error) {
	values, err := l.Spec().Fill(nil)
	if err != nil {
		return nil, err
	}
	return l.Fit(ctx, four(), values, o)
}

func TestWhatGoesWrongOutsideIsToldWithItsReason(t *testing.T) {
	for name, c := range map[string]struct {
		fit, predict, more string
		want               *fault.Definition
		says               string
	}{
		"the command fails: its last lines and its code": {"fails", "", "", Failed, "列不存在"},
		"it leaves nothing":                                {"nothing", "", "", NoModel, "nothing is there"},
		"it leaves a link out of its folder":               {"link", "", "", NoModel, "not a plain file"},
		"it leaves too much":                               {"large", "", "limits: {model_mb: 1}", TooLarge, "1 MB"},
		"it takes too long":                                {"slow", "", "limits: {seconds: 1}", TooSlow, "limits.seconds"},
		"it never gets ready to answer":                    {"", "stuck", "limits: {start_seconds: 1}", TooSlow, "limits.start_seconds"},
		"it does not answer in time":                       {"", "hangs", "limits: {answer_seconds: 1}", TooSlow, "limits.answer_seconds"},
		"it tells other labels":                            {"", "labels", "", WrongLabels, "another"},
		"it answers with what is no number":                {"", "nan", "", BadAnswer, "JSON"},
		"it answers with what is no probability":           {"", "negative", "", BadAnswer, "-1"},
		"its probabilities do not add up to 1":             {"", "sum", "", BadAnswer, "1.5"},
		"it answers to fewer rows than were asked about":   {"", "few", "", BadAnswer, "answers to"},
		"it says in words what is wrong":                   {"", "says", "", BadAnswer, "cannot read this"},
		"the command that answers ends with the first ask": {"", "gone", "", Failed, "out of memory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := fit(t.Context(), open(t, folderWith(t, c.fit, c.predict, c.more)).Learners()[0], learn.Options{})
			var f *fault.Fault
			if !errors.As(err, &f) || !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %s", err, c.want.Code)
			}
			if f.Def.Kind != fault.Invalid {
				t.Errorf("it is %s: a job would do it again by itself", f.Def.Kind)
			}
			if told := f.Message("en") + f.Fix("en"); !strings.Contains(told, c.says) {
				t.Errorf("%q does not say %q", told, c.says)
			}
		})
	}
}

func TestACommandThatIsNotThere(t *testing.T) {
	folder := folderWith(t, "", "", "")
	path := filepath.Join(folder, "small", definitionName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for i := range lines {
		if strings.HasPrefix(lines[i], "fit:") {
			lines[i] = `fit: [no-such-program-here, "{in}", "{out}"]`
		}
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := fit(t.Context(), open(t, folder).Learners()[0], learn.Options{}); !errors.Is(err, NoCommand) {
		t.Errorf("got %v, want NoCommand", err)
	}
}

func TestACancelledFitLeavesNothingBehind(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := fit(ctx, open(t, folderWith(t, "slow", "", "")).Learners()[0], learn.Options{Progress: func(done, _ int) {
		if done > 0 { // it runs, for it said so
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if left, _ := os.ReadDir(temporary); len(left) > 0 {
		t.Errorf("%d folders are left", len(left))
	}
}

func TestWhatItPrintsAndWhatItIsGiven(t *testing.T) {
	t.Setenv("GIVEN", "by-name")
	t.Setenv("HIDDEN", "secret")
	var said []string
	if _, err := fit(t.Context(), open(t, folderWith(t, "", "", "")).Learners()[0], learn.Options{Said: func(line string) { said = append(said, line) }}); err != nil {
		t.Fatal(err)
	}
	if len(said) != 1 || !strings.HasPrefix(said[0], "learnt from ") || !strings.HasSuffix(said[0], " by-name") {
		t.Errorf("it said %q", said)
	}
	d := open(t, folderWith(t, "", "", "")).definitions[0]
	env := d.environ("/home", []string{"MLFLOW_RUN_ID=1"})
	if slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, "HIDDEN") }) || !slices.Contains(env, "MLFLOW_RUN_ID=1") {
		t.Errorf("environment %q", env)
	}
}

func TestAFileOpensOnlyWhereItsTrainerIs(t *testing.T) {
	folder := folderWith(t, "", "", "")
	m, err := fit(t.Context(), open(t, folder).Learners()[0], learn.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := m.Save(&file); err != nil {
		t.Fatal(err)
	}
	load := func(folder string) error {
		_, err := learn.Load(open(t, folder).Learners(), file.Bytes(), nil)
		return err
	}
	if err := load(folder); err != nil {
		t.Error(err)
	}
	if err := load(folderWith(t, "", "", "")); !errors.Is(err, NotMadeHere) {
		t.Errorf("with another key: %v, want NotMadeHere", err)
	}
	if err := load(folderWith(t, "", "", "open: any")); err != nil {
		t.Errorf("files that hold no code open anywhere: %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "small", "part.py"), []byte("changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := load(folder); !errors.Is(err, OtherTrainer) {
		t.Errorf("with changed code: %v, want OtherTrainer", err)
	}
	if _, err := learn.Load(nil, file.Bytes(), nil); !errors.Is(err, learn.UnknownLearner) {
		t.Errorf("without the trainer: %v, want UnknownLearner", err)
	}
}

func TestOneThatDiesIsStartedAgainAndThenRests(t *testing.T) {
	clock := time.Unix(1000, 0)
	trainers, err := Open(folderWith(t, "", "dies", ""), func() time.Time { return clock })
	if err != nil {
		t.Fatal(err)
	}
	defer trainers.Close()
	m, err := fit(t.Context(), trainers.Learners()[0], learn.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ask := func() error {
		_, err := m.Predict(t.Context(), []learn.Input{{Text: "退款"}})
		return err
	}
	// It dies at its second question; a fresh one is asked the same at once.
	for range 3 {
		if err := ask(); err != nil {
			t.Fatalf("a command that died was not started again: %v", err)
		}
	}
	// One that cannot even start is tried twice, then rests.
	broken := trainers.process(m.(*model))
	broken.definition.Predict = []string{"no-such-program-here", "{model}"}
	if err := ask(); !errors.Is(err, NoCommand) {
		t.Errorf("first: %v, want NoCommand", err)
	}
	if err := ask(); !errors.Is(err, NoCommand) {
		t.Errorf("second: %v, want NoCommand", err)
	}
	if err := ask(); !errors.Is(err, Resting) {
		t.Errorf("third: %v, want Resting", err)
	}
	trainers.Close()
	if err := ask(); !errors.Is(err, Ended) {
		t.Errorf("after the end: %v, want Ended", err)
	}
}

func TestMoreModelsThanMayAnswerAtOnce(t *testing.T) {
	trainers := open(t, folderWith(t, "", "", ""))
	l := trainers.Learners()[0]
	var models []learn.Model
	for i := range mostProcesses + 2 {
		values, err := l.Spec().Fill(map[string]any{"passes": i + 1})
		if err != nil {
			t.Fatal(err)
		}
		m, err := l.Fit(t.Context(), four(), values, learn.Options{})
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, m)
	}
	if n := len(trainers.processes); n != mostProcesses {
		t.Errorf("%d processes, want %d", n, mostProcesses)
	}
	for _, m := range models {
		if _, err := m.Predict(t.Context(), []learn.Input{{Text: "发票"}}); err != nil {
			t.Error(err)
		}
	}
}

func TestBadDefinitions(t *testing.T) {
	for name, c := range map[string]struct{ from, to string }{
		"a name of no version":        {"learn.small.v1", "small"},
		"a task that it cannot do":    {"[single, multi]", "[ranking]"},
		"no place to write":           {`, "{out}"]`, "]"},
		"an unknown member":           {"env: [GIVEN]", "envs: [GIVEN]"},
		"a default beyond its range":  {"default: 12", "default: 1000"},
		"a parameter without a title": {"{zh: 遍数, en: passes}", "{zh: 遍数}"},
		"one of our own parameters":   {"name: passes", "name: held_share"},
		"only one language":           {"title: {zh: 小, en: Small}", "title: {zh: 小}"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := folderWith(t, "", "", "")
			path := filepath.Join(folder, "small", definitionName)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			changed := strings.Replace(string(text), c.from, c.to, 1)
			if changed == string(text) {
				t.Fatal("nothing was changed")
			}
			if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(folder, time.Now); !errors.Is(err, BadTrainer) {
				t.Errorf("got %v, want BadTrainer", err)
			}
		})
	}
	if _, err := Open(t.TempDir(), time.Now); !errors.Is(err, NoTrainers) {
		t.Errorf("an empty folder: %v, want NoTrainers", err)
	}
}
