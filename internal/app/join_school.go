package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"zhuomo/dataset"
	"zhuomo/dialog"
	"zhuomo/evaluate"
	"zhuomo/internal/builtin"
	"zhuomo/label"
	"zhuomo/learn"
	"zhuomo/serve"
)

// Lesson gives a model with a part of the product's gold.
func (w workbench) Lesson(ctx context.Context, product, model, part string) (evaluate.Lesson, error) {
	made, m, err := w.learn.Open(ctx, product, model)
	if err != nil {
		return evaluate.Lesson{}, err
	}
	l, err := w.gold.lesson(ctx, product)
	if err != nil {
		return evaluate.Lesson{}, err
	}
	out := evaluate.Lesson{ModelID: made.ID, Model: m, Data: l.test, Simulated: l.simulated}
	switch Part(part) {
	case PartTrain:
		out.Data = l.train
	case PartDev:
		out.Data = l.dev
	}
	return out, nil
}

// School gives what a model's learner can learn again from less.
func (w workbench) School(ctx context.Context, product, model string) (evaluate.School, error) {
	made, err := w.learn.Find(ctx, product, model)
	if err != nil {
		return evaluate.School{}, err
	}
	fit, err := w.fitting(made)
	if err != nil {
		return evaluate.School{}, err
	}
	lesson, err := w.gold.lesson(ctx, product)
	if err != nil {
		return evaluate.School{}, err
	}
	return evaluate.School{
		ModelID: made.ID, Train: lesson.train, Dev: lesson.dev,
		Fit: func(ctx context.Context, d learn.Data) (learn.Model, float64, error) {
			began := time.Now()
			m, err := fit(ctx, d)
			return m, time.Since(began).Seconds(), err
		},
	}, nil
}

// fitting learns with a model's own learner, parameters and seed.
func (w workbench) fitting(made learn.Made) (func(context.Context, learn.Data) (learn.Model, error), error) {
	l, err := learn.Find(w.learn.Learners(), made.Learner)
	if err != nil {
		return nil, err
	}
	values, err := l.Spec().Fill(made.Params)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, d learn.Data) (learn.Model, error) {
		return l.Fit(ctx, d, values, learn.Options{Seed: made.Seed})
	}, nil
}

// sheets reads and writes small tables with the formats of datasets.
type sheets struct{}

func (sheets) ReadSheet(ctx context.Context, name string, file []byte, most int) ([]string, [][]string, error) {
	columns, rows, more, err := dataset.ReadSheet(ctx, builtin.Formats(), name, bytes.NewReader(file), most)
	if err == nil && more {
		err = evaluate.TooManyRows.With("most", most, "bytes", "20 MB").At("file")
	}
	return columns, rows, err
}

func (sheets) WriteSheet(ctx context.Context, to io.Writer, columns []string, rows func(each func([]string) error) error) error {
	var schema dataset.Schema
	for _, c := range columns {
		schema.Columns = append(schema.Columns, dataset.Column{Name: c, Type: dataset.Text})
	}
	for _, f := range builtin.Formats() {
		if w, ok := f.(dataset.Writer); ok && f.Spec().ID == "xlsx" {
			return w.Write(ctx, to, schema, func(each func(dataset.Row) error) error {
				return rows(func(cells []string) error { return each(dataset.Row{Values: cells}) })
			}, dataset.WriteOptions{Safe: true})
		}
	}
	return dataset.CannotWrite.With("format", "xlsx", "known", "-")
}

// Voice lets a model or release answer single questions.
func (w workbench) Voice(ctx context.Context, product, of string) (evaluate.Voice, error) {
	out := evaluate.Voice{Labels: map[string]string{}}
	guideline, err := w.gold.label.LatestGuideline(ctx, product)
	switch {
	case err == nil:
		for _, l := range guideline.Guideline.Labels {
			out.Labels[l.ID] = l.ZH
		}
	case !errors.Is(err, label.NoGuideline):
		return out, err
	}
	if of == "live" || strings.HasPrefix(of, "r") {
		return w.releaseVoice(ctx, product, of, out)
	}
	made, m, err := w.learn.Open(ctx, product, of)
	if err != nil {
		return out, err
	}
	out.Name = "m" + strconv.Itoa(made.Number)
	parts, err := w.mainParts(ctx, product)
	if err != nil {
		return out, err
	}
	out.Ask = asking(m, parts)
	return out, nil
}

