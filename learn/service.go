package learn

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/spec"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this stage, as New brings them up to date.
func Migrations() fs.FS { return migrations }

// Made is a model that is kept.
type Made struct {
	ID               string             `json:"id" table:"编号|id"` // hash of its bytes
	ProductID        string             `json:"product_id"`
	Number           int                `json:"number" table:"序号|number"` // m1, m2 … in the product
	Learner          string             `json:"learner" table:"学习器|learner"`
	Task             Task               `json:"task"`
	Params           map[string]any     `json:"params"`
	Metrics          map[string]float64 `json:"metrics"` // held_… from calibration, and what the maker measured
	Seed             uint64             `json:"seed"`
	ExampleCount     int                `json:"example_count" table:"样例|examples"`
	LabelCount       int                `json:"label_count" table:"标签|labels"`
	SizeBytes        int64              `json:"size_bytes"`
	DataVersion      string             `json:"data_version,omitempty"`
	GuidelineVersion string             `json:"guideline_version,omitempty"`
	Simulated        bool               `json:"simulated" table:"模拟|simulated"`
	Seconds          float64            `json:"seconds" table:"秒|seconds"`
	ActorID          string             `json:"actor_id,omitempty"`
	CreatedUS        int64              `json:"created_us"`

	rowsBlob, idsBlob blob.Hash
}

// Facts are what the maker of a model knows about it.
type Facts struct {
	Seconds          float64
	Metrics          map[string]float64
	DataVersion      string
	GuidelineVersion string
	Simulated        bool
	RowIDs           []string // all rows that it learnt from
	LoggedRun        string   // that of the program which made it, "" = none
}

// Needs is what the stage is built from.
type Needs struct {
	DB       *db.DB
	Blobs    blob.Store
	Now      func() time.Time
	Jobs     *jobs.Runner // nil: models are trained only through Train
	Learners []Learner    // in the order in which pages show them; the first is the default
	Source   Source       // nil: Train gives NoSource
	Ledger   Ledger       // nil: nothing is written down
	Logbook  Logbook      // nil: programs of their own have nowhere to log
	Texts    Texts        // nil: witnesses are told without their text
}

// Service is the front door of the stage.
type Service struct {
	needs Needs

	mu     sync.Mutex
	loaded []loaded // under mu, oldest use first

	newest newest
}

type loaded struct {
	id    string
	model Model
}

// keptInMemory is how many models stay loaded: the live one, the one before,
// and two that somebody compares.
const keptInMemory = 4

// New makes the service and brings its tables up to date.
func New(ctx context.Context, n Needs) (*Service, error) {
	if err := n.DB.Migrate(ctx, "learn", migrations); err != nil {
		return nil, err
	}
	s := &Service{needs: n}
	if n.Jobs != nil {
		n.Jobs.Handle(trainKind, s.trainJob)
	}
	return s, nil
}

// Learners lists the learners.
func (s *Service) Learners() []Learner { return s.needs.Learners }

// Order says what is to be trained.
type Order struct {
	ProductID string         `json:"product_id"`
	Version   string         `json:"version,omitempty"` // of the data, "" = the newest
	Learner   string         `json:"learner,omitempty"` // "" = the first
	Params    map[string]any `json:"params,omitempty"`
	Seed      uint64         `json:"seed,omitempty"`
	Actor     string         `json:"actor,omitempty"`
}

// Train learns from the product's data and keeps the model. Faults: NoSource,
// UnknownLearner, those of the parameters and of Fit.
func (s *Service) Train(ctx context.Context, o Order, progress func(done, total int)) (Made, error) {
	return s.trainWith(ctx, o, Options{Progress: progress})
}

// trainWith trains; fit tells who watches.
func (s *Service) trainWith(ctx context.Context, o Order, fit Options) (Made, error) {
	if s.needs.Source == nil {
		return Made{}, NoSource.With()
	}
	l := s.needs.Learners[0]
	if o.Learner != "" {
		var err error
		if l, err = Find(s.needs.Learners, o.Learner); err != nil {
			return Made{}, err
		}
	}
	values, err := l.Spec().Fill(o.Params)
	if err != nil {
		return Made{}, err
	}
	lesson, err := s.needs.Source.Examples(ctx, o.ProductID, o.Version)
	if err != nil {
		return Made{}, fmt.Errorf("examples of product %s: %w", o.ProductID, err)
	}
	fit.Seed, fit.Dev = o.Seed, lesson.Dev
	began := s.needs.Now()
	m, run, err := s.fit(ctx, l, o.ProductID, lesson.Data, values, fit)
	if err != nil {
		return Made{}, err
	}
	ids := make([]string, len(lesson.Data.Examples))
	for i, e := range lesson.Data.Examples {
		ids[i] = e.RowID
	}
	return s.Keep(api.WithActor(ctx, api.Actor{ID: o.Actor}), o.ProductID, m, Facts{
		Seconds: s.needs.Now().Sub(began).Seconds(), DataVersion: lesson.VersionID, GuidelineVersion: lesson.GuidelineVersion,
		Simulated: lesson.Simulated, RowIDs: ids, LoggedRun: run,
	})
}

