package feedback

import (
	"context"
	"slices"
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
	begins := func(p Part) {
		done := slices.Index(loop, p)
		report.Step(done, len(loop), partNames[p].ZH, partNames[p].EN)
	}
	begins(Relabelling)
	f, err := s.mend(ctx, job.ID, args.Turn, args.Labels, args.Actor, begins)
	if err != nil {
		return nil, err
	}
	report.At(len(loop), len(loop))
	return f, nil
}
