package app

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"zhuomo/evaluate"
	"zhuomo/internal/api/command"
	"zhuomo/internal/builtin"
	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/learn/encoder"
	"zhuomo/learn/external"
)

// trained is what `zhuomo train` prints.
type trained struct {
	learn.TrainResult
	Saved string `json:"saved,omitempty"` // path of the model file, its rows file beside it; absent without --out
}

// trainCommand learns from a file and judges on another, without a data folder.
func trainCommand() command.Special {
	var o learn.TrainOptions
	var learner, folder, trainers, teacher, teacherFolder string
	var params []string
	return command.Special{
		Use: "train", ZH: "从文件训练并在另一个文件上评测，不经过产品", EN: "learn from a file and judge on another, outside any product",
		Flags: func(f *pflag.FlagSet, lang string) {
			say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
			f.StringVar(&o.Task, "task", "classify", say("classify：每行一个标签；tag：可有多个，用 | 分开；spans：句中片段（JSONL）", "classify: one label a row; tag: any number, separated by |; spans: stretches of a text (JSONL)"))
			f.StringVar(&o.Train, "train", "", say("训练文件：CSV、TSV 或 JSONL", "file to learn from: CSV, TSV or JSONL"))
			f.StringVar(&o.Dev, "dev", "", say("校准概率、定阈值用的文件，列名相同；不填则从训练文件留出一份", "file to calibrate and set thresholds on, with the same columns; without it a part of the training file is held back"))
			f.StringVar(&o.Rest, "rest", "", say("没标的行，只读文本列：标得少时猜着一起学", "unlabelled rows, of which only the text is read: with few labels they are learnt from too"))
			f.StringVar(&teacher, "teach", "", say("老师：一个存下的模型，或一份规则（.yaml，每条 {label, when, not}）；它给 --rest 的行判标签和把握，学习器照着学，慢模型和规则就成了快模型", "a teacher: a saved model, or a rule set (.yaml, each {label, when, not}); it says what the rows of --rest are and how surely, and the learner learns that, so a slow model or rules become a fast model"))
			f.StringVar(&teacherFolder, "teach-encoder", "", say("老师要用的编码器文件夹", "folder of the encoder that the teacher needs"))
			f.StringVar(&o.Test, "test", "", say("测试文件，列名与训练文件相同", "file to judge on, with the same columns"))
			f.StringArrayVar(&o.Lists, "list", nil, say("词表，如 城市=cities.txt，或表格的一列 酒店=hotels.csv:名称（不写列则取第一列和「别名」列）；找片段时当线索，可以重复", "word list, such as city=cities.txt, or a table's column hotel=hotels.csv:name (without one the first, with the column of synonyms); a clue to stretches; may be repeated"))
			f.StringVar(&o.Text, "text", "", say("文本列，默认 text", "column of the text, by default text"))
			f.StringVar(&o.Label, "label", "", say("标签列，默认 label、category 或 intent", "column of the label, by default label, category or intent"))
			f.StringVar(&folder, "encoder", "", say("编码器文件夹（Hugging Face 格式的 BERT 类模型）：它的向量和字词片段一起学，标得少时有用", "folder of an encoder (a BERT-like model in Hugging Face form): its vectors are learnt from beside the pieces of the text, which helps where labels are few"))
			trainersFlag(f, lang, &trainers)
			f.StringVar(&learner, "learner", "", say("学习器，默认是会做这种任务的第一个", "learner, by default the first that does the task"))
			f.StringArrayVar(&params, "param", nil, say("参数，如 cost=2；可以重复", "parameter, such as cost=2; may be repeated"))
			f.Uint64Var(&o.Seed, "seed", 1, say("随机种子；同一种子得到同样的模型", "seed; the same seed gives the same model"))
			f.StringVar(&o.Answers, "answers", "", say("把测试文件每一行的判断写到这个文件（JSONL）：标签、概率、是否都不是", "write the answer to each row of the test file here (JSONL): labels, probability, none of these or not"))
			f.StringVar(&o.Out, "out", "", say("把模型存到这个文件，训练行存到同名的 .rows；不填则只评测，不留下模型", "save the model here, its training rows beside it as .rows; without it the model is measured and not kept"))
		},
		Run: func(ctx context.Context, e *command.Env, _ []string) error {
			if o.Train == "" {
				return command.Usage.With("problem", e.Text("要用 --train 指定训练文件", "name the file to learn from with --train"), "command", "zhuomo train")
			}
			outside, err := external.Open(trainers, time.Now)
			if err != nil {
				return err
			}
			defer outside.Close()
			if o.Learner, err = learn.ForTask(append(builtin.Learners(), outside.Learners()...), o.Task, learner); err != nil {
				return err
			}
			if o.Params, err = o.Learner.Spec().Parse(params); err != nil {
				return err
			}
			if o.Out != "" {
				if o.Out, err = filepath.Abs(o.Out); err != nil {
					return err
				}
			}
			if o.Answers != "" && o.Test == "" {
				return command.Usage.With("problem", e.Text("--answers 要有 --test", "--answers needs --test"), "command", "zhuomo train")
			}
			if o.Encoder, o.Encode, err = encodeBy(folder); err != nil {
				return err
			}
			if teacher != "" {
				if o.Rest == "" {
					return command.Usage.With("problem", e.Text("--teach 要有 --rest：老师判没标的行", "--teach needs --rest, the rows that the teacher labels"), "command", "zhuomo train")
				}
				if o.Teacher, err = teacherOf(teacher, teacherFolder, append(builtin.Learners(), outside.Learners()...)); err != nil {
					return err
				}
			}
			o.Now, o.Said = time.Now, func(line string) { fmt.Fprintln(e.Err, line) }
			o.Judge = func(test learn.Data, answers []learn.Prediction) map[string]float64 {
				return evaluate.Measure(test, answers, o.Seed).Values()
			}
			r, err := learn.TrainFiles(ctx, o)
			if err != nil {
				return err
			}
			if e.JSON {
				return e.Print(trained{r, o.Out})
			}
			return e.Print(trainedForPeople(r, o.Out, e.Text))
		},
	}
}

