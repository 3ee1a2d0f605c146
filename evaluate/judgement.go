package evaluate

import (
	"context"
	"fmt"

	"zhuomo/learn"
)

// Judgement is what a model says about one row whose gold is known.
type Judgement struct {
	RowID   string       `json:"row_id" table:"行|row"`
	Text    string       `json:"text" table:"原文|text"`
	History []learn.Said `json:"history,omitempty"`
	Gold    []string     `json:"gold" table:"金标|gold"`
	Said    []string     `json:"said" table:"模型|said"`
	Right   bool         `json:"right" table:"对|right" doc:"标签一个不多一个不少|the labels are exactly the gold"`
	// Top are the most probable labels, at most judgedTop.
	Top        []learn.LabelScore `json:"top"`
	OutOfScope float32            `json:"out_of_scope" doc:"有多不像见过的话（0–1）|how foreign the row looks (0–1)"`
}

// judgedTop is enough for three choices, some of which a flow does not offer.
const judgedTop = 5

// Judgements lists what answers say about the rows, in row order.
func Judgements(data learn.Data, answers []learn.Prediction) []Judgement {
	out := make([]Judgement, len(data.Examples))
	for i, e := range data.Examples {
		a := answers[i]
		j := Judgement{RowID: e.RowID, Text: e.Text, History: e.History, Gold: goldOf(data, e), Said: a.Chosen(), OutOfScope: a.OutOfScope}
		if j.Said == nil {
			j.Said = []string{}
		}
		j.Right = sameSet(j.Gold, j.Said)
		j.Top = a.Scores[:min(judgedTop, len(a.Scores))]
		out[i] = j
	}
	return out
}

// Measurement is a model measured on one part of the gold, beside another model
// when one was named.
type Measurement struct {
	Part    string    `json:"part"`
	ModelID string    `json:"model_id"`
	Test    Measured  `json:"measured"`
	Slices  []Slice   `json:"slices"`
	WithID  string    `json:"with_id,omitempty"`
	With    *Measured `json:"with,omitempty"`
	Flips   *Flips    `json:"flips,omitempty" doc:"从 with 到这个模型|from with to this model"`
	// Simulated tells that labels come from simulated people.
	Simulated bool `json:"simulated"`
}

// MeasureModel measures a product's model on a part of its gold ("train", "dev"
// or "test"), and another model on the same rows when with is not "". Faults:
// those of the bench; NothingToJudge.
func (s *Service) MeasureModel(ctx context.Context, product, model, with, part string) (Measurement, error) {
	l, answers, err := s.answered(ctx, product, model, part)
	if err != nil {
		return Measurement{}, err
	}
	m := Measurement{Part: part, ModelID: l.ModelID, Test: Measure(l.Data, answers, measureSeed), Simulated: l.Simulated}
	var before []learn.Prediction
	if with != "" {
		old, err := s.needs.Bench.Lesson(ctx, product, with, part)
		if err != nil {
			return m, err
		}
		if before, err = predict(ctx, old.Model, l.Data); err != nil {
			return m, err
		}
		measured, flips := Measure(l.Data, before, measureSeed), Compare(l.Data, before, answers)
		m.WithID, m.With, m.Flips = old.ModelID, &measured, &flips
	}
	m.Slices = Slices(l.Data, before, answers)
	return m, nil
}

// Chosen tells which judgements are wanted; the zero value wants all.
type Chosen struct {
	Slice   string  // of this kind of rows
	Outcome Outcome // that come to this within Bands, by the product's costs
	Bands   Bands
}

// JudgeRows lists what a product's model says about a part of its gold. Faults as
// MeasureModel.
func (s *Service) JudgeRows(ctx context.Context, product, model, part string, want Chosen) ([]Judgement, error) {
	l, answers, err := s.answered(ctx, product, model, part)
	if err != nil {
		return nil, err
	}
	all := Judgements(l.Data, answers)
	if want.Slice == "" && want.Outcome == "" {
		return all, nil
	}
	saved, err := s.Costs(ctx, product)
	if err != nil {
		return nil, err
	}
	out := []Judgement{}
	for i, j := range all {
		if want.Slice != "" && !SliceHas(want.Slice, l.Data.Examples[i]) ||
			want.Outcome != "" && saved.Costs.turnOf(j.Gold, answers[i]).outcome(want.Bands) != want.Outcome {
			continue
		}
		out = append(out, j)
	}
	return out, nil
}

func (s *Service) answered(ctx context.Context, product, model, part string) (Lesson, []learn.Prediction, error) {
	l, err := s.needs.Bench.Lesson(ctx, product, model, part)
	if err != nil {
		return l, nil, err
	}
	if len(l.Data.Examples) == 0 {
		return l, nil, NothingToJudge.With()
	}
	answers, err := predict(ctx, l.Model, l.Data)
	return l, answers, err
}

func predict(ctx context.Context, m learn.Model, d learn.Data) ([]learn.Prediction, error) {
	inputs := make([]learn.Input, len(d.Examples))
	for i, e := range d.Examples {
		inputs[i] = e.Input()
	}
	answers, err := m.Predict(ctx, inputs)
	if err != nil {
		return nil, fmt.Errorf("answer %d rows: %w", len(inputs), err)
	}
	return answers, nil
}
