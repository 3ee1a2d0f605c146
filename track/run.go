package track

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"zhuomo/internal/db"
)

// Run is one recorded execution with its inputs and seed.
type Run struct {
	ID        string             `json:"id" table:"编号|id"`
	ProductID string             `json:"product_id"`
	Kind      string             `json:"kind" table:"类别|kind"` // import, clean, train, search, evaluate, fix …
	Name      string             `json:"name" table:"名称|name"`
	State     string             `json:"state" table:"状态|state"` // running, done, failed
	ActorID   string             `json:"actor_id"`
	Seed      int64              `json:"seed" table:"种子|seed"`
	Simulated bool               `json:"simulated" table:"模拟|simulated"`
	Params    map[string]any     `json:"params"`
	Inputs    []Ref              `json:"inputs"`
	Outputs   []Ref              `json:"outputs"`
	Metrics   map[string]float64 `json:"metrics"`
	StartedAt time.Time          `json:"started_at" table:"开始|started"`
	Seconds   float64            `json:"seconds" table:"秒|seconds"` // 0 while running
}

// Record keeps a finished run together with the edges from its outputs to its
// inputs, in one transaction. ID and StartedAt are filled when empty.
func (s *Service) Record(ctx context.Context, run Run) (Run, error) {
	now := s.now()
	if run.ID == "" {
		run.ID = db.NewID(now)
	}
	if run.StartedAt.IsZero() {
		run.StartedAt = now.Add(-time.Duration(run.Seconds * float64(time.Second)))
	}
	if run.State == "" {
		run.State = "done"
	}
	params, err := json.Marshal(run.Params)
	if err != nil {
		return run, fmt.Errorf("record run %s: %w", run.Kind, err)
	}
	inputs, _ := json.Marshal(run.Inputs) // plain strings: cannot fail
	outputs, _ := json.Marshal(run.Outputs)
	err = s.store.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := insertRun(ctx, tx, run, string(params), string(inputs), string(outputs), now); err != nil {
			return err
		}
		for _, out := range run.Outputs {
			for _, in := range run.Inputs {
				if err := insertEdge(ctx, tx, run.ProductID, Edge{From: out, Relation: MadeFrom, To: in}, now); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return run, fmt.Errorf("record run %s: %w", run.Kind, err)
	}
	return run, nil
}

// Runs lists up to limit runs of a product with their metrics, newest first,
// before an id ("" = from the newest); kind "" lists all.
func (s *Service) Runs(ctx context.Context, product, kind, before string, limit int) ([]Run, error) {
	return s.store.runs(ctx, product, kind, before, limit)
}

// LogMetric adds one point of a metric to a run; the same step again replaces it.
func (s *Service) LogMetric(ctx context.Context, runID, key string, step int64, value float64) error {
	return s.store.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return insertMetric(ctx, tx, runID, key, step, value, s.now())
	})
}
