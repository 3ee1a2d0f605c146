package tune

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/spec"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this stage, as New brings them up to date.
func Migrations() fs.FS { return migrations }

// Needs is what the stage is built from.
type Needs struct {
	DB       *db.DB
	Now      func() time.Time
	Jobs     *jobs.Runner // nil: studies run only through Run
	Samplers []Sampler    // in the order in which pages show them; the first is the default
	Bench    Bench        // nil: studies give NoObjective
	Forecast Forecast     // nil: studies do not say whether more trials are worth it
}

// Service keeps studies and runs them.
type Service struct {
	needs Needs
	lines *lines
}

// New makes the service and brings its tables up to date.
func New(ctx context.Context, n Needs) (*Service, error) {
	if err := n.DB.Migrate(ctx, "tune", migrations); err != nil {
		return nil, err
	}
	s := &Service{needs: n, lines: newLines()}
	if n.Jobs != nil {
		n.Jobs.Handle(studyKind, s.studyJob)
	}
	return s, nil
}

const studyKind = "tune.study"

// Create checks a study, keeps it, and queues its job where there is a runner.
// ID, State, JobID, ActorID and CreatedUS are filled. Faults: NoObjective,
// UnknownSampler, NoBudget, those of NewSpace.
func (s *Service) Create(ctx context.Context, study Study) (Study, error) {
	if s.needs.Bench == nil {
		return study, NoObjective.With()
	}
	of, err := s.needs.Bench.Spec(ctx, study.ProductID, study.Component)
	if err != nil {
		return study, err
	}
	space, err := NewSpace(of, study.Dials, study.Fixed, study.Ranges)
	if err != nil {
		return study, err
	}
	sampler, err := FindSampler(s.needs.Samplers, study.Sampler)
	if err != nil {
		return study, err
	}
	if study.Race, err = study.Race.filled(); err != nil {
		return study, err
	}
	if study.Race.Folds > 0 && study.Objective != raceFigure {
		return study, RaceFigure.With("figure", study.Objective).At("objective")
	}
	if err := checkGoals(study); err != nil {
		return study, err
	}
	if study.Trials < 0 || study.Trials > mostTrials || study.Trials == 0 && study.BudgetMS <= 0 {
		return study, NoBudget.With()
	}
	now := s.needs.Now()
	study.ID, study.Component, study.Sampler, study.State = db.NewID(now), of.Name, sampler.Spec().Name, Running
	study.ActorID, study.CreatedUS = api.Who(ctx).ID, now.UnixMicro()
	study.Begin = nil
	if _, warm := sampler.(Warm); warm && !study.Fresh {
		if study.Begin, err = s.begins(ctx, study, space); err != nil {
			return study, err
		}
	}
	err = s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if s.needs.Jobs != nil {
			if study.JobID, err = s.needs.Jobs.Enqueue(ctx, tx, studyKind, args{study.ProductID, study.ID}, jobs.ForProduct(study.ProductID), jobs.By(study.ActorID)); err != nil {
				return err
			}
		}
		return insertStudy(ctx, tx, study)
	})
	return study, err
}

type args struct {
	Product string `json:"product"`
	Study   string `json:"study"`
}

func (s *Service) studyJob(ctx context.Context, job jobs.Job, report *jobs.Report) (any, error) {
	var a args
	if err := job.Args(&a); err != nil {
		return nil, err
	}
	report.Note("试参数", "trying parameters")
	// Each trial is kept together with a checkpoint: the job has moved on, however
	// often it is killed, and a process that lost it keeps nothing any more.
	out, err := s.run(ctx, a.Product, a.Study, report.At, func(ctx context.Context, tx db.Tx) error {
		return report.CheckpointIn(ctx, tx, a)
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"study_id": a.Study, "best": out.Best}, nil
}

// More lets a study that has ended go on for some trials, whatever they are worth.
// Faults: NoSuchStudy, StudyRuns, NoBudget, NotOurs.
func (s *Service) More(ctx context.Context, product, id string, trials int) (Study, error) {
	study, err := s.Study(ctx, product, id)
	if err != nil {
		return study, err
	}
	if study.Component == Outside {
		return study, NotOurs.With("study", study.Number)
	}
	if trials < 1 || max(study.Trials, study.DoneCount)+trials > mostTrials {
		return study, NoBudget.With()
	}
	study.Trials, study.Worth, study.BudgetMS = max(study.Trials, study.DoneCount)+trials, 0, 0
	return s.again(ctx, study)
}

// again lets a study of ours that has ended run once more, as it now says.
func (s *Service) again(ctx context.Context, study Study) (Study, error) {
	err := s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if s.needs.Jobs != nil {
			if study.JobID, err = s.needs.Jobs.Enqueue(ctx, tx, studyKind, args{study.ProductID, study.ID}, jobs.ForProduct(study.ProductID), jobs.By(api.Who(ctx).ID)); err != nil {
				return err
			}
		}
		return extendStudy(ctx, tx, study)
	})
	study.State = Running
	return study, err
}

