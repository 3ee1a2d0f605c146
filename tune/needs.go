package tune

import (
	"context"

	"zhuomo/internal/spec"
)

// Bench prepares what is tuned. internal/app joins it: learners on a product's
// data and the recipes that cleaned it, measured by evaluate.
type Bench interface {
	// Prepare loads what the study needs once, before its first trial. figure is
	// the one that the score is; component is a Spec name, "" = the default. The
	// component found is given back with its objective.
	Prepare(ctx context.Context, product, component, figure string, seed uint64) (spec.Spec, Objective, error)
	// PrepareFolds loads what a race needs: all rows that are not for the test, dealt
	// into so many folds. Fault: TooFewRows.
	PrepareFolds(ctx context.Context, product, component string, folds int, seed uint64) (spec.Spec, Folds, error)
	// Spec gives the Spec of a component without loading anything, for checks.
	Spec(ctx context.Context, product, component string) (spec.Spec, error)
	// Specs gives those of all that can be tuned in a product, the default first.
	Specs(ctx context.Context, product string) ([]spec.Spec, error)
	// Apply puts what a trial found in force, as something new that replaces nothing.
	// Fault: NothingToApply for a learner, whose values are for a model to be trained with.
	Apply(ctx context.Context, study Study, trial Trial) (Applied, error)
}

// Applied is what was made of a trial.
type Applied struct {
	Kind     string `json:"kind" enum:"recipe" doc:"做出了什么|what was made"`
	Name     string `json:"name" table:"名称|name"`
	Revision int    `json:"revision" table:"修订|revision"`
}
