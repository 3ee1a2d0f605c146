package learn

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"zhuomo/internal/spec"
)

// TrainOptions say what `zhuomo train` is to do.
type TrainOptions struct {
	Learner Learner
	// Judge measures answers to the test file: exact, macro_f1, micro_f1, ece.
	// internal/app gives that of evaluate.
	Judge func(test Data, answers []Prediction) map[string]float64
	Task  string // "classify": one label a row; "tag": any number, separated by |; "spans": stretches, in JSON lines
	Train string // files: CSV, TSV or JSONL with the columns below
	Dev   string // to calibrate on and to set thresholds on; "" = the learner holds a part of Train back
	Rest  string // unlabelled rows; "" = none
	// Teacher says what the rows of Rest are, and they are learnt as it says; nil = the
	// learner does with them what it can.
	Teacher Teacher
	Test    string // "" = none
	// Lists are word lists, each name=FILE or name=FILE:column; see ReadList.
	Lists  []string
	Text   string // column of the text, "" = text
	Label  string // column of the label, "" = label, category or intent
	Seed   uint64
	Params map[string]any
	// Out is where the model goes, its rows file beside it (+ ".rows"); ""
	// saves to a temporary file, so that the time is that of a real save.
	Out string
	// Answers is where the answers to the test file go, one JSON object a line
	// (see answered); "" = nowhere.
	Answers string
	// Encode gives a vector for each text, nil = none is used; Encoder is the name of
	// what does it.
	Encode   func(ctx context.Context, texts []string) ([][]float32, error)
	Encoder  string
	Workers  int
	Progress func(done, total int)
	Said     func(line string) // what a learner that is a program of its own prints; nil = dropped
	Now      func() time.Time
}

// TrainResult is what `zhuomo train --json` prints.
type TrainResult struct {
	Accuracy    float64            `json:"accuracy" table:"准确率|accuracy"`
	MacroF1     float64            `json:"macro_f1" table:"宏平均 F1|macro F1"`
	MicroF1     float64            `json:"micro_f1"`
	ECE         float64            `json:"ece" table:"校准误差|calibration error"`
	MAE         *float64           `json:"mae,omitempty"`             // mean distance of the answer; absent where labels are no numbers
	Kappa       *float64           `json:"quadratic_kappa,omitempty"` // weighted by squared distance; absent as mae
	Seconds     float64            `json:"seconds" table:"秒|seconds"` // reading the file to the saved, calibrated model
	Examples    int                `json:"examples" table:"样例|examples"`
	Taught      int                `json:"taught,omitempty"` // rows of Rest that a teacher told the labels of; Examples counts each once for each label
	Labels      int                `json:"labels" table:"标签|labels"`
	Features    int                `json:"features"`
	TestRows    int                `json:"test_rows"`
	PredictedPS float64            `json:"predicted_per_s"` // test rows answered per second
	Scope       *ScopeResult       `json:"scope,omitempty"` // absent where the model turns nothing away
	Seed        uint64             `json:"seed"`
	Model       string             `json:"model"` // sha256 of the model's bytes
	ModelBytes  int64              `json:"model_bytes"`
	Held        map[string]float64 `json:"held"` // figures on the part held back for calibration
}

// ScopeResult tells how "none of these" did on the test file; accuracy and the
// other figures are those of the rows in scope.
type ScopeResult struct {
	From    float32 `json:"from"`    // out_of_scope above which a row is turned away
	InRows  int     `json:"in_rows"` // rows with a label of the model
	Rejects float64 `json:"rejects"` // share of those that was turned away
	Rows    int     `json:"rows"`    // rows that are none of these: without a label, or with that of the parameter none_label
	Recall  float64 `json:"recall"`  // share of those that was turned away
}

