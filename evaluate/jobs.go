package evaluate

import (
	"context"

	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
)

const (
	jobKind   = "evaluate.run"
	curveKind = "evaluate.curve"
	batchKind = "evaluate.batch"
	weighKind = "evaluate.weigh"
)

type jobArgs struct {
	Product string `json:"product"`
	Model   string `json:"model"`
}

// enqueue begins work of a kind in the background.
func (s *Service) enqueue(ctx context.Context, kind, product string, args any, actor string) (id string, err error) {
	err = s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		id, err = s.needs.Jobs.Enqueue(ctx, tx, kind, args, jobs.ForProduct(product), jobs.By(actor))
		return err
	})
	return id, err
}

func (s *Service) work(ctx context.Context, job jobs.Job, report *jobs.Report) (any, error) {
	var args jobArgs
	if err := job.Args(&args); err != nil {
		return nil, err
	}
	report.Total(1)
	report.Note("评测模型", "judging the model")
	r, err := s.evaluate(ctx, job.ID, args.Product, args.Model) // the job's id: done again after a crash, still one report
	if err != nil {
		return nil, err
	}
	report.Add(1)
	return map[string]any{"report_id": r.ID, "passed": r.Passed}, nil
}

// curveJob draws a model's learning curve. After a crash it begins again.
func (s *Service) curveJob(ctx context.Context, job jobs.Job, report *jobs.Report) (any, error) {
	var args jobArgs
	if err := job.Args(&args); err != nil {
		return nil, err
	}
	report.Note("用更少的行各训一次", "learning from fewer rows")
	return s.drawCurve(ctx, args.Product, args.Model, report.At)
}

// weighJob answers by folds what chooses thresholds, and weighs. After a crash it
// begins again.
func (s *Service) weighJob(ctx context.Context, job jobs.Job, report *jobs.Report) (any, error) {
	var args jobArgs
	if err := job.Args(&args); err != nil {
		return nil, err
	}
	report.Note("分五折各训一次，看没学过的行答得怎样", "learning five times, each without a fifth of the rows")
	if err := s.crossRows(ctx, args.Product, args.Model, report.At); err != nil {
		return nil, err
	}
	return s.Weigh(ctx, args.Product, args.Model, nil)
}
