package evaluate

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"zhuomo/internal/db"
	"zhuomo/learn"
)

// Report is all that was found about one model.
type Report struct {
	ID        string             `json:"id" table:"编号|id"`
	ProductID string             `json:"product_id"`
	ModelID   string             `json:"model_id" table:"模型|model"`
	LiveID    string             `json:"live_id,omitempty"`
	Passed    bool               `json:"passed" table:"通过|passed"`
	Test      Measured           `json:"test"`
	Cross     *Crossed           `json:"cross,omitempty"` // where the test part has fewer than FewTestRows rows
	Live      map[string]float64 `json:"live,omitempty"`  // the live model on the same rows
	Suite     *SuiteResult       `json:"suite,omitempty"`
	Flips     *Flips             `json:"flips,omitempty"`
	Slices    []Slice            `json:"slices,omitempty"`
	Stories   *Share             `json:"stories,omitempty"`
	Verdict   Verdict            `json:"verdict"`
	Simulated bool               `json:"simulated"`
	Seconds   map[string]float64 `json:"seconds"` // test, cross, suite, stories
	At        time.Time          `json:"at" table:"时间|at"`
	// Signature is who made a release candidate of it; nil while nobody did.
	Signature *Signature `json:"signature,omitempty"`

	// Answers of the model to the test rows, for the next comparison.
	Answers []learn.Prediction `json:"-"`
}

const (
	twinsPerCheck = 1  // perturbed twins that every minimum check gets
	suiteSeed     = 11 // which twins: the same for every model, so that models compare
	measureSeed   = 7  // of the intervals
)

// Judge measures a candidate on the test split, the suite and the stories, and
// lets the gate decide. It keeps nothing. Fault: NothingToJudge.
func Judge(ctx context.Context, c Candidate, suite Suite, gate Gate, p *Perturber) (Report, error) {
	if len(c.Test.Examples) == 0 {
		return Report{}, NothingToJudge.With()
	}
	r := Report{ProductID: c.ProductID, ModelID: c.ModelID, LiveID: c.LiveID, Simulated: c.Simulated, Seconds: map[string]float64{}}
	clock := newStopwatch(r.Seconds)
	inputs := make([]learn.Input, len(c.Test.Examples))
	for i, e := range c.Test.Examples {
		inputs[i] = e.Input()
	}
	var err error
	var before []learn.Prediction
	if r.Answers, err = c.Model.Predict(ctx, inputs); err != nil {
		return r, fmt.Errorf("answer the test split: %w", err)
	}
	r.Test = Measure(c.Test, r.Answers, measureSeed)
	if c.Live != nil {
		if before = c.LiveAnswers; before == nil {
			if before, err = c.Live.Predict(ctx, inputs); err != nil {
				return r, fmt.Errorf("answer the test split with the live model: %w", err)
			}
		}
		r.Live = Values(c.Test, before)
		flips := Compare(c.Test, before, r.Answers)
		r.Flips = &flips
	}
	r.Slices = Slices(c.Test, before, r.Answers)
	clock("test")
	if c.Cross != nil && len(c.Test.Examples) < FewTestRows {
		if r.Cross, err = c.Cross(ctx); err != nil {
			return r, fmt.Errorf("cross-validate: %w", err)
		}
		clock("cross")
	}
	if len(suite.Checks) > 0 {
		result, _, err := RunSuite(ctx, p.Expand(suite, suiteSeed, twinsPerCheck), c.Model)
		if err != nil {
			return r, err
		}
		r.Suite = &result
	}
	clock("suite")
	if c.Stories != nil {
		stories, err := c.Stories(ctx)
		if err != nil {
			return r, fmt.Errorf("run the stories: %w", err)
		}
		r.Stories = &stories
	}
	clock("stories")
	r.Verdict = gate.Judge(Evidence{Metrics: r.Test.Values(), Live: r.Live, Flips: r.Flips, Suite: r.Suite, Stories: r.Stories})
	r.Passed = r.Verdict.Passed
	return r, nil
}

// newStopwatch gives a function that writes the seconds since its last call.
func newStopwatch(into map[string]float64) func(name string) {
	last := time.Now() // a span is measured, no moment is kept
	return func(name string) {
		into[name] = time.Since(last).Seconds()
		last = time.Now()
	}
}

// Evaluate judges a product's model with its saved suite and gate and keeps the
// report.
func (s *Service) Evaluate(ctx context.Context, product, model string) (Report, error) {
	return s.evaluate(ctx, "", product, model)
}

func (s *Service) evaluate(ctx context.Context, id, product, model string) (Report, error) {
	c, err := s.needs.Bench.Candidate(ctx, product, model)
	if err != nil {
		return Report{}, err
	}
	suite, gate, err := s.Rules(ctx, product)
	if err != nil {
		return Report{}, err
	}
	r, err := Judge(ctx, c, suite, gate, s.perturber)
	if err != nil {
		return r, err
	}
	r.ID = id
	return s.Keep(ctx, r)
}

// Keep stores a report under its id, or a new one if it has none. A report of
// work that is done again after a crash takes the place of the one before.
func (s *Service) Keep(ctx context.Context, r Report) (Report, error) {
	now := s.needs.Now()
	if r.At = now.UTC(); r.ID == "" {
		r.ID = db.NewID(now)
	}
	body, err := json.Marshal(r)
	if err != nil {
		return r, fmt.Errorf("keep report: %w", err)
	}
	err = s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return insertReport(ctx, tx, r, string(body)) })
	return r, err
}