// fit fits; a program of its own gets a run to log to, whose id is given.
func (s *Service) fit(ctx context.Context, l Learner, product string, data Data, values spec.Values, o Options) (Model, string, error) {
	var log Log
	if _, outside := l.(Program); outside && s.needs.Logbook != nil {
		var err error
		if log, err = s.needs.Logbook.Begin(ctx, product, l.Spec().Name); err != nil {
			return nil, "", fmt.Errorf("open a run to log to: %w", err)
		}
	}
	o.Environ = append(o.Environ, log.Environ...)
	m, err := l.Fit(ctx, data, values, o)
	if log.Run != "" {
		if ended := log.End(context.WithoutCancel(ctx), err != nil); err == nil && ended != nil {
			return nil, "", fmt.Errorf("close the run: %w", ended)
		}
	}
	return m, log.Run, err
}

// Keep stores a model, durably on return. The same bytes in the same product
// are kept once, with the facts of the first time.
func (s *Service) Keep(ctx context.Context, product string, m Model, f Facts) (Made, error) {
	var file, rows bytes.Buffer
	if err := m.Save(&file); err != nil {
		return Made{}, err
	}
	if err := m.SaveRows(&rows); err != nil {
		return Made{}, err
	}
	card := m.Card()
	made := Made{
		ProductID: product, Learner: card.Learner, Task: card.Task, Params: card.Params, Metrics: map[string]float64{},
		Seed: card.Seed, ExampleCount: card.Examples, LabelCount: card.Labels, SizeBytes: int64(file.Len()),
		DataVersion: f.DataVersion, GuidelineVersion: f.GuidelineVersion, Simulated: f.Simulated, Seconds: f.Seconds,
		ActorID: api.Who(ctx).ID, CreatedUS: s.needs.Now().UnixMicro(),
	}
	for name, v := range card.Held {
		made.Metrics["held_"+name] = v
	}
	for name, v := range f.Metrics {
		made.Metrics[name] = v
	}
	put := func(what string, r io.Reader) (h blob.Hash, err error) {
		if h, _, err = s.needs.Blobs.Put(ctx, r); err != nil {
			err = fmt.Errorf("keep %s: %w", what, err)
		}
		return h, err
	}
	id, err := put("model", &file)
	if err != nil {
		return Made{}, err
	}
	if made.rowsBlob, err = put("rows of a model", &rows); err != nil {
		return Made{}, err
	}
	if made.idsBlob, err = put("row ids of a model", strings.NewReader(strings.Join(f.RowIDs, "\n"))); err != nil {
		return Made{}, err
	}
	made.ID = string(id)
	if made, err = s.insert(ctx, made); err != nil {
		return Made{}, err
	}
	s.remember(loaded{made.ID, m})
	if s.needs.Ledger != nil {
		if err := s.needs.Ledger.ModelMade(ctx, made, f.LoggedRun); err != nil {
			return Made{}, fmt.Errorf("write down model m%d: %w", made.Number, err)
		}
	}
	return made, nil
}

// Open gives a kept model, from memory if it was used lately. Fault: NoSuchModel.
func (s *Service) Open(ctx context.Context, product, name string) (Made, Model, error) {
	made, err := s.Find(ctx, product, name)
	if err != nil {
		return made, nil, err
	}
	if m := s.recall(made.ID); m != nil {
		return made, m, nil
	}
	file, err := blob.ReadAll(ctx, s.needs.Blobs, blob.Hash(made.ID))
	if err != nil {
		return made, nil, fmt.Errorf("open model m%d: %w", made.Number, err)
	}
	rows, err := blob.ReadAll(ctx, s.needs.Blobs, made.rowsBlob)
	if err != nil {
		return made, nil, fmt.Errorf("open rows of model m%d: %w", made.Number, err)
	}
	m, err := Load(s.needs.Learners, file, rows)
	if err != nil {
		return made, nil, err
	}
	s.remember(loaded{made.ID, m})
	return made, m, nil
}

// RowIDs lists the rows that a model learnt from, in their order.
func (s *Service) RowIDs(ctx context.Context, product, name string) ([]string, error) {
	made, err := s.Find(ctx, product, name)
	if err != nil {
		return nil, err
	}
	list, err := blob.ReadAll(ctx, s.needs.Blobs, made.idsBlob)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return strings.Split(string(list), "\n"), nil
}

func (s *Service) remember(l loaded) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loaded = slices.DeleteFunc(s.loaded, func(o loaded) bool { return o.id == l.id })
	if s.loaded = append(s.loaded, l); len(s.loaded) > keptInMemory {
		s.loaded = slices.Delete(s.loaded, 0, 1)
	}
}

func (s *Service) recall(id string) Model {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := slices.IndexFunc(s.loaded, func(l loaded) bool { return l.id == id })
	if at < 0 {
		return nil
	}
	found := s.loaded[at]
	s.loaded = append(slices.Delete(s.loaded, at, at+1), found)
	return found.model
}
