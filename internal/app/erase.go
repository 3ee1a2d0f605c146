package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
)

const (
	deleteKind = "product.delete"
	sweepKind  = "product.sweep"
	// idleFiles is how long ago a file was put before it may be deleted: what puts
	// one names it soon after, and a file may belong to two products.
	idleFiles = 10 * time.Minute
)

// eraser is a stage that can forget a product. Erase done twice does no harm.
type eraser interface {
	Erase(ctx context.Context, product string) (rows int, err error)
}

// holder is what names blobs in its rows: of a product, or of all with "".
type holder interface {
	Blobs(ctx context.Context, product string, each func(blob.Hash) error) error
}

// erasers are all stages that keep rows of a product, the last of the loop first.
func (a *App) erasers() []eraser {
	s := a.Stages
	return []eraser{s.Feedback, s.Serve, s.Dialog, s.MLflow, s.Track, s.Evaluate, s.Tune, s.Learn, s.Label, s.Knowledge, s.Clean, s.Data}
}

// keeper is a holder and what it is called.
type keeper struct {
	stage string
	holder
}

func (a *App) holders() []keeper {
	s := a.Stages
	return []keeper{
		{"serve", s.Serve}, {"dialog", s.Dialog}, {"learn", s.Learn}, {"knowledge", s.Knowledge},
		{"clean", s.Clean}, {"dataset", s.Data}, {"jobs", a.Jobs},
	}
}

type deleteIn struct {
	Product string `path:"product" doc:"产品的编号或名称|id or name of the product"`
	Name    string `query:"name" required:"true" doc:"再写一遍产品名称：删除后不能恢复|the name of the product once more: what is deleted does not come back"`
}

type deleteOut struct{ Body deleting }

type deleting struct {
	api.Started
	Deletion string `json:"deletion_id" doc:"删除记录的编号|id of the record of the deletion"`
}

func (a *App) eraseRoutes() []api.Route {
	return []api.Route{
		api.Op("DELETE", "/api/v1/products/{product}", "product delete", api.Lead, "删除产品和它的一切：数据、标注、模型、发布版、会话", "delete a product and all it has: data, labels, models, releases, conversations", a.deleteProduct),
	}
}

type deleteArgs struct {
	Deletion string `json:"deletion_id"`
	Product  string `json:"product_id"`
}

// deleteProduct hides the product at once; all else goes in the background.
func (a *App) deleteProduct(ctx context.Context, in *deleteIn) (*deleteOut, error) {
	out := &deleteOut{}
	d, err := a.Stages.Data.BeginDeletion(ctx, in.Product, in.Name, func(ctx context.Context, tx db.Tx, d dataset.Deletion) (err error) {
		out.Body.JobID, err = a.Jobs.Enqueue(ctx, tx, deleteKind, deleteArgs{d.ID, d.ProductID}, jobs.By(d.ActorID))
		return err
	})
	out.Body.Deletion = d.ID
	return out, err
}

// erased is what deleting gave.
type erased struct {
	Rows  int `json:"rows"`
	Files int `json:"files"`
	Later int `json:"files_later"` // that were put too recently, or that somebody else has named meanwhile
}

func (a *App) deleteJob(ctx context.Context, job jobs.Job, report *jobs.Report) (any, error) {
	var args deleteArgs
	if err := job.Args(&args); err != nil {
		return nil, err
	}
	e, err := a.erase(ctx, args.Product, job, report)
	if err != nil {
		return nil, err
	}
	return e, a.Stages.Data.EndDeletion(ctx, args.Deletion, e.Rows, e.Files)
}

// eraseKept is the checkpoint of an erasure: the files that the product had. They
// are kept as digits, since a hash in a job's row would hold its file.
type eraseKept struct {
	Digits []string `json:"digits"`
	Rows   int      `json:"rows"`
}

