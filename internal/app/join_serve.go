package app

import (
	"context"
	"errors"

	"zhuomo/dataset"
	"zhuomo/dialog"
	"zhuomo/label"
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

// newest lets a release take what the product has now.
type newest struct{ a *App }

func (n newest) Fill(ctx context.Context, c serve.Contents) (serve.Contents, error) {
	s := &n.a.Stages
	if c.ModelID == "" {
		made, _, err := s.Learn.Open(ctx, c.ProductID, "latest")
		if err != nil {
			return c, err
		}
		c.ModelID = made.ID
	}
	if c.Knowledge == "" {
		var err error
		if c.Knowledge, _, err = s.Knowledge.Freeze(ctx, c.ProductID); err != nil {
			return c, err
		}
	}
	if c.Flow == "" {
		flows, err := s.Dialog.Flows(ctx, c.ProductID, "", 1)
		if err != nil {
			return c, err
		}
		if len(flows) > 0 {
			c.Flow = flows[0].Hash
		}
	}
	if c.GuidelineID == "" {
		guide, err := s.Label.LatestGuideline(ctx, c.ProductID)
		if err != nil && !errors.Is(err, label.NoGuideline) {
			return c, err
		}
		c.GuidelineID, c.GuidelineVersion = guide.ID, guide.Version
	}
	if c.ReportID == "" {
		report, found, err := s.Evaluate.LatestOf(ctx, c.ProductID, c.ModelID)
		if err != nil {
			return c, err
		}
		if found {
			c.ReportID = report.ID
		}
	}
	return c, nil
}

var (
	_ serve.Newest   = newest{}
	_ serve.Products = products{}
	_ serve.Models   = models{}
)
