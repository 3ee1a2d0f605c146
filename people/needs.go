package people

import "context"

// Products knows the products that a token may be for.
type Products interface {
	// ProductID answers the id of a product by its id or name.
	ProductID(ctx context.Context, idOrName string) (string, error)
}
