package app

import (
	"context"
	"errors"

	"zhuomo/dialog"
	"zhuomo/evaluate"
	"zhuomo/internal/blob"
	"zhuomo/knowledge"
	"zhuomo/label"
	"zhuomo/learn"
	"zhuomo/serve"
)

// workbench puts together what a product's newest state is tried with: model,
// knowledge, flow, stories.
type workbench struct {
	blobs     blob.Store
	gold      gold
	learn     *learn.Service
	knowledge *knowledge.Service
	live      func() *serve.Service // made after the stages that ask for it
	dialog    func() *dialog.Service
}

// Bench gives the flow designer the product's newest labels, model and knowledge.
func (w workbench) Bench(ctx context.Context, product string) ([]string, dialog.Understander, dialog.Knowledge, error) {
	var labels []string
	guideline, err := w.gold.label.LatestGuideline(ctx, product)
	switch {
	case err == nil:
		labels = guideline.Guideline.LabelIDs()
	case !errors.Is(err, label.NoGuideline):
		return nil, nil, nil, err
	}
	snapshot, err := w.knowledge.Current(ctx, product)
	if err != nil {
		return nil, nil, nil, err
	}
	known := dialog.Known(snapshot)
	_, model, err := w.learn.Open(ctx, product, "latest")
	if errors.Is(err, learn.NoSuchModel) {
		return labels, nil, known, nil
	}
	if err != nil {
		return nil, nil, nil, err
	}
	return labels, dialog.Understand(model), known, nil
}

// Candidate puts together what judging a model needs.
func (w workbench) Candidate(ctx context.Context, product, model string) (evaluate.Candidate, error) {
	made, m, err := w.learn.Open(ctx, product, model)
	if err != nil {
		return evaluate.Candidate{}, err
	}
	lesson, err := w.gold.lesson(ctx, product)
	if err != nil {
		return evaluate.Candidate{}, err
	}
	c := evaluate.Candidate{ProductID: product, ModelID: made.ID, Model: m, Test: lesson.test, Simulated: lesson.simulated}
	fit, err := w.fitting(made)
	if err != nil {
		return c, err
	}
	c.Cross = func(ctx context.Context) (*evaluate.Crossed, error) {
		return evaluate.Cross(ctx, lesson.whole(), fit)
	}
	live, err := w.live().Release(ctx, product, "live")
	switch {
	case err == nil:
		c.LiveID = live.ModelID
		if _, c.Live, err = w.learn.Open(ctx, product, live.ModelID); err != nil {
			return c, err
		}
	case !errors.Is(err, serve.NothingLive):
		return c, err
	}
	play, err := w.stories(ctx, product)
	if err != nil || play == nil {
		return c, err
	}
	c.Stories = func(ctx context.Context) (evaluate.Share, error) { return play(ctx, m) }
	return c, nil
}

// mainFlow reads the product's first flow in its newest revision; nil when there
// is none.
func (w workbench) mainFlow(ctx context.Context, product string) (dialog.Saved, *dialog.Flow, error) {
	flows, err := w.dialog().Flows(ctx, product, "", 1)
	if err != nil || len(flows) == 0 {
		return dialog.Saved{}, nil, err
	}
	text, err := blob.ReadAll(ctx, w.blobs, flows[0].Hash)
	if err != nil {
		return dialog.Saved{}, nil, err
	}
	flow, err := dialog.ReadFlow(text)
	return flows[0], flow, err
}

// Bands gives the borders of the product's flow.
func (w workbench) Bands(ctx context.Context, product string) (evaluate.Bands, error) {
	_, flow, err := w.mainFlow(ctx, product)
	if err != nil {
		return evaluate.Bands{}, err
	}
	t := dialog.DefaultThresholds
	if flow != nil {
		t = flow.Thresholds
	}
	return evaluate.Bands{Answer: t.Answer, Offer: t.Offer}, nil
}

// stories gives a function that plays the product's stories with a model; nil
// when the product has none.
func (w workbench) stories(ctx context.Context, product string) (func(context.Context, learn.Model) (evaluate.Share, error), error) {
	saved, flow, err := w.mainFlow(ctx, product)
	if err != nil || flow == nil || saved.Stories == "" {
		return nil, err
	}
	text, err := blob.ReadAll(ctx, w.blobs, saved.Stories)
	if err != nil {
		return nil, err
	}
	stories, err := dialog.ReadStories(text)
	if err != nil {
		return nil, err
	}
	snapshot, err := w.knowledge.Current(ctx, product)
	if err != nil {
		return nil, err
	}
	parts := dialog.Parts{Flow: flow, Knowledge: dialog.Known(snapshot)}
	return func(ctx context.Context, m learn.Model) (evaluate.Share, error) {
		report, err := dialog.RunStories(ctx, parts, dialog.Understand(m), stories)
		return evaluate.Share{Passed: report.Passed, Total: report.Total}, err
	}, nil
}

// verdicts lets serving ask the gate: a release passes with its model's report.
type verdicts struct{ evaluate *evaluate.Service }

func (v verdicts) Judge(ctx context.Context, r serve.Release) (bool, []string, error) {
	if r.ReportID == "" {
		return false, []string{"no evaluation report | 没有评测报告"}, nil
	}
	report, err := v.evaluate.Report(ctx, r.ReportID)
	if err != nil {
		return false, nil, err
	}
	if report.ModelID != r.ModelID {
		return false, []string{"the report is of another model | 报告属于另一个模型"}, nil
	}
	var why []string
	for _, rule := range report.Verdict.Rules {
		if !rule.Passed {
			why = append(why, rule.ID+": "+rule.Need+", "+rule.Got)
		}
	}
	return report.Passed, why, nil
}
