package app

import (
	"context"

	"zhuomo/dataset"
	"zhuomo/dialog"
	"zhuomo/learn"
	"zhuomo/serve"
)

// products lets serving find products.
type products struct{ data *dataset.Service }

func (p products) Product(ctx context.Context, idOrName string) (id, name string, err error) {
	found, err := p.data.FindProduct(ctx, idOrName)
	return found.ID, found.Name, err
}

// ProductID gives the guard the id of the product that a path names.
func (p products) ProductID(ctx context.Context, idOrName string) (string, error) {
	found, err := p.data.FindProduct(ctx, idOrName)
	return found.ID, err
}

// models lets serving load what was learnt.
type models struct{ learn *learn.Service }

func (m models) Understander(ctx context.Context, product, id string) (dialog.Understander, error) {
	_, model, err := m.learn.Open(ctx, product, id)
	if err != nil {
		return nil, err
	}
	return dialog.Understand(model), nil
}

var (
	_ serve.Products = products{}
	_ serve.Models   = models{}
)
