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
