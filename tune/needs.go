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
	// Tunables gives all that can be tuned in a product, the default first, and what cannot.
	Tunables(ctx context.Context, product string) (Tunables, error)
	// Apply puts what a trial found in force, as something new that replaces nothing.
	// Fault: NothingToApply for a learner, whose values are for a model to be trained with.
	Apply(ctx context.Context, study Study, trial Trial) (Applied, error)
}

// Tunables is what can be tuned in a product.
type Tunables struct {
	Items []spec.Spec `json:"items" nullable:"false"`
	Left  []LeftOut   `json:"left,omitempty" table:"调不了|cannot be tuned" doc:"现在调不了的，和原因|what cannot be tuned as it stands, and why"`
}

// LeftOut is something that cannot be tuned until somebody mends it.
type LeftOut struct {
	Name string    `json:"name" table:"名称|name"`
	Why  spec.Text `json:"why" table:"原因|why"`
	Fix  spec.Text `json:"fix" table:"怎么办|what to do"`
}

// Applied is what was made of a trial.
type Applied struct {
	Kind     string `json:"kind" enum:"recipe" doc:"做出了什么|what was made"`
	Name     string `json:"name" table:"名称|name"`
	Revision int    `json:"revision" table:"修订|revision"`
}