// erase deletes all that a product has except itself and the job that does it:
// jobs first, then the rows of the stages, then the files that nobody else names.
// A crash goes on where it was, the files being written down before the rows go.
func (a *App) erase(ctx context.Context, product string, job jobs.Job, report *jobs.Report) (erased, error) {
	report.Note("停止它的作业", "stopping its jobs")
	if err := a.Jobs.End(ctx, product, job.ID); err != nil {
		return erased{}, fmt.Errorf("end the jobs of %s: %w", product, err)
	}
	var kept eraseKept
	job.Checkpoint(&kept)
	found := map[string]bool{}
	for _, digits := range kept.Digits {
		found[digits] = true
	}
	if err := a.held(ctx, product, func(h blob.Hash) { found[h.Hex()] = true }); err != nil {
		return erased{}, err
	}
	kept.Digits = nil
	for digits := range found {
		kept.Digits = append(kept.Digits, digits)
	}
	slices.Sort(kept.Digits)
	keep := func() error {
		return a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return report.CheckpointIn(ctx, tx, kept) })
	}
	if err := keep(); err != nil {
		return erased{}, err
	}
	report.Note("删除它的数据", "deleting its rows")
	for {
		rows, err := a.eraseRows(ctx, product, job.ID, report)
		kept.Rows += rows
		if err != nil {
			return erased{}, err
		}
		if err := keep(); err != nil {
			return erased{}, err
		}
		if rows == 0 { // nobody added one while they went
			break
		}
	}
	report.Note("删除它的文件", "deleting its files")
	files, later, err := a.sweep(ctx, kept.Digits)
	if err == nil && len(later) > 0 {
		err = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := a.Jobs.Enqueue(ctx, tx, sweepKind, later, jobs.By(job.ActorID), jobs.At(a.options.Now().Add(idleFiles)), jobs.Dedupe(sweepKind+":"+job.ID))
			return err
		})
	}
	return erased{kept.Rows, files, len(later)}, err
}

func (a *App) eraseRows(ctx context.Context, product, except string, report *jobs.Report) (rows int, err error) {
	stages := a.erasers()
	for i, stage := range stages {
		report.At(i, len(stages)+1)
		n, err := stage.Erase(ctx, product)
		if rows += n; err != nil {
			return rows, err
		}
	}
	n, err := api.Erase(ctx, a.DB, product)
	if rows += n; err != nil {
		return rows, err
	}
	n, err = a.Jobs.Erase(ctx, product, except)
	return rows + n, err
}

// held calls each with the blobs that a product's rows name, of all products with "".
func (a *App) held(ctx context.Context, product string, each func(blob.Hash)) error {
	for _, h := range a.holders() {
		err := h.Blobs(ctx, product, func(h blob.Hash) error {
			if _, err := blob.ParseHash(string(h)); err == nil {
				each(h)
			}
			return ctx.Err()
		})
		if err != nil {
			return fmt.Errorf("look for files: %w", err)
		}
	}
	return nil
}

// sweep deletes the files that no row names, once no backup needs them. later are
// those that were put a short while ago.
func (a *App) sweep(ctx context.Context, digits []string) (files int, later []string, err error) {
	unlock, err := a.DB.Lock(ctx, filesLock)
	if err != nil {
		return 0, nil, err
	}
	defer unlock()
	gone := map[blob.Hash]bool{}
	for _, d := range digits {
		gone[blob.FromHex(d)] = true
	}
	if err := a.held(ctx, "", func(h blob.Hash) { delete(gone, h) }); err != nil {
		return 0, nil, err
	}
	since := a.options.Now().Add(-idleFiles)
	for _, d := range digits {
		h := blob.FromHex(d)
		if !gone[h] {
			continue
		}
		ok, err := a.Blobs.DeleteIdle(ctx, h, since)
		switch {
		case err != nil:
			return files, nil, err
		case ok:
			files++
		default:
			later = append(later, d)
		}
	}
	return files, later, nil
}

// sweepJob deletes the files that were put too recently when their product went.
func (a *App) sweepJob(ctx context.Context, job jobs.Job, report *jobs.Report) (any, error) {
	var digits []string
	if err := job.Args(&digits); err != nil {
		return nil, err
	}
	report.Note("删除没有人用的文件", "deleting files that nothing names")
	files, later, err := a.sweep(ctx, digits)
	return erased{Files: files, Later: len(later)}, err
}