func (w workbench) releaseVoice(ctx context.Context, product, name string, out evaluate.Voice) (evaluate.Voice, error) {
	release, err := w.live().Release(ctx, product, name)
	if err != nil {
		return out, err
	}
	loaded, err := w.live().Load(ctx, release)
	if err != nil {
		return out, err
	}
	_, m, err := w.learn.Open(ctx, product, release.ModelID)
	if err != nil {
		return out, err
	}
	parts := loaded.Parts
	out.Name, out.Ask = release.Name, asking(m, &parts)
	return out, nil
}

// mainParts are the main flow where it can run with what the product knows;
// nil when there is none.
func (w workbench) mainParts(ctx context.Context, product string) (*dialog.Parts, error) {
	_, flow, err := w.mainFlow(ctx, product)
	if err != nil || flow == nil {
		return nil, err
	}
	snapshot, err := w.knowledge.Current(ctx, product)
	if err != nil {
		return nil, err
	}
	known := dialog.Known(snapshot)
	if dialog.Refuse(dialog.Check(flow, dialog.World{Tables: known.Tables()})) != nil {
		return nil, nil // half-done flows are tested where they are drawn
	}
	return &dialog.Parts{Flow: flow, Knowledge: known}, nil
}

// asking gives a function that asks a model and, where there is one, a flow;
// every question is the first of its conversation, and none calls outside.
func asking(m learn.Model, parts *dialog.Parts) func(context.Context, string) (evaluate.Heard, error) {
	return func(ctx context.Context, question string) (evaluate.Heard, error) {
		answers, err := m.Predict(ctx, []learn.Input{{Text: question}})
		if err != nil {
			return evaluate.Heard{}, err
		}
		heard := evaluate.Heard{Said: answers[0].Chosen(), Top: answers[0].Scores[:min(5, len(answers[0].Scores))]}
		if parts == nil {
			return heard, nil
		}
		p := *parts
		p.Caller = nil
		at := time.Now()
		state, _, _, err := dialog.Begin(ctx, p, dialog.Turn{At: at})
		if err != nil {
			return heard, err
		}
		labels := make([]dialog.Label, len(answers[0].Scores))
		for i, s := range answers[0].Scores {
			labels[i] = dialog.Label{Name: s.Label, Probability: float64(s.P)}
		}
		_, reply, trace, err := dialog.Step(ctx, p, state, dialog.Turn{Text: question, At: at}, labels)
		if err != nil {
			return heard, err
		}
		heard.Band, heard.Reply, heard.Why = string(trace.Band), dialog.PlainText(reply), strings.Join(trace.Why, "; ")
		return heard, nil
	}
}

// Sign makes a release candidate of a report's model with the product's newest
// knowledge, flow and guideline.
func (w workbench) Sign(ctx context.Context, r evaluate.Report, reason string) (id, name string, err error) {
	flows, err := w.dialog().Flows(ctx, r.ProductID, "", 1)
	if err != nil {
		return "", "", err
	}
	if len(flows) == 0 {
		return "", "", evaluate.NoFlowToSign.With()
	}
	guideline, err := w.gold.label.LatestGuideline(ctx, r.ProductID)
	if err != nil {
		return "", "", err
	}
	known, _, err := w.knowledge.Freeze(ctx, r.ProductID)
	if err != nil {
		return "", "", err
	}
	made, err := w.live().Create(ctx, serve.Contents{
		ProductID: r.ProductID, ModelID: r.ModelID, Knowledge: known, Flow: flows[0].Hash,
		GuidelineID: guideline.ID, GuidelineVersion: guideline.Version, ReportID: r.ID,
	}, reason, serve.Ready{})
	return made.ID, made.Name, err
}
