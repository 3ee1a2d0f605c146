package clean

import (
	"context"
	_ "embed"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
)

// standard is the text of the recipe for conversations of customer service.
//
//go:embed recipes/standard.yaml
var standard []byte

// StandardRecipe gives the recipe that fits most conversations, as YAML.
func StandardRecipe() []byte { return append([]byte(nil), standard...) }

// Suggestion proposes one step with what it did to the sample.
type Suggestion struct {
	Operator string    `json:"operator" table:"算子|operator"`
	Title    spec.Text `json:"title"`
	Rows     int       `json:"rows_changed" table:"会改动|changes"`
	Aside    int       `json:"set_aside" table:"会隔离|sets aside"`
	Sample   int       `json:"sample" table:"样本行数|sample"`
	// Share is that of the sample's rows that the step concerns, 0–1.
	Share float64 `json:"share"`
}

// In conversations people repeat themselves, and only a whole session twice is
// one too many; in a list of questions an equal row is.
const equalSessions = "clean.duplicate_sessions.v1"

var equalRows = StepUse{Use: "clean.duplicate_rows.v1"}

// Suggest tries the steps of the standard recipe on a sample and proposes those
// that had something to do, as a recipe and with their counts. Steps that do not
// fit the columns are left out; rows without sessions are searched for equal ones.
func Suggest(ctx context.Context, all Operators, rows []dataset.Row, schema dataset.Schema) (Recipe, []Suggestion, error) {
	whole, err := ParseRecipe(standard)
	if err != nil {
		return Recipe{}, nil, err
	}
	fitting := Recipe{Name: "suggested", Version: 1}
	var planned []Planned
	sessions := false
	for i, use := range append(whole.Steps, equalRows) {
		op, err := all.Find(use.Use, i+1)
		if err != nil || use.Off || sessions && use.Use == equalRows.Use {
			continue
		}
		values, err := op.Spec().Fill(use.With)
		if err != nil {
			return Recipe{}, nil, err
		}
		if _, err := op.Prepare(values, schema); err != nil {
			continue
		}
		sessions = sessions || use.Use == equalSessions
		planned = append(planned, Planned{Operator: op, Values: values})
		fitting.Steps = append(fitting.Steps, use)
	}
	plan, err := Bind(planned, schema)
	if err != nil {
		return Recipe{}, nil, err
	}
	result, err := plan.Run(ctx, rows, 0, nil)
	if err != nil {
		return Recipe{}, nil, err
	}
	proposed := Recipe{Name: fitting.Name, Version: 1}
	found := []Suggestion{}
	for i, c := range result.Steps {
		if c.Rows == 0 && c.Aside == 0 {
			continue
		}
		proposed.Steps = append(proposed.Steps, fitting.Steps[i])
		found = append(found, Suggestion{Operator: c.Operator, Title: c.Title, Rows: c.Rows, Aside: c.Aside, Sample: len(rows),
			Share: float64(c.Rows+c.Aside) / float64(max(1, len(rows)))})
	}
	return proposed, found, nil
}
