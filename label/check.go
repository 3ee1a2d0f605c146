package label

import (
	"context"
	"fmt"
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
