package learn

import (
	"context"

	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
)

const trainKind = "learn.train"

// StartTrain queues a training. Faults: NoSource, UnknownLearner and those of
// the parameters, before anything is queued.
func (s *Service) StartTrain(ctx context.Context, o Order) (jobID string, err error) {
	if s.needs.Source == nil || s.needs.Jobs == nil {
		return "", NoSource.With()
	}
	l := s.needs.Learners[0]
	if o.Learner != "" {
		if l, err = Find(s.needs.Learners, o.Learner); err != nil {
			return "", err
		}
	}
	if _, err := l.Spec().Fill(o.Params); err != nil {
		return "", err
	}
	err = s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		jobID, err = s.needs.Jobs.Enqueue(ctx, tx, trainKind, o, jobs.ForProduct(o.ProductID), jobs.By(o.Actor))
		return err
	})
	return jobID, err
}

// trainJob runs one training. After a crash it begins again: a fit is short and
// gives the same bytes.
func (s *Service) trainJob(ctx context.Context, job jobs.Job, report *jobs.Report) (any, error) {
	var o Order
	if err := job.Args(&o); err != nil {
		return nil, err
	}
	report.Note("训练模型", "training the model")
	return s.trainWith(ctx, o, Options{Progress: report.At, Said: func(line string) { report.Note(line, line) }})
}
