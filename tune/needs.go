package tune

import (
	"context"

	"zhuomo/internal/spec"
)

// Bench prepares what is tuned. internal/app joins it: learners on a product's
// data, measured by evaluate.
type Bench interface {
	// Prepare loads what the study needs once, before its first trial. figure is
	// the one that the score is; component is a Spec name, "" = the default. The
	// component found is given back with its objective.
	Prepare(ctx context.Context, product, component, figure string, seed uint64) (spec.Spec, Objective, error)
	// PrepareFolds loads what a race needs: all rows that are not for the test, dealt
	// into so many folds. Fault: TooFewRows.
	PrepareFolds(ctx context.Context, product, component string, folds int, seed uint64) (spec.Spec, Folds, error)
	// Spec gives the Spec of a component without loading anything, for checks.
	Spec(component string) (spec.Spec, error)
}
