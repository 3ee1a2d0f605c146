package clean

import (
	"context"
	"encoding/json"
	"fmt"

	"zhuomo/dataset"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
)

const runKind = "clean.run"

type runArgs struct {
	Run string `json:"run"`
}

// Run is one execution of a recipe on a version.
type Run struct {
	ID             string      `json:"id" table:"编号|id"`
	ProductID      string      `json:"product_id"`
	RecipeID       string      `json:"recipe_id,omitempty"`
	Recipe         string      `json:"recipe" table:"方案|recipe"`
	RecipeRevision int         `json:"recipe_revision"`
	DatasetID      string      `json:"dataset_id"`
	VersionID      string      `json:"version_id"`
	JobID          string      `json:"job"` // not job_id: the run is no answer that began a job
	State          jobs.State  `json:"state" table:"状态|state"`
	ResultVersion  string      `json:"result_version,omitempty"`
	RowsIn         int         `json:"rows_in" table:"进|in"`
	RowsOut        int         `json:"rows_out" table:"出|out"`
	Aside          int         `json:"set_aside" table:"隔离|aside"`
	Split          int         `json:"rows_added"`
	Steps          []StepCount `json:"steps"`
	ActorID        string      `json:"actor_id,omitempty"`
	CreatedUS      int64       `json:"created_us" table:"时间|time"`
	FinishedUS     int64       `json:"finished_us,omitempty"`

	plan, journal, counts string
}

// runCounts is what count_json holds.
type runCounts struct {
	In, Out, Aside, Split int
	Steps                 []StepCount
}

func (r *Run) decode() error {
	if r.counts == "" {
		r.Steps = []StepCount{}
		return nil
	}
	var c runCounts
	if err := json.Unmarshal([]byte(r.counts), &c); err != nil {
		return fmt.Errorf("decode counts of run %s: %w", r.ID, err)
	}
	r.RowsIn, r.RowsOut, r.Aside, r.Split, r.Steps, r.State = c.In, c.Out, c.Aside, c.Split, c.Steps, jobs.Done
	return nil
}

// Start queues the run of a recipe on a version; a repeated request while the
// same work waits or runs gets the same job.
// Faults: NoSuchRecipe, those of Resolve and Bind, dataset.NoSuchVersion.
func (s *Service) Start(ctx context.Context, productID, recipe, versionID, actorID string) (Run, error) {
	saved, err := s.Recipe(ctx, productID, recipe)
	if err != nil {
		return Run{}, err
	}
	_, steps, err := Resolve(ctx, []byte(saved.Source), s.operators, s.library(productID))
	if err != nil {
		return Run{}, err
	}
	v, err := s.version(ctx, productID, versionID)
	if err != nil {
		return Run{}, err
	}
	if _, err := Bind(steps, v.Schema); err != nil {
		return Run{}, err
	}
	plan, err := flatten(saved.Name, steps)
	if err != nil {
		return Run{}, fmt.Errorf("write plan: %w", err)
	}
	now := s.now()
	r := Run{ID: db.NewID(now), ProductID: productID, RecipeID: saved.ID, Recipe: saved.Name, RecipeRevision: saved.Revision, DatasetID: v.DatasetID, VersionID: versionID,
		State: jobs.Queued, ActorID: actorID, CreatedUS: now.UnixMicro(), Steps: []StepCount{}, plan: plan}
	return r, s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var err error
		if r.JobID, err = s.jobs.Enqueue(ctx, tx, runKind, runArgs{r.ID}, jobs.ForProduct(productID), jobs.By(actorID)); err != nil {
			return err
		}
		return insertRun(ctx, tx, r)
	})
}

// work is the handler of clean.run. It may be repeated: nothing is visible
// before the new version is.
func (s *Service) work(ctx context.Context, job jobs.Job, report *jobs.Report) (any, error) {
	var args runArgs
	if err := job.Args(&args); err != nil {
		return nil, err
	}
	run, ok, err := s.selectRun(ctx, args.Run, "")
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, NoSuchRun.With("run", args.Run)
	}
	if run.ResultVersion == "" {
		if run, err = s.clean(ctx, run, report); err != nil {
			return nil, err
		}
	}
	return map[string]any{"run": run.ID, "version": run.ResultVersion, "rows_in": run.RowsIn, "rows_out": run.RowsOut, "set_aside": run.Aside}, nil
}

