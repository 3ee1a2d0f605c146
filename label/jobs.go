package label

import (
	"context"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
)

const openKind = "label.open"

type openArgs struct {
	ProductID string
	Order     QueueOrder
	ActorID   string
}

// StartOpen checks an order and queues the job that makes the queue.
// Faults as OpenQueue; QueueTaken already here when the name is in use.
func (s *Service) StartOpen(ctx context.Context, product string, o QueueOrder) (jobID string, err error) {
	q, err := s.plan(ctx, product, o)
	if err != nil {
		return "", err
	}
	taken, err := nameTaken(ctx, s.db.Reader(), product, q.Name)
	if err != nil {
		return "", err
	}
	if taken {
		return "", QueueTaken.With("name", q.Name).At("name")
	}
	actor := api.Who(ctx).ID
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		jobID, err = s.jobs.Enqueue(ctx, tx, openKind, openArgs{product, q.Order, actor}, jobs.ForProduct(product), jobs.By(actor),
			jobs.Dedupe(openKind+" "+product+" "+q.Name))
		return err
	})
	return jobID, err
}

// openJob makes a queue, which bears the id of the job: run again after a crash
// it finds the queue that it opened, or drops what was begun and makes it anew.
func (s *Service) openJob(ctx context.Context, job jobs.Job, report *jobs.Report) (any, error) {
	var args openArgs
	if err := job.Args(&args); err != nil {
		return nil, err
	}
	if q, ok, err := selectQueue(ctx, s.db.Reader(), job.ID); err != nil || ok && q.State != filling {
		if err == nil {
			q, err = s.Queue(ctx, q.ID) // with its counts
		}
		return q, err
	}
	q, err := s.plan(ctx, args.ProductID, args.Order)
	if err != nil {
		return nil, err
	}
	q.ID, q.ActorID = job.ID, args.ActorID
	report.Note("选行、存任务", "choosing rows and storing tasks")
	before := 0
	return s.fillQueue(ctx, q, func(done, total int) {
		report.Total(int64(total))
		report.Add(int64(done - before))
		before = done
	})
}
