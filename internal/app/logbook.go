package app

import (
	"context"
	"errors"
	"time"

	"zhuomo/internal/api"
	"zhuomo/learn"
)

// logbook opens runs at our own MLflow address for outside trainers. Where nothing is
// served, as in a worker or on the command line, there are none.
type logbook struct{ a *App }

// logbookTime is how long a trainer may log; its token is revoked as soon as it ends.
const logbookTime = 24 * time.Hour

// Begin opens a run, with a token for that product alone.
func (l logbook) Begin(ctx context.Context, product, name string) (learn.Log, error) {
	address := l.a.address.Load()
	if address == nil {
		return learn.Log{}, nil
	}
	owner, s := l.a.Owner.Actor(), &l.a.Stages
	run, err := s.MLflow.Begin(ctx, product, l.a.Owner.Name, name)
	if err != nil {
		return learn.Log{}, err
	}
	token, secret, err := s.People.NewToken(ctx, owner, name, api.Trainer, logbookTime, []string{product})
	if err != nil {
		return learn.Log{}, errors.Join(err, s.MLflow.End(ctx, product, run, true))
	}
	environ := []string{
		"MLFLOW_TRACKING_URI=" + *address + "/mlflow/" + product, "MLFLOW_TRACKING_TOKEN=" + secret, "MLFLOW_RUN_ID=" + run,
	}
	return learn.Log{Run: run, Environ: environ, End: func(ctx context.Context, failed bool) error {
		return errors.Join(s.People.Revoke(ctx, owner, token.ID), s.MLflow.End(ctx, product, run, failed))
	}}, nil
}
