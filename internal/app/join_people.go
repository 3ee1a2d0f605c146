package app

import (
	"context"
	"errors"

	"zhuomo/internal/jobs"
)

// holders tells the guard which product has a thing, whichever stage the thing is of.
type holders struct {
	products
	a *App
}

func (h holders) ProductOf(ctx context.Context, collection, id string) (string, error) {
	if collection == "jobs" {
		job, err := h.a.Jobs.Get(ctx, id)
		if errors.Is(err, jobs.NotFound) {
			return "", nil
		}
		return job.ProductID, err
	}
	s := &h.a.Stages
	for _, stage := range []interface {
		ProductOf(ctx context.Context, collection, id string) (string, error)
	}{s.Label, s.Clean, s.Evaluate, s.Feedback, s.Track} {
		if product, err := stage.ProductOf(ctx, collection, id); product != "" || err != nil {
			return product, err
		}
	}
	return "", nil
}
