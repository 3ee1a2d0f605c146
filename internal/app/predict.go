package app

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"zhuomo/internal/api"
	"zhuomo/internal/api/command"
	"zhuomo/internal/builtin"
	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/learn/external"
)

// predicted is what `zhuomo predict` says of a text.
type predicted struct {
	Text string `json:"text" table:"文字|text"`
	learn.Prediction
}

// predictCommand lets a model file judge texts, without a data folder.
func predictCommand() command.Special {
	var in, folder, trainers string
	var texts []string
	var best int
	return command.Special{
		Use: "predict MODEL", Args: 1, ZH: "让模型文件判断几句话，不经过产品", EN: "let a model file judge texts, outside any product",
		Flags: func(f *pflag.FlagSet, lang string) {
			say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
			f.StringArrayVar(&texts, "text", nil, say("要判断的话，可以重复", "a text to judge; may be repeated"))
			f.StringVar(&in, "in", "-", say("没有 --text 时从这里读，一行一句，- 为标准输入", "without --text the texts are read from here, one a line; - for standard input"))
			f.IntVar(&best, "best", 1, say("每句给几种整句读法（找片段的模型，至多 50）", "how many readings of the whole text to give (models that find stretches, 50 at most)"))
			f.StringVar(&folder, "encoder", "", say("训练时用的编码器文件夹", "folder of the encoder it was trained with"))
			trainersFlag(f, lang, &trainers)
		},
		Run: func(ctx context.Context, e *command.Env, args []string) error {
			if best < 1 || best > learn.MostReadings {
				return command.Usage.With("problem", e.Text("--best 应为 1–50", "--best should be 1–50"), "command", "zhuomo predict MODEL")
			}
			outside, err := external.Open(trainers, time.Now)
			if err != nil {
				return err
			}
			defer outside.Close()
			file, err := os.ReadFile(args[0])
			if err != nil {
				return learn.BadFile.With("file", filepath.Base(args[0]), "problem", "cannot be read | 读不了").Because(err)
			}
			m, err := learn.Load(append(builtin.Learners(), outside.Learners()...), file, nil)
			if err != nil {
				return err
			}
			if len(texts) == 0 {
				if texts, err = readLines(in); err != nil {
					return err
				}
			}
			inputs := make([]learn.Input, len(texts))
			for i, text := range texts {
				inputs[i].Text = text
			}
			_, encode, err := encodeBy(folder)
			if err != nil {
				return err
			}
			if encode != nil {
				vectors, err := encode(ctx, texts)
				if err != nil {
					return err
				}
				for i := range inputs {
					inputs[i].Vector = vectors[i]
				}
			}
			answers, err := m.Predict(ctx, inputs)
			if err != nil {
				return err
			}
			page := api.Page[predicted]{Items: make([]predicted, len(texts))}
			for i, a := range answers {
				page.Items[i] = predicted{Text: texts[i], Prediction: a}
				if best > 1 {
					if page.Items[i].Readings, err = learn.Readings(ctx, m, inputs[i], best); err != nil {
						return err
					}
				}
			}
			if e.JSON {
				return e.Print(page)
			}
			if best > 1 {
				return e.Print(readingsForPeople(page.Items))
			}
			return e.Print(predictedForPeople(page.Items))
		},
	}
}

// predictedForPeople is one line for each stretch or label that is chosen.
func predictedForPeople(items []predicted) any {
	type line struct {
		Text  string  `json:"text" table:"文字|text"`
		Found string  `json:"found" table:"片段|stretch"`
		Label string  `json:"label" table:"标签|label"`
		P     float32 `json:"p" table:"把握|how sure"`
	}
	page := api.Page[line]{Items: []line{}}
	for _, item := range items {
		before := len(page.Items)
		for _, s := range item.Spans {
			if s.Chosen {
				page.Items = append(page.Items, line{item.Text, found(item.Text, s), s.Label, s.P})
			}
		}
		for _, s := range item.Scores {
			if s.Chosen && len(item.Spans) == 0 {
				page.Items = append(page.Items, line{item.Text, "-", s.Label, s.P})
			}
		}
		if len(page.Items) == before {
			page.Items = append(page.Items, line{Text: item.Text, Found: "-", Label: "-"})
		}
	}
	return page
}

// readingsForPeople is one line for each stretch of each reading.
func readingsForPeople(items []predicted) any {
	type line struct {
		Text    string  `json:"text" table:"文字|text"`
		Reading int     `json:"reading" table:"读法|reading"`
		Likely  float32 `json:"likely" table:"概率|probability"`
		Found   string  `json:"found" table:"片段|stretch"`
		Label   string  `json:"label" table:"标签|label"`
		P       float32 `json:"p" table:"把握|how sure"`
	}
	page := api.Page[line]{Items: []line{}}
	for _, item := range items {
		for i, r := range item.Readings {
			for _, s := range r.Spans {
				page.Items = append(page.Items, line{item.Text, i + 1, r.P, found(item.Text, s), s.Label, s.P})
			}
			if len(r.Spans) == 0 {
				page.Items = append(page.Items, line{Text: item.Text, Reading: i + 1, Likely: r.P, Found: "-", Label: "-"})
			}
		}
	}
	return page
}

func found(text string, s learn.FoundSpan) string { return string([]rune(text)[s.Start:s.End]) }
