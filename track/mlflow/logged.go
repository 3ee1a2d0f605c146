package mlflow

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"zhuomo/internal/db"
)

// logged is a model of 3.x: made by a run or by itself, with parameters and metrics.
type logged struct {
	ID         string            `json:"model_id"`
	Experiment string            `json:"experiment_id"`
	Name       string            `json:"name"`
	Made       int64             `json:"creation_timestamp_ms"`
	Changed    int64             `json:"last_updated_timestamp_ms"`
	Artifacts  string            `json:"artifact_uri"`
	Status     string            `json:"status"`
	Type       string            `json:"model_type,omitempty"`
	Source     string            `json:"source_run_id,omitempty"`
	Tags       []pair            `json:"tags,omitempty"`
	TagMap     map[string]string `json:"tag_map,omitempty"` // kept, not told
	Params     []pair            `json:"params,omitempty"`
	Metrics    []metric          `json:"metrics,omitempty"`
}

func (m logged) told() map[string]any {
	params, metrics := append([]pair{}, m.Params...), append([]metric{}, m.Metrics...)
	m.Tags, m.TagMap, m.Params, m.Metrics = pairsOf(m.TagMap), nil, nil, nil
	return map[string]any{"info": m, "data": map[string]any{"params": params, "metrics": metrics}}
}

func (s *Service) createLogged(c *call) (any, error) {
	e, err := s.experiment(c.ctx, s.db.Reader(), c.product, cmp.Or(c.text("experiment_id"), defaultID))
	if err != nil {
		return nil, err
	}
	tags, err := c.tagMap()
	if err != nil {
		return nil, err
	}
	params, err := c.pairs("params")
	if err != nil {
		return nil, err
	}
	now := s.now()
	m := logged{
		ID: "m-" + idOf(now), Experiment: e.ID, Name: c.text("name"), Made: now.UnixMilli(), Changed: now.UnixMilli(), Status: "LOGGED_MODEL_PENDING",
		Type: c.text("model_type"), Source: c.text("source_run_id"), TagMap: tags, Params: params,
	}
	m.Name = cmp.Or(m.Name, m.ID)
	m.Artifacts = "mlflow-artifacts:/" + e.ID + "/models/" + m.ID + "/artifacts"
	err = s.db.Write(c.ctx, func(ctx context.Context, tx db.Tx) error {
		if err := saveLogged(ctx, tx, c.product, m); err != nil {
			return err
		}
		return s.madeFrom(ctx, tx, c.product, loggedRef(m.ID), RunRef(m.Source))
	})
	return map[string]any{"model": m.told()}, err
}

func saveLogged(ctx context.Context, tx db.Tx, product string, m logged) error {
	return saveDocument(ctx, tx, product, "logged", m.ID, m.Experiment, m.Made, m.Changed, m)
}

func (s *Service) getLogged(c *call) (any, error) {
	m, err := document[logged](c.ctx, s.db.Reader(), c.product, "logged", c.text("model_id"))
	return map[string]any{"model": m.told()}, err
}

func (s *Service) changeLogged(c *call, do func(m *logged)) (any, error) {
	var m logged
	err := s.db.Write(c.ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if m, err = document[logged](ctx, tx, c.product, "logged", c.text("model_id")); err != nil {
			return err
		}
		if m.TagMap == nil {
			m.TagMap = map[string]string{}
		}
		do(&m)
		m.Changed = s.ms()
		return saveLogged(ctx, tx, c.product, m)
	})
	return map[string]any{"model": m.told()}, err
}

func (s *Service) finalizeLogged(c *call) (any, error) {
	return s.changeLogged(c, func(m *logged) { m.Status = cmp.Or(c.text("status"), m.Status) })
}

func (s *Service) tagLogged(c *call) (any, error) {
	tags, err := c.tagMap()
	if err != nil {
		return nil, err
	}
	return s.changeLogged(c, func(m *logged) { maps.Copy(m.TagMap, tags) })
}

