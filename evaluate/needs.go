package evaluate

import (
	"context"
	"io"

	"zhuomo/learn"
)

// Bench puts together what an evaluation of a product's model needs.
// internal/app joins it.
type Bench interface {
	// Candidate gives the model of that id ("" = the newest) with the live one,
	// the test split, and the stories of the product's flow.
	Candidate(ctx context.Context, product, model string) (Candidate, error)
	// Lesson gives a model with a part of the product's gold: train, dev or test.
	Lesson(ctx context.Context, product, model, part string) (Lesson, error)
	// School gives what a model was learnt from, to learn it again from less.
	School(ctx context.Context, product, model string) (School, error)
	// Bands gives the borders of the product's flow, the usual ones when it has none.
	Bands(ctx context.Context, product string) (Bands, error)
}

// Models tell how models came to be.
type Models interface {
	// Find gives a model of a product: latest, m3 or an id.
	Find(ctx context.Context, product, name string) (learn.Made, error)
}

// Lesson is a model and rows whose gold is known.
type Lesson struct {
	ModelID   string
	Model     learn.Model
	Data      learn.Data
	Simulated bool
}

// School is where a model's learner can be sent again.
type School struct {
	ModelID    string
	Train, Dev learn.Data
	// Fit learns with the model's own parameters and seed; it gives the seconds
	// it took.
	Fit func(ctx context.Context, d learn.Data) (learn.Model, float64, error)
}

// Signer makes a release candidate of a report's model with what the product
// knows and how it converses now.
type Signer interface {
	Sign(ctx context.Context, r Report, reason string) (releaseID, releaseName string, err error)
}

// Sheets reads and writes small tables.
type Sheets interface {
	// ReadSheet reads all rows of a file in any format that datasets are read
	// from. Faults are those of an import.
	ReadSheet(ctx context.Context, name string, file []byte, most int) (columns []string, rows [][]string, err error)
	// WriteSheet writes an Excel workbook; no cell runs as a formula.
	WriteSheet(ctx context.Context, to io.Writer, columns []string, rows func(each func(cells []string) error) error) error
}

// Voices let a product speak without keeping anything.
type Voices interface {
	// Voice opens a model (latest, m3 or an id) with the newest flow and
	// knowledge, or a release (live, r3).
	Voice(ctx context.Context, product, of string) (Voice, error)
}

// Voice answers single questions, each as the first of a conversation.
type Voice struct {
	Name   string            // m3, r2
	Labels map[string]string // label → title
	Ask    func(ctx context.Context, question string) (Heard, error)
}

// Heard is what a product made of a question.
type Heard struct {
	Said  []string           `json:"said"` // labels chosen
	Top   []learn.LabelScore `json:"top"`
	Band  string             `json:"band,omitempty"`  // answer, offer, fallback; "" without a flow
	Reply string             `json:"reply,omitempty"` // "" without a flow
	Why   string             `json:"why,omitempty"`   // the flow's own reasons
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
	Stories func(ctx context.Context) (Share, error)
	// Cross judges the model's settings by cross-validation over all gold; nil
	// leaves that out, where a fix must be quick.
	Cross     func(ctx context.Context) (*Crossed, error)
	Simulated bool // labels come from simulated people
}