// TrainFiles learns from a file and judges on another. Faults: BadFile,
// UnknownTask, and those of Fit; UnseenLabel when the test file has a label
// that the training file lacks.
func TrainFiles(ctx context.Context, o TrainOptions) (TrainResult, error) {
	task, err := taskOf(o.Task)
	if err != nil {
		return TrainResult{}, err
	}
	if !slices.Contains(o.Learner.Tasks(), task) {
		return TrainResult{}, NotThisTask.With("learner", o.Learner.Spec().Name, "task", string(task), "known", fmt.Sprint(o.Learner.Tasks()))
	}
	values, err := o.Learner.Spec().Fill(o.Params)
	if err != nil {
		return TrainResult{}, err
	}
	began := o.Now()
	data := Data{Task: task}
	if data, err = readExamples(o.Train, o.Text, o.Label, data, true); err != nil {
		return TrainResult{}, err
	}
	none, _ := values["none_label"].(string)
	fit := Options{Seed: o.Seed, Workers: o.Workers, Progress: o.Progress, Said: o.Said, Encoder: o.Encoder}
	for _, given := range o.Lists {
		list, err := ReadList(given)
		if err != nil {
			return TrainResult{}, err
		}
		fit.Lists = append(fit.Lists, list)
	}
	if err := o.encode(ctx, data.Examples); err != nil {
		return TrainResult{}, err
	}
	if o.Dev != "" {
		dev, err := readExamples(o.Dev, o.Text, o.Label, Data{Task: task, Labels: withNone(data.Labels, none)}, false)
		if err != nil {
			return TrainResult{}, err
		}
		// What is none of these can be learnt from only where Train has it too.
		unknown := func(e Example) bool { return slices.Contains(e.Labels, len(data.Labels)) }
		dev.Examples, dev.Labels = slices.DeleteFunc(dev.Examples, unknown), data.Labels
		if err := o.encode(ctx, dev.Examples); err != nil {
			return TrainResult{}, err
		}
		fit.Dev = &dev
	}
	taught := 0
	if o.Rest != "" {
		if fit.Rest, err = readRest(o.Rest, o.Text); err == nil {
			err = o.encode(ctx, fit.Rest)
		}
		if err != nil {
			return TrainResult{}, err
		}
		if o.Teacher != nil {
			if data, taught, err = o.teach(ctx, data, fit.Rest, values); err != nil {
				return TrainResult{}, err
			}
			fit.Rest = nil
		}
	}
	model, err := o.Learner.Fit(ctx, data, values, fit)
	if err != nil {
		return TrainResult{}, err
	}
	hash, size, err := saveFiles(model, o.Out)
	if err != nil {
		return TrainResult{}, err
	}
	card := model.Card()
	result := TrainResult{
		Seconds: o.Now().Sub(began).Seconds(), Examples: card.Examples, Labels: card.Labels, Features: card.Features,
		Seed: o.Seed, Model: hash, ModelBytes: size, Held: card.Held, Taught: taught,
	}
	if o.Test == "" {
		return result, nil
	}
	known := withNone(data.Labels, none)
	test, err := readExamples(o.Test, o.Text, o.Label, Data{Task: task, Labels: known}, false)
	if err != nil {
		return result, err
	}
	began = o.Now()
	if err := o.encode(ctx, test.Examples); err != nil {
		return result, err
	}
	inputs := make([]Input, len(test.Examples))
	for i, e := range test.Examples {
		inputs[i] = e.Input()
	}
	answers, err := model.Predict(ctx, inputs)
	if err != nil {
		return result, err
	}
	if took := o.Now().Sub(began).Seconds(); took > 0 {
		result.PredictedPS = float64(len(inputs)) / took
	}
	if o.Answers != "" {
		if err := SaveFile(o.Answers, func(w io.Writer) error { return writeAnswers(w, test, answers) }); err != nil {
			return result, err
		}
	}
	test, answers, result.Scope = judgeScope(test, answers, slices.Index(known, none))
	figures := o.Judge(test, answers)
	result.Accuracy, result.MacroF1, result.MicroF1, result.ECE = figures["exact"], figures["macro_f1"], figures["micro_f1"], figures["ece"]
	if mae, has := figures["mae"]; has {
		kappa := figures["quadratic_kappa"]
		result.MAE, result.Kappa = &mae, &kappa
	}
	result.TestRows = len(test.Examples)
	return result, nil
}

// teach adds what the teacher says of the rest to data. Fault: NothingTaught.
func (o *TrainOptions) teach(ctx context.Context, data Data, rest []Example, values spec.Values) (Data, int, error) {
	if data.Task == Spans {
		return data, 0, NotThisTask.With("learner", "--teach", "task", string(data.Task), "known", "single, multi")
	}
	weight := 1.0
	if given, has := values["rest_weight"].(float64); has {
		weight = given
	}
	more, known, err := Taught(ctx, o.Teacher, data, rest, float32(weight))
	if err == nil && known == 0 {
		err = NothingTaught.With("rows", len(rest))
	}
	data.Examples = append(data.Examples, more...)
	return data, known, err
}

// encode gives examples their vectors, where an encoder is used.
func (o *TrainOptions) encode(ctx context.Context, examples []Example) error {
	if o.Encode == nil {
		return nil
	}
	texts := make([]string, len(examples))
	for i, e := range examples {
		texts[i] = e.Text
	}
	vectors, err := o.Encode(ctx, texts)
	if err != nil {
		return err
	}
	for i := range examples {
		examples[i].Vector = vectors[i]
	}
	return nil
}

// withNone gives the labels and that of what is none of these.
func withNone(labels []string, none string) []string {
	known := slices.Clone(labels)
	if none != "" && !slices.Contains(known, none) {
		known = append(known, none)
	}
	return known
}

