package app

import (
	"context"
	"fmt"
	"time"

	"zhuomo/evaluate"
	"zhuomo/label"
	"zhuomo/learn"
	"zhuomo/tune"
)

const searchTrials = 8

// search tries parameters of the default learner on the dev split.
func (d *demo) search(ctx context.Context) (string, error) {
	study, err := d.a.Stages.Tune.Create(ctx, tune.Study{ProductID: d.product.ID, Objective: "exact", Seed: 1, Trials: searchTrials})
	if err != nil {
		return "", err
	}
	if err := d.wait(ctx, study.JobID); err != nil {
		return "", err
	}
	if study, err = d.a.Stages.Tune.Study(ctx, d.product.ID, study.ID); err != nil {
		return "", err
	}
	beats, err := d.a.Stages.Tune.Beats(ctx, d.product.ID, study.ID)
	if err != nil {
		return "", err
	}
	var kept string
	switch {
	case beats == nil:
		kept = d.say("默认就是最好的", "the defaults are the best")
	case beats.Sure:
		d.params, kept = study.Best, d.say("比默认好得不像碰巧，用它", "better than the defaults and hardly by luck: taken")
	default:
		kept = d.say("没有把握比默认好，仍用默认", "not surely better than the defaults, which stay")
	}
	return fmt.Sprintf(d.say("%d 次试验 · 默认 %.4f → 最好 %.4f（dev 全对率）· %s", "%d trials · default %.4f → best %.4f (exact on dev) · %s"),
		study.DoneCount, study.DefaultScore, study.BestScore, kept), nil
}

// train makes the model that will go live.
func (d *demo) train(ctx context.Context) (string, error) {
	began := time.Now()
	job, err := d.a.Stages.Learn.StartTrain(ctx, learn.Order{ProductID: d.product.ID, Params: d.params, Seed: 1, Actor: d.by.ID})
	if err != nil {
		return "", err
	}
	if err := d.wait(ctx, job); err != nil {
		return "", err
	}
	if d.made, d.model, err = d.a.Stages.Learn.Open(ctx, d.product.ID, "latest"); err != nil {
		return "", err
	}
	d.figures.TrainS, d.figures.TrainRows = round(time.Since(began).Seconds()), d.made.ExampleCount
	return fmt.Sprintf(d.say("m%d：%d 行 · %d 个标签 · %.1f MB", "m%d: %d rows · %d labels · %.1f MB"),
		d.made.Number, d.made.ExampleCount, d.made.LabelCount, float64(d.made.SizeBytes)/1e6), nil
}

// evaluate judges the model on conversations that it has not seen, by the suite
// and by the guideline's own examples.
func (d *demo) evaluate(ctx context.Context) (string, error) {
	judge := d.a.Stages.Evaluate
	if d.whole() {
		for name, save := range map[string]func(context.Context, string, string, string) (evaluate.Saved, error){
			"suite.yaml": judge.SaveSuite, "gate.yaml": judge.SaveGate,
		} {
			text, err := d.example.File(name)
			if err != nil {
				return "", err
			}
			if _, err := save(ctx, d.product.ID, d.by.ID, string(text)); err != nil {
				return "", err
			}
		}
		if _, err := d.saveFlow(ctx); err != nil {
			return "", err
		}
	}
	report, err := judge.Evaluate(ctx, d.product.ID, d.made.ID)
	if err != nil {
		return "", err
	}
	d.report = report
	f := &d.figures
	exact, micro := report.Test.Figures["exact"], report.Test.Figures["micro_f1"]
	f.TestRows, f.TestExact, f.TestMicroF1 = report.Test.Rows, round(exact.Value), round(micro.Value)
	f.TestECE = round(report.Test.Figures["ece"].Value)
	if report.Suite != nil {
		f.ChecksPassed, f.ChecksTotal = report.Suite.All.Passed, report.Suite.All.Total
	}
	if report.Stories != nil {
		f.StoriesPassed, f.StoriesTotal = report.Stories.Passed, report.Stories.Total
	}
	gate := report.Verdict.Count()
	f.Gate = fmt.Sprintf("%d/%d", gate.Passed, gate.Total)
	if err := d.checkGuideline(ctx); err != nil {
		return "", err
	}
	said := fmt.Sprintf(d.say("%d 行 · 全对 %.4f [%.3f, %.3f] · 微 F1 %.4f", "%d rows · exact %.4f [%.3f, %.3f] · micro-F1 %.4f"),
		f.TestRows, f.TestExact, exact.Low, exact.High, f.TestMicroF1)
	if f.ChecksTotal > 0 {
		said += fmt.Sprintf(d.say(" · 检查 %d/%d · 规范样例 %d/%d · 故事 %d/%d · 门禁 %s", " · checks %d/%d · guideline examples %d/%d · stories %d/%d · gate %s"),
			f.ChecksPassed, f.ChecksTotal, f.GuidelinePassed, f.GuidelineTotal, f.StoriesPassed, f.StoriesTotal, f.Gate)
	}
	return said, nil
}

// checkGuideline runs the guideline's examples against the model.
func (d *demo) checkGuideline(ctx context.Context) error {
	report, err := d.guide.Guideline.Check(ctx, func(ctx context.Context, asked []label.Asked) ([][]string, error) {
		inputs := make([]learn.Input, len(asked))
		for i, q := range asked {
			inputs[i] = learn.Input{Text: q.Text, History: said(q.Context)}
		}
		answers, err := d.model.Predict(ctx, inputs)
		if err != nil {
			return nil, err
		}
		out := make([][]string, len(answers))
		for i, a := range answers {
			out[i] = a.Chosen()
		}
		return out, nil
	})
	if err != nil {
		return err
	}
	d.figures.GuidelineTotal = report.ExampleCount
	d.figures.GuidelinePassed = report.PassedCount
	return nil
}
