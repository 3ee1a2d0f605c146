package serve

import (
	"context"

	"zhuomo/dialog"
)

// Products knows the products; dataset owns them.
type Products interface {
	// Product finds a product by id or name; the fault is that stage's own.
	Product(ctx context.Context, idOrName string) (id, name string, err error)
}

// Models loads what was learnt.
type Models interface {
	// Understander loads a model of the product, ready for many goroutines.
	Understander(ctx context.Context, productID, modelID string) (dialog.Understander, error)
}

// Gate judges a release before it goes live.
type Gate interface {
	// Judge tells whether the release passes, and if not, why. A gate that
	// could not run has not passed.
	Judge(ctx context.Context, r Release) (passed bool, why []string, err error)
}

// TurnNote tells the stage behind that a turn or a rating has come in.
type TurnNote struct {
	ProductID, SessionID, TurnID string
	Rated                        bool
}