// judgeScope measures what was turned away, and gives the rows in scope with
// their answers: all but those whose one label is none (-1 = there is none).
func judgeScope(test Data, answers []Prediction, none int) (Data, []Prediction, *ScopeResult) {
	var r ScopeResult
	inside := Data{Task: test.Task, Labels: test.Labels}
	var kept []Prediction
	for i, e := range test.Examples {
		away := 0.0
		if answers[i].Foreign {
			away = 1
		}
		isNone := none >= 0 && len(e.Labels) == 1 && e.Labels[0] == none
		if isNone || len(e.Labels) == 0 && len(e.Spans) == 0 {
			r.Rows, r.Recall = r.Rows+1, r.Recall+away
		} else {
			r.InRows, r.Rejects = r.InRows+1, r.Rejects+away
		}
		if !isNone {
			inside.Examples, kept = append(inside.Examples, e), append(kept, answers[i])
		}
	}
	r.Recall, r.Rejects = r.Recall/float64(max(1, r.Rows)), r.Rejects/float64(max(1, r.InRows))
	if len(answers) == 0 || answers[0].OutOfScopeFrom >= 1 {
		return inside, kept, nil
	}
	r.From = answers[0].OutOfScopeFrom
	return inside, kept, &r
}

// answered is a line of the file of answers.
type answered struct {
	Record         int          `json:"record"` // of the test file, from 1
	Gold           []string     `json:"gold"`
	Said           []string     `json:"said"`
	P              float32      `json:"p"` // of the best label
	OutOfScope     float32      `json:"out_of_scope"`
	OutOfScopeFrom float32      `json:"out_of_scope_from"`
	Foreign        bool         `json:"foreign"`
	Scores         []LabelScore `json:"scores,omitempty"` // of the labels, the likeliest first, down to leastWritten
	Spans          []FoundSpan  `json:"spans,omitzero"`   // in the order of the text; absent where the task is not spans
}

// leastWritten is the least probability of a label that the file of answers tells.
const leastWritten = 0.001

func writeAnswers(w io.Writer, test Data, answers []Prediction) error {
	lines := json.NewEncoder(w)
	for i, e := range test.Examples {
		a := answers[i]
		line := answered{Record: i + 1, Gold: []string{}, Said: append([]string{}, a.Chosen()...), P: a.Top().P,
			OutOfScope: a.OutOfScope, OutOfScopeFrom: a.OutOfScopeFrom, Foreign: a.Foreign}
		if test.Task == Spans {
			line.Spans = append([]FoundSpan{}, a.Spans...)
		}
		for _, s := range a.Scores {
			if s.P >= leastWritten {
				line.Scores = append(line.Scores, s)
			}
		}
		for _, l := range e.Labels {
			line.Gold = append(line.Gold, test.Labels[l])
		}
		for _, s := range e.Spans {
			line.Gold = append(line.Gold, test.Labels[s.Label])
		}
		if err := lines.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// ForTask gives the learner of that name, or the first that does the task when
// name is "". Faults: UnknownTask, UnknownLearner.
func ForTask(learners []Learner, taskName, name string) (Learner, error) {
	task, err := taskOf(taskName)
	if err != nil || name != "" {
		if err != nil {
			return nil, err
		}
		return Find(learners, name)
	}
	at := slices.IndexFunc(learners, func(l Learner) bool { return slices.Contains(l.Tasks(), task) })
	if at < 0 {
		return nil, UnknownTask.With("task", taskName)
	}
	return learners[at], nil
}

func taskOf(name string) (Task, error) {
	switch name {
	case "classify", "":
		return Single, nil
	case "tag":
		return Multi, nil
	case "spans":
		return Spans, nil
	}
	return "", UnknownTask.With("task", name)
}

// saveFiles writes the model and its rows and gives the hash and size of the
// model's bytes.
func saveFiles(m Model, out string) (hash string, size int64, err error) {
	folder := filepath.Dir(out)
	if out == "" {
		if folder, err = os.MkdirTemp("", "zhuomo-model-"); err != nil {
			return "", 0, fmt.Errorf("make a temporary folder: %w", err)
		}
		defer os.RemoveAll(folder)
		out = filepath.Join(folder, "model")
	}
	sum := sha256.New()
	if err := SaveFile(out, func(w io.Writer) error { return m.Save(io.MultiWriter(w, sum)) }); err != nil {
		return "", 0, err
	}
	if err := SaveFile(out+".rows", m.SaveRows); err != nil {
		return "", 0, err
	}
	info, err := os.Stat(out)
	if err != nil {
		return "", 0, fmt.Errorf("look at the saved model: %w", err)
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), info.Size(), nil
}

// SaveFile writes a file whole or not at all.
func SaveFile(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".zhuomo-*")
	if err != nil {
		return fmt.Errorf("save %s: %w", filepath.Base(name), err)
	}
	defer os.Remove(f.Name()) // does nothing once renamed
	if err = write(f); err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("save %s: %w", filepath.Base(name), err)
	}
	return nil
}