func (s *Service) untagLogged(c *call) (any, error) {
	var there bool
	out, err := s.changeLogged(c, func(m *logged) {
		_, there = m.TagMap[c.text("tag_key")]
		delete(m.TagMap, c.text("tag_key"))
	})
	if err == nil && !there {
		err = NoTag.With("of", c.text("model_id"), "key", c.text("tag_key"))
	}
	return out, err
}

func (s *Service) paramsOfLogged(c *call) (any, error) {
	return s.changeLogged(c, func(m *logged) {
		var more []pair
		_ = json.Unmarshal(c.in["params"], &more) // the body was JSON
		for _, p := range more {
			if !slices.Contains(m.Params, p) {
				m.Params = append(m.Params, p)
			}
		}
	})
}

func (s *Service) deleteLogged(c *call) (any, error) {
	return nil, s.db.Write(c.ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := document[logged](ctx, tx, c.product, "logged", c.text("model_id")); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM mlflow_models WHERE product_id = $1 AND kind = 'logged' AND id = $2`, c.product, c.text("model_id"))
		return err
	})
}

func (s *Service) searchLogged(c *call) (any, error) {
	var list []matched[logged]
	var data []measuredData
	if raw := c.in["datasets"]; len(raw) > 0 {
		if err := json.Unmarshal(raw, &data); err != nil {
			return nil, BadValue.With("field", "datasets", "got", cut(string(raw)), "want", "a list of objects with dataset_name and dataset_digest").At("datasets").Because(err)
		}
	}
	for _, id := range c.list("experiment_ids") {
		all, err := documents[logged](c.ctx, s.db.Reader(), `SELECT body_json FROM mlflow_models WHERE product_id = $1 AND kind = 'logged' AND parent = $2 ORDER BY number`, c.product, id)
		if err != nil {
			return nil, err
		}
		for _, m := range all {
			if !m.measuredOn(data) {
				continue
			}
			list = append(list, matched[logged]{m, map[string]any{
				"name": m.Name, "model_id": m.ID, "model_type": m.Type, "status": m.Status, "source_run_id": m.Source, "experiment_id": m.Experiment,
				"creation_time": float64(m.Made), "creation_timestamp": float64(m.Made), "last_updated_timestamp": float64(m.Changed),
			}, m.TagMap})
		}
	}
	var orders []struct {
		Field string `json:"field_name"`
		Up    bool   `json:"ascending"`
	}
	_ = json.Unmarshal(c.in["order_by"], &orders) // the body was JSON; here they are objects
	var said []string
	for _, o := range orders {
		said = append(said, o.Field+map[bool]string{true: " ASC", false: " DESC"}[o.Up])
	}
	c.in["order_by"], _ = json.Marshal(said) // plain strings: cannot fail
	page, next, err := pageOf(c, list, 100, "creation_time DESC", "model_id")
	models := []map[string]any{}
	for _, m := range page {
		models = append(models, m.told())
	}
	return map[string]any{"models": models, "next_page_token": next}, err
}

// measuredData names data that a model was measured on; without a digest, any of that name.
type measuredData struct {
	Name   string `json:"dataset_name"`
	Digest string `json:"dataset_digest"`
}

// measuredOn tells whether the model has a metric on one of the data, if any are named.
func (m logged) measuredOn(data []measuredData) bool {
	return len(data) == 0 || slices.ContainsFunc(m.Metrics, func(of metric) bool {
		return slices.ContainsFunc(data, func(d measuredData) bool { return of.Data == d.Name && (d.Digest == "" || of.Print == d.Digest) })
	})
}

// measured notes a metric of a run at the model that it measures.
func (s *Service) measured(ctx context.Context, tx db.Tx, product string, m metric, run string) error {
	of, err := document[logged](ctx, tx, product, "logged", m.Model)
	if err != nil {
		return err
	}
	m.RunID = run
	i := slices.IndexFunc(of.Metrics, func(a metric) bool { return a.Key == m.Key && a.RunID == run })
	switch {
	case i < 0:
		of.Metrics = append(of.Metrics, m)
	case newer(m, of.Metrics[i]):
		of.Metrics[i] = m
	}
	return saveLogged(ctx, tx, product, of)
}