// Run runs a study to its end; trials that were kept before are not repeated,
// and every finished trial is durable before the next begins. progress may be
// nil.
func (s *Service) Run(ctx context.Context, product, id string, progress func(done, total int)) (Outcome, error) {
	return s.run(ctx, product, id, progress, func(context.Context, db.Tx) error { return nil })
}

// run is Run where each write is good only with alongside.
func (s *Service) run(ctx context.Context, product, id string, progress func(done, total int), alongside func(ctx context.Context, tx db.Tx) error) (Outcome, error) {
	if s.needs.Bench == nil {
		return Outcome{}, NoObjective.With()
	}
	study, err := s.Study(ctx, product, id)
	if err != nil {
		return Outcome{}, err
	}
	if study.Component == Outside {
		return Outcome{}, NotOurs.With("study", study.Number)
	}
	of, search, err := s.prepare(ctx, study)
	if err != nil {
		return Outcome{}, fmt.Errorf("prepare study %s: %w", id, err)
	}
	space, err := NewSpace(of, study.Dials, study.Fixed, study.Ranges)
	if err != nil {
		return Outcome{}, err
	}
	sampler, err := FindSampler(s.needs.Samplers, study.Sampler)
	if err != nil {
		return Outcome{}, err
	}
	known, err := s.known(ctx, id, space)
	if err != nil {
		return Outcome{}, err
	}
	if err := s.setState(ctx, id, Running); err != nil { // again, where it was interrupted
		return Outcome{}, err
	}
	seen := map[int]bool{} // a race takes trials up again
	for _, t := range known {
		if t.State != Running {
			seen[t.Number] = true
		}
	}
	if progress != nil && study.Trials > 0 {
		progress(len(seen), study.Trials)
	}
	keep := func(t Trial) error {
		return s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			if err := alongside(ctx, tx); err != nil {
				return err
			}
			return upsertTrial(ctx, tx, id, t)
		})
	}
	out, err := search(ctx, StudyOptions{
		Space: space.begun(study), Sampler: sampler, Seed: study.Seed, Trials: study.Trials, Budget: time.Duration(study.BudgetMS) * time.Millisecond,
		Defaults: true, Known: known, Now: s.needs.Now, Forecast: s.needs.Forecast, Worth: study.Worth, Goals: study.Goals, Limits: study.Limits,
		Each: func(t, _ Trial) error {
			if seen[t.Number] = true; progress != nil {
				progress(len(seen), max(study.Trials, len(seen)))
			}
			return keep(t)
		},
	}, keep)
	state := Done
	switch {
	case ctx.Err() != nil:
		state = Cancelled
	case err != nil:
		state = Failed
	}
	// The state is written even when ctx has ended.
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	return out, errors.Join(err, s.needs.DB.Write(last, func(ctx context.Context, tx db.Tx) error {
		if err := alongside(ctx, tx); err != nil {
			return err
		}
		return setState(ctx, tx, id, state)
	}))
}

// prepare gives what is tuned, and the search that the study asks for.
func (s *Service) prepare(ctx context.Context, study Study) (of spec.Spec, search func(context.Context, StudyOptions, func(Trial) error) (Outcome, error), err error) {
	if study.Race.Folds > 0 {
		of, folds, err := s.needs.Bench.PrepareFolds(ctx, study.ProductID, study.Component, study.Race.Folds, study.Seed)
		return of, func(ctx context.Context, o StudyOptions, fold func(Trial) error) (Outcome, error) {
			return Race(ctx, o, study.Race, folds, fold)
		}, err
	}
	of, objective, err := s.needs.Bench.Prepare(ctx, study.ProductID, study.Component, study.Objective, study.Seed)
	return of, func(ctx context.Context, o StudyOptions, _ func(Trial) error) (Outcome, error) {
		return Search(ctx, o, objective)
	}, err
}

func (s *Service) setState(ctx context.Context, id string, state State) error {
	return s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return setState(ctx, tx, id, state) })
}

// known reads the finished trials of a study, their values typed again.
func (s *Service) known(ctx context.Context, study string, space Space) ([]Trial, error) {
	trials, err := s.TrialsOf(ctx, study, -1, mostTrials)
	if err != nil {
		return nil, err
	}
	folds, err := s.folds(ctx, study)
	if err != nil {
		return nil, err
	}
	for i := range trials {
		if values, err := space.Of.Fill(trials[i].Values); err == nil { // else of another program
			trials[i].Values = values
		}
		trials[i].right = folds[trials[i].Number]
	}
	return trials, nil
}
