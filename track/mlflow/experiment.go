package mlflow

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"unicode/utf8"

	"zhuomo/internal/db"
)

const (
	active, deleted = "active", "deleted"
	// defaultID is the experiment that a client uses when it names none.
	defaultID = "0"
)

// experiment as the protocol writes it.
type experiment struct {
	ID       string `json:"experiment_id"`
	Name     string `json:"name"`
	Location string `json:"artifact_location"`
	Stage    string `json:"lifecycle_stage"`
	Changed  int64  `json:"last_update_time"`
	Made     int64  `json:"creation_time"`
	Tags     []pair `json:"tags,omitempty"`

	tags map[string]string
}

const experimentColumns = `id, name, stage, tag_json, made_ms, changed_ms`

func scanExperiment(e *experiment) func(row interface{ Scan(...any) error }) error {
	return func(row interface{ Scan(...any) error }) error {
		var tags string
		if err := row.Scan(&e.ID, &e.Name, &e.Stage, &tags, &e.Made, &e.Changed); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(tags), &e.tags); err != nil {
			return err
		}
		e.Location = "mlflow-artifacts:/" + e.ID
		for _, key := range slices.Sorted(maps.Keys(e.tags)) {
			e.Tags = append(e.Tags, pair{key, e.tags[key]})
		}
		return nil
	}
}

// experiment finds one by its id; the default one is there from the beginning.
func (s *Service) experiment(ctx context.Context, r db.Reader, product, id string) (experiment, error) {
	var e experiment
	err := scanExperiment(&e)(r.QueryRowContext(ctx, `SELECT `+experimentColumns+` FROM mlflow_experiments WHERE product_id = $1 AND id = $2`, product, id))
	if errors.Is(err, sql.ErrNoRows) {
		if id == defaultID {
			return experiment{ID: defaultID, Name: "Default", Location: "mlflow-artifacts:/" + defaultID, Stage: active, tags: map[string]string{}}, nil
		}
		return e, NoExperiment.With("experiment", id)
	}
	return e, err
}

func saveExperiment(ctx context.Context, tx db.Tx, product string, e experiment) error {
	tags, _ := json.Marshal(e.tags) // plain strings: cannot fail
	_, err := tx.ExecContext(ctx, `INSERT INTO mlflow_experiments (product_id, id, name, stage, tag_json, made_ms, changed_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (product_id, id) DO UPDATE SET name = excluded.name, stage = excluded.stage, tag_json = excluded.tag_json, changed_ms = excluded.changed_ms`,
		product, e.ID, e.Name, e.Stage, string(tags), e.Made, e.Changed)
	return err
}

// changeExperiment reads an experiment, lets do change it and keeps it.
func (s *Service) changeExperiment(c *call, do func(ctx context.Context, tx db.Tx, e *experiment) error) error {
	id, err := c.must("experiment_id")
	if err != nil {
		return err
	}
	err = s.db.Write(c.ctx, func(ctx context.Context, tx db.Tx) error {
		e, err := s.experiment(ctx, tx, c.product, id)
		if err != nil {
			return err
		}
		if err := do(ctx, tx, &e); err != nil {
			return err
		}
		e.Changed = s.ms()
		return saveExperiment(ctx, tx, c.product, e)
	})
	if errors.Is(err, db.Taken) {
		err = ExperimentTaken.With("name", c.text("new_name"))
	}
	return err
}

func (s *Service) createExperiment(c *call) (any, error) {
	if err := c.sound([]string{"name", "artifact_location"}, nil); err != nil {
		return nil, err
	}
	name, err := c.must("name")
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(name) > 500 || name == "Default" {
		return nil, BadValue.With("field", "name", "got", name, "want", "1–500 characters, not Default").At("name")
	}
	tags, err := c.tagMap()
	if err != nil {
		return nil, err
	}
	now := s.now()
	e := experiment{ID: idOf(now), Name: name, Stage: active, Made: now.UnixMilli(), Changed: now.UnixMilli(), tags: tags}
	err = s.db.Write(c.ctx, func(ctx context.Context, tx db.Tx) error { return saveExperiment(ctx, tx, c.product, e) })
	if errors.Is(err, db.Taken) {
		err = ExperimentTaken.With("name", name).At("name")
	}
	return map[string]string{"experiment_id": e.ID}, err
}

