package label

import (
	"context"
	"fmt"

	"zhuomo/internal/db"
)

// Contradiction is an example on which somebody says otherwise.
type Contradiction struct {
	Example
	Got []string `json:"got"`
}

// CheckReport tells how a model, or a person, stands to the examples.
type CheckReport struct {
	ExampleCount   int             `json:"example_count" table:"样例|examples"`
	PassedCount    int             `json:"passed_count" table:"通过|passed"`
	Contradictions []Contradiction `json:"contradictions"`
	ByLabel        []LabelCheck    `json:"by_label"` // labels that have examples, in their order
}

// LabelCheck counts the examples whose right answer has the label.
type LabelCheck struct {
	Label        string `json:"label" table:"标签|label"`
	ExampleCount int    `json:"example_count" table:"样例|examples"`
	PassedCount  int    `json:"passed_count" table:"通过|passed"`
}

// Check runs the examples as tests: predict, a model or a person, answers all of
// them in their order without seeing what is right.
// Errors: AnswerCount when predict answers another number; what predict answers.
func (g Guideline) Check(ctx context.Context, predict func(ctx context.Context, asked []Asked) ([][]string, error)) (CheckReport, error) {
	examples := g.Examples()
	asked := make([]Asked, len(examples))
	for i, e := range examples {
		asked[i] = e.Asked()
	}
	answers, err := predict(ctx, asked)
	if err != nil {
		return CheckReport{}, fmt.Errorf("answer the examples: %w", err)
	}
	if len(answers) != len(examples) {
		return CheckReport{}, AnswerCount.With("got", len(answers), "want", len(examples)).At("answers")
	}
	r := CheckReport{ExampleCount: len(examples), Contradictions: []Contradiction{}, ByLabel: []LabelCheck{}}
	counts := map[string]*LabelCheck{}
	for i, e := range examples {
		passed := 0
		if setKey(answers[i]) == setKey(e.Labels) {
			passed = 1
		} else {
			r.Contradictions = append(r.Contradictions, Contradiction{e, distinct(answers[i])})
		}
		r.PassedCount += passed
		for _, l := range distinct(e.Labels) {
			if counts[l] == nil {
				counts[l] = &LabelCheck{Label: l}
			}
			counts[l].ExampleCount++
			counts[l].PassedCount += passed
		}
	}
	for _, l := range g.LabelIDs() {
		if counts[l] != nil {
			r.ByLabel = append(r.ByLabel, *counts[l])
		}
	}
	return r, nil
}

// Checked is a CheckReport that was kept: of whom, when.
type Checked struct {
	ID      string `json:"id"`
	Version int    `json:"version" table:"规范|guideline"`
	Who     string `json:"who" table:"谁|who"` // a person's id, or a model's name
	IsModel bool   `json:"is_model" table:"模型|model"`
	AtUS    int64  `json:"at_us" table:"时间|time"`
	CheckReport
}

// CheckPerson keeps a person's answers to the examples of a version, in their
// order. Errors as Guideline.Check, NoGuideline, NobodyAsks.
func (s *Service) CheckPerson(ctx context.Context, product, version, person string, answers [][]string) (Checked, error) {
	if person == "" {
		return Checked{}, NobodyAsks.With()
	}
	g, err := s.Guideline(ctx, product, version)
	if err != nil {
		return Checked{}, err
	}
	report, err := g.Guideline.Check(ctx, func(context.Context, []Asked) ([][]string, error) { return answers, nil })
	if err != nil {
		return Checked{}, err
	}
	return s.keepCheck(ctx, g, Checked{Who: person, CheckReport: report})
}

// CheckModel asks the newest model the examples of a version and keeps what it
// said. Faults: NoModel, NoGuideline.
func (s *Service) CheckModel(ctx context.Context, product, version string) (Checked, error) {
	if s.answer == nil {
		return Checked{}, NoModel.With()
	}
	g, err := s.Guideline(ctx, product, version)
	if err != nil {
		return Checked{}, err
	}
	c := Checked{IsModel: true}
	c.CheckReport, err = g.Guideline.Check(ctx, func(ctx context.Context, asked []Asked) ([][]string, error) {
		answers, model, err := s.answer.Answer(ctx, product, asked)
		if err == nil && model == "" {
			err = NoModel.With()
		}
		c.Who = model
		return answers, err
	})
	if err != nil {
		return Checked{}, err
	}
	return s.keepCheck(ctx, g, c)
}

func (s *Service) keepCheck(ctx context.Context, g SavedGuideline, c Checked) (Checked, error) {
	now := s.now()
	c.ID, c.Version, c.AtUS = db.NewID(now), g.Version, now.UnixMicro()
	return c, s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return insertCheck(ctx, tx, g.ProductID, c) })
}

// Checks lists how people and models stood to the examples of a version, newest
// first, the last of each. Fault: NoGuideline.
func (s *Service) Checks(ctx context.Context, product, version string) ([]Checked, error) {
	g, err := s.Guideline(ctx, product, version)
	if err != nil {
		return nil, err
	}
	return selectChecks(ctx, s.db.Reader(), product, g.Version)
}