func (s *Service) clean(ctx context.Context, run Run, report *jobs.Report) (Run, error) {
	_, steps, err := Resolve(ctx, []byte(run.plan), s.operators, nil)
	if err != nil {
		return run, err
	}
	v, err := s.version(ctx, run.ProductID, run.VersionID)
	if err != nil {
		return run, err
	}
	plan, err := Bind(steps, v.Schema)
	if err != nil {
		return run, err
	}
	report.Total(int64(v.RowCount) * int64(plan.Passes()+1))
	report.Note("读入", "reading")
	rows := make([]dataset.Row, 0, v.RowCount)
	err = s.data.Rows(ctx, run.VersionID, func(row dataset.Row) error {
		rows = append(rows, row)
		if len(rows)%1024 == 0 {
			report.Add(1024)
			return ctx.Err()
		}
		return nil
	})
	if err != nil {
		return run, err
	}
	report.Add(int64(len(rows) % 1024))
	report.Note("清洗", "cleaning")
	result, err := plan.Run(ctx, rows, 0, report.Add)
	if err != nil {
		return run, err
	}
	report.Note("保存", "saving")
	return s.publish(ctx, run, v, result, plan)
}

// publish writes journal, quarantine and rows, and last the version that makes
// them visible.
func (s *Service) publish(ctx context.Context, run Run, v dataset.Version, result Result, plan *Plan) (Run, error) {
	body, err := writeJournal(result.Journal)
	if err != nil {
		return run, err
	}
	journal, err := blob.PutBytes(ctx, s.blobs, body)
	if err != nil {
		return run, fmt.Errorf("store journal: %w", err)
	}
	names := make([]string, len(plan.steps))
	for i, b := range plan.steps {
		names[i] = b.spec.Name
	}
	if err := s.writeQuarantine(ctx, run.ID, names, result.Aside); err != nil {
		return run, err
	}
	counts, err := json.Marshal(runCounts{result.In, len(result.Rows), len(result.Aside), result.Split, result.Steps})
	if err != nil {
		return run, fmt.Errorf("encode counts: %w", err)
	}
	m, err := s.data.Manifest(ctx, run.VersionID)
	if err != nil {
		return run, err
	}
	draft := dataset.Draft{DatasetID: run.DatasetID, Parent: run.VersionID, MadeBy: dataset.MadeBy{Kind: "recipe", ID: run.ID}, Schema: v.Schema, Inputs: m.Inputs,
		Also: func(ctx context.Context, tx db.Tx, made dataset.Version) error {
			return finishRun(ctx, tx, run.ID, made.ID, string(journal), string(counts), s.now().UnixMicro())
		}}
	made, err := s.data.Build(ctx, draft, func(add func(dataset.Row) error) error {
		for i, row := range result.Rows {
			if i%1024 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if err := add(row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return run, err
	}
	run.ResultVersion, run.counts, run.journal = made.ID, string(counts), string(journal)
	return run, run.decode()
}

// Get gives a run with its counts and the state of its job. Fault: NoSuchRun.
func (s *Service) Get(ctx context.Context, id string) (Run, error) {
	run, ok, err := s.selectRun(ctx, id, "")
	if err != nil {
		return run, err
	}
	if !ok {
		return run, NoSuchRun.With("run", id)
	}
	if run.State == "" {
		job, err := s.jobs.Get(ctx, run.JobID)
		if err != nil {
			return run, err
		}
		run.State = job.State
	}
	return run, nil
}

// Runs lists the runs of a product, newest first, before an id.
func (s *Service) Runs(ctx context.Context, productID, before string, limit int) ([]Run, error) {
	runs, err := s.selectRuns(ctx, productID, before, limit)
	for i := range runs {
		if err == nil && runs[i].State == "" {
			var job jobs.Job
			if job, err = s.jobs.Get(ctx, runs[i].JobID); err == nil {
				runs[i].State = job.State
			}
		}
	}
	return runs, err
}
