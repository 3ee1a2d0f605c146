package feedback

import (
	"context"

	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
)

const jobKind = "feedback.fix"

type jobArgs struct {
	Turn   string   `json:"turn"`
	Labels []string `json:"labels"`
	Actor  string   `json:"actor"`
}

// enqueue begins a fix in the background. The same turn is not fixed twice at
// a time.
func (s *Service) enqueue(ctx context.Context, product string, args jobArgs) (id string, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		id, err = s.jobs.Enqueue(ctx, tx, jobKind, args, jobs.ForProduct(product), jobs.By(args.Actor), jobs.Priority(10), jobs.Dedupe("fix:"+args.Turn))
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
	report.Note("改标 → 训练 → 回归 → 门禁 → 上线", "relabel → train → test → gate → release")
	f, err := s.mend(ctx, job.ID, args.Turn, args.Labels, args.Actor)
	if err != nil {
		return nil, err
	}
	report.Add(1)
	return f, nil
}