// encodeBy opens the folder of an encoder; "" is none.
func encodeBy(folder string) (name string, encode func(ctx context.Context, texts []string) ([][]float32, error), err error) {
	if folder == "" {
		return "", nil, nil
	}
	x, err := encoder.Open(os.DirFS(folder))
	if err != nil {
		return "", nil, err
	}
	return x.Hash(), func(ctx context.Context, texts []string) ([][]float32, error) { return x.Encode(ctx, texts, 0) }, nil
}

// teacherOf opens a saved model or a rule set.
func teacherOf(file, folder string, learners []learn.Learner) (learn.Teacher, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, learn.BadFile.With("file", filepath.Base(file), "problem", "cannot be read | 读不了").Because(err)
	}
	if ext := filepath.Ext(file); ext == ".yaml" || ext == ".yml" {
		return learn.ReadRules(filepath.Base(file), text)
	}
	t := learn.ModelTeacher{}
	if t.Model, err = learn.Load(learners, text, nil); err != nil {
		return nil, err
	}
	_, t.Encode, err = encodeBy(folder)
	return t, err
}

// trainedForPeople is the part of a result that people read.
func trainedForPeople(r learn.TrainResult, saved string, say func(zh, en string) string) any {
	type learnt struct {
		Examples int     `json:"examples" table:"样例|examples"`
		Labels   int     `json:"labels" table:"标签|labels"`
		Features int     `json:"features" table:"特征|features"`
		Seconds  float64 `json:"seconds" table:"训练用时（秒）|seconds to learn"`
		Model    string  `json:"model" table:"模型哈希|model hash"`
		Size     int64   `json:"size_bytes" table:"模型字节|model bytes"`
		Saved    string  `json:"saved" table:"模型文件|model file"`
	}
	l := learnt{r.Examples, r.Labels, r.Features, r.Seconds, r.Model, r.ModelBytes, cmp.Or(saved, say("（没有保存，要保存用 --out）", "(not kept; --out keeps it)"))}
	if r.TestRows == 0 {
		return l
	}
	return struct {
		TestRows int     `json:"test_rows" table:"测试行|test rows"`
		Accuracy float64 `json:"accuracy" table:"准确率|accuracy"`
		MacroF1  float64 `json:"macro_f1" table:"宏平均 F1|macro F1"`
		ECE      float64 `json:"ece" table:"校准误差|calibration error"`
		Ordered  string  `json:"ordered" table:"有高低的标签|ordered labels"`
		Scope    string  `json:"scope" table:"都不是|none of these"`
		learnt
	}{r.TestRows, r.Accuracy, r.MacroF1, r.ECE, orderedForPeople(r, say), scopeForPeople(r.Scope, say), l}
}

// orderedForPeople tells in a line how far off answers are, where labels are numbers.
func orderedForPeople(r learn.TrainResult, say func(zh, en string) string) string {
	if r.MAE == nil {
		return say("不是三种以上的数", "not three or more numbers")
	}
	return fmt.Sprintf(say("平均差 %.3f，平方加权 κ %.3f", "mean distance %.3f, quadratic kappa %.3f"), *r.MAE, *r.Kappa)
}

// scopeForPeople tells in a line how "none of these" did.
func scopeForPeople(s *learn.ScopeResult, say func(zh, en string) string) string {
	if s == nil {
		return say("从不", "never")
	}
	told := fmt.Sprintf(say("误拒 %.1f%%（%d 行）", "%.1f%% of %d rows in scope turned away"), 100*s.Rejects, s.InRows)
	if s.Rows > 0 {
		told += fmt.Sprintf(say("，业务外认出 %.1f%%（%d 行）", ", %.1f%% of %d out of scope found"), 100*s.Recall, s.Rows)
	}
	return told
}
