package evaluate

import (
	"context"

	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
)

const jobKind = "evaluate.run"

type jobArgs struct {
	Product string `json:"product"`
	Model   string `json:"model"`
}

// enqueue begins an evaluation in the background.
func (s *Service) enqueue(ctx context.Context, args jobArgs, actor string) (id string, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		id, err = s.jobs.Enqueue(ctx, tx, jobKind, args, jobs.ForProduct(args.Product), jobs.By(actor))
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