func (s *Service) getExperiment(c *call) (any, error) {
	id, err := c.must("experiment_id")
	if err != nil {
		return nil, err
	}
	e, err := s.experiment(c.ctx, s.db.Reader(), c.product, id)
	return map[string]any{"experiment": e}, err
}

func (s *Service) getExperimentByName(c *call) (any, error) {
	name, err := c.must("experiment_name")
	if err != nil {
		return nil, err
	}
	var e experiment
	err = scanExperiment(&e)(s.db.Reader().QueryRowContext(c.ctx, `SELECT `+experimentColumns+` FROM mlflow_experiments WHERE product_id = $1 AND name = $2`, c.product, name))
	if errors.Is(err, sql.ErrNoRows) {
		if name == "Default" {
			e, err = s.experiment(c.ctx, s.db.Reader(), c.product, defaultID)
		} else {
			err = NoExperiment.With("experiment", name)
		}
	}
	return map[string]any{"experiment": e}, err
}

func (s *Service) stageExperiment(c *call, from, to string) error {
	return s.changeExperiment(c, func(ctx context.Context, tx db.Tx, e *experiment) error {
		if e.Stage != from || e.ID == defaultID {
			return WrongState.With("what", e.Name, "state", e.Stage)
		}
		e.Stage = to // its runs share its fate
		s.touched(tx, c.product, "")
		_, err := tx.ExecContext(ctx, `UPDATE mlflow_runs SET stage = $1 WHERE product_id = $2 AND experiment_id = $3`, to, c.product, e.ID)
		return err
	})
}

func (s *Service) deleteExperiment(c *call) (any, error) {
	return nil, s.stageExperiment(c, active, deleted)
}

func (s *Service) restoreExperiment(c *call) (any, error) {
	return nil, s.stageExperiment(c, deleted, active)
}

func (s *Service) updateExperiment(c *call) (any, error) {
	return nil, s.changeExperiment(c, func(_ context.Context, _ db.Tx, e *experiment) error {
		if e.Stage != active {
			return WrongState.With("what", e.Name, "state", e.Stage)
		}
		if name := c.text("new_name"); name != "" {
			e.Name = name
		}
		return nil
	})
}

func (s *Service) setExperimentTag(c *call) (any, error) {
	key, err := c.must("key")
	if err != nil {
		return nil, err
	}
	return nil, s.changeExperiment(c, func(_ context.Context, _ db.Tx, e *experiment) error {
		if e.Stage != active {
			return WrongState.With("what", e.Name, "state", e.Stage)
		}
		e.tags[key] = c.text("value")
		return nil
	})
}

func (s *Service) deleteExperimentTag(c *call) (any, error) {
	return nil, s.changeExperiment(c, func(_ context.Context, _ db.Tx, e *experiment) error {
		delete(e.tags, c.text("key"))
		return nil
	})
}

// searchExperiments filters in memory: there are few.
func (s *Service) searchExperiments(c *call) (any, error) {
	all, err := s.experiments(c.ctx, c.product)
	if err != nil {
		return nil, err
	}
	list := make([]matched[experiment], 0, len(all))
	view := c.text("view_type")
	for _, e := range all {
		if view == "DELETED_ONLY" && e.Stage != deleted || (view == "" || view == "ACTIVE_ONLY") && e.Stage != active {
			continue
		}
		list = append(list, matched[experiment]{e, map[string]any{"name": e.Name, "experiment_id": e.ID, "creation_time": float64(e.Made), "last_update_time": float64(e.Changed)}, e.tags})
	}
	page, next, err := pageOf(c, list, 1000, "creation_time DESC", "experiment_id")
	return map[string]any{"experiments": page, "next_page_token": next}, err
}

func (s *Service) experiments(ctx context.Context, product string) ([]experiment, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT `+experimentColumns+` FROM mlflow_experiments WHERE product_id = $1 ORDER BY made_ms, id`, product)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []experiment
	seen := false
	for rows.Next() {
		var e experiment
		if err := scanExperiment(&e)(rows); err != nil {
			return nil, err
		}
		seen = seen || e.ID == defaultID
		all = append(all, e)
	}
	if !seen {
		e, err := s.experiment(ctx, s.db.Reader(), product, defaultID)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, rows.Err()
}
