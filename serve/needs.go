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

// Newest knows what a product has now.
type Newest interface {
	// Fill puts what is newest in place of whatever is empty: model, knowledge,
	// flow, guideline, and the newest report of the model. What the product does
	// not have stays empty.
	Fill(ctx context.Context, c Contents) (Contents, error)
}

// Embedder turns texts into vectors of length 1 or of the length its model gives them.
type Embedder interface {
	// Name is what clients call it.
	Name() string
	// Dim is the length of a vector.
	Dim() int
	// Tokens gives the tokens of a text as they are read.
	Tokens(text string) []int32
	// Encode gives a vector for each text, on so many workers (< 1: one for each core).
	Encode(ctx context.Context, texts []string, workers int) ([][]float32, error)
}

// TurnNote tells the stage behind that a turn or a rating has come in.
type TurnNote struct {
	ProductID, SessionID, TurnID string
	Rated                        bool
}
