package evaluate

import (
	"context"

	"zhuomo/learn"
)

// Bench puts together what an evaluation of a product's model needs.
// internal/app joins it.
type Bench interface {
	// Candidate gives the model of that id ("" = the newest) with the live one,
	// the test split, and the stories of the product's flow.
	Candidate(ctx context.Context, product, model string) (Candidate, error)
}

// Candidate is a model that is to be judged.
type Candidate struct {
	ProductID string
	ModelID   string
	Model     learn.Model
	LiveID    string      // "" before the first release
	Live      learn.Model // nil before the first release
	// LiveAnswers are the live model's answers to Test when they are known
	// already; nil lets Live answer again.
	LiveAnswers []learn.Prediction
	Test        learn.Data
	// Stories runs the product's stories with the candidate; nil = there are none.
	Stories   func(ctx context.Context) (Share, error)
	Simulated bool // labels come from simulated people
}
