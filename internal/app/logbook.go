package app

import (
	"context"
	"errors"
	"time"

	"zhuomo/internal/api"
)

// logbook opens runs at our own MLflow address for outside trainers. Where nothing is
// served, as in a worker or on the command line, there are none.
type logbook struct{ a *App }

// logbookTime is how long a trainer may log; its token is revoked as soon as it ends.
const logbookTime = 24 * time.Hour

// Begin opens a run, with a token for that product alone.
func (l logbook) Begin(ctx context.Context, product, name string) ([]string, func(context.Context, bool) error, error) {
	address := l.a.address.Load()
	if address == nil {
		return nil, func(context.Context, bool) error { return nil }, nil
	}
	owner, s := l.a.Owner.Actor(), &l.a.Stages
	run, err := s.MLflow.Begin(ctx, product, l.a.Owner.Name, name)
	if err != nil {
		return nil, nil, err
	}
	token, secret, err := s.People.NewToken(ctx, owner, name, api.Trainer, logbookTime, []string{product})
	if err != nil {
		return nil, nil, errors.Join(err, s.MLflow.End(ctx, product, run, true))
	}
	environ := []string{
		"MLFLOW_TRACKING_URI=" + *address + "/mlflow/" + product, "MLFLOW_TRACKING_TOKEN=" + secret, "MLFLOW_RUN_ID=" + run,
	}
	return environ, func(ctx context.Context, failed bool) error {
		return errors.Join(s.People.Revoke(ctx, owner, token.ID), s.MLflow.End(ctx, product, run, failed))
	}, nil
}
