package mlflow

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
)

// registryCall is one call about models.
type registryCall struct {
	call string // method and path
	need api.Role
	do   func(c *call) (any, error)
}

func (s *Service) registry() []registryCall {
	return []registryCall{
		{"POST registered-models/create", api.Trainer, s.createModel},
		{"GET registered-models/get", api.Viewer, s.getModel},
		{"POST registered-models/rename", api.Trainer, s.renameModel},
		{"PATCH registered-models/update", api.Trainer, s.describeModel},
		{"DELETE registered-models/delete", api.Trainer, s.deleteModel},
		{"GET registered-models/search", api.Viewer, s.searchModels},
		{"POST registered-models/get-latest-versions", api.Viewer, s.latestVersions},
		{"GET registered-models/get-latest-versions", api.Viewer, s.latestVersions},
		{"POST registered-models/set-tag", api.Trainer, s.tagModel},
		{"DELETE registered-models/delete-tag", api.Trainer, s.untagModel},
		{"POST registered-models/alias", api.Trainer, s.setAlias},
		{"DELETE registered-models/alias", api.Trainer, s.deleteAlias},
		{"GET registered-models/alias", api.Viewer, s.versionOfAlias},
		{"POST model-versions/create", api.Trainer, s.createVersion},
		{"GET model-versions/get", api.Viewer, s.getVersion},
		{"PATCH model-versions/update", api.Trainer, s.describeVersion},
		{"DELETE model-versions/delete", api.Trainer, s.deleteVersion},
		{"GET model-versions/search", api.Viewer, s.searchVersions},
		{"GET model-versions/get-download-uri", api.Viewer, s.downloadURI},
		{"POST model-versions/transition-stage", api.Trainer, s.transition},
		{"POST model-versions/set-tag", api.Trainer, s.tagVersion},
		{"DELETE model-versions/delete-tag", api.Trainer, s.untagVersion},
		{"POST logged-models", api.Trainer, s.createLogged},
		{"GET logged-models/{model}", api.Viewer, s.getLogged},
		{"PATCH logged-models/{model}", api.Trainer, s.finalizeLogged},
		{"DELETE logged-models/{model}", api.Trainer, s.deleteLogged},
		{"POST logged-models/search", api.Viewer, s.searchLogged},
		{"PATCH logged-models/{model}/tags", api.Trainer, s.tagLogged},
		{"DELETE logged-models/{model}/tags/{key}", api.Trainer, s.untagLogged},
		{"POST logged-models/{model}/params", api.Trainer, s.paramsOfLogged},
	}
}

// registered is a model with a name and versions.
type registered struct {
	Name        string            `json:"name"`
	Made        int64             `json:"creation_timestamp"`
	Changed     int64             `json:"last_updated_timestamp"`
	Description string            `json:"description,omitempty"`
	Tags        []pair            `json:"tags,omitempty"`
	Aliases     []alias           `json:"aliases,omitempty"`
	Latest      []modelVersion    `json:"latest_versions,omitempty"`
	TagMap      map[string]string `json:"tag_map,omitempty"` // kept, not told
	Next        int64             `json:"next,omitempty"`    // kept: numbers are never given twice
}

type alias struct {
	Alias   string `json:"alias"`
	Version string `json:"version"`
}

// modelVersion is one version of it.
type modelVersion struct {
	Name        string            `json:"name"`
	Version     string            `json:"version"`
	Made        int64             `json:"creation_timestamp"`
	Changed     int64             `json:"last_updated_timestamp"`
	Stage       string            `json:"current_stage"`
	Description string            `json:"description,omitempty"`
	Source      string            `json:"source"`
	RunID       string            `json:"run_id,omitempty"`
	RunLink     string            `json:"run_link,omitempty"`
	ModelID     string            `json:"model_id,omitempty"`
	Status      string            `json:"status"`
	Tags        []pair            `json:"tags,omitempty"`
	Aliases     []string          `json:"aliases,omitempty"`
	TagMap      map[string]string `json:"tag_map,omitempty"` // kept, not told
}

func pairsOf(tags map[string]string) (list []pair) {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, pair{key, tags[key]})
	}
	return list
}

// tagMap is the tags of a call by key, the last of each. Fault: BadValue.
func (c *call) tagMap() (map[string]string, error) {
	list, err := c.pairs("tags")
	tags := map[string]string{}
	for _, t := range list {
		tags[t.Key] = t.Value
	}
	return tags, err
}

// pairs are the params or tags of a call, none where it has none. Fault: BadValue.
func (c *call) pairs(name string) (list []pair, err error) {
	raw := c.in[name]
	if len(raw) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, BadValue.With("field", name, "got", cut(string(raw)), "want", "a list of objects with key and value").At(name).Because(err)
	}
	return list, nil
}

// document reads a thing that is kept as JSON. Fault: NoModel.
func document[T any](ctx context.Context, r db.Reader, product, kind, id string) (got T, err error) {
	var body string
	err = r.QueryRowContext(ctx, `SELECT body_json FROM mlflow_models WHERE product_id = $1 AND kind = $2 AND id = $3`, product, kind, id).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return got, NoModel.With("model", id)
	}
	if err != nil {
		return got, err
	}
	return got, json.Unmarshal([]byte(body), &got)
}

func documents[T any](ctx context.Context, r db.Reader, query string, args ...any) ([]T, error) {
	rows, err := r.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		var body string
		var one T
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &one); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, rows.Err()
}

func saveDocument(ctx context.Context, tx db.Tx, product, kind, id, parent string, number, changed int64, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO mlflow_models (product_id, kind, id, parent, number, body_json, changed_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (product_id, kind, id) DO UPDATE SET body_json = excluded.body_json, changed_ms = excluded.changed_ms`, product, kind, id, parent, number, string(text), changed)
	return err
}

// changeModel reads a registered model, lets do change it and keeps it.
func (s *Service) changeModel(c *call, do func(ctx context.Context, tx db.Tx, m *registered) error) (out registered, err error) {
	name, err := c.must("name")
	if err != nil {
		return out, err
	}
	err = s.db.Write(c.ctx, func(ctx context.Context, tx db.Tx) error {
		m, err := document[registered](ctx, tx, c.product, "model", name)
		if err != nil {
			return err
		}
		if m.TagMap == nil {
			m.TagMap = map[string]string{}
		}
		if err := do(ctx, tx, &m); err != nil {
			return err
		}
		m.Changed, out = s.ms(), m
		return saveDocument(ctx, tx, c.product, "model", name, "", 0, m.Changed, m)
	})
	return out, err
}

// toldModel fills in what is not kept with a model.
func (s *Service) toldModel(ctx context.Context, product string, m registered) (registered, error) {
	versions, err := s.versionsOf(ctx, s.db.Reader(), product, m.Name)
	if err != nil {
		return m, err
	}
	m.Tags, m.TagMap, m.Next = pairsOf(m.TagMap), nil, 0
	newest := map[string]modelVersion{}
	for _, v := range versions {
		newest[v.Stage] = toldVersion(v, m.Aliases)
	}
	for _, stage := range slices.Sorted(maps.Keys(newest)) {
		m.Latest = append(m.Latest, newest[stage])
	}
	return m, nil
}

func toldVersion(v modelVersion, aliases []alias) modelVersion {
	v.Tags, v.TagMap = pairsOf(v.TagMap), nil
	for _, a := range aliases {
		if a.Version == v.Version {
			v.Aliases = append(v.Aliases, a.Alias)
		}
	}
	return v
}

func (s *Service) versionsOf(ctx context.Context, r db.Reader, product, name string) ([]modelVersion, error) {
	return documents[modelVersion](ctx, r, `SELECT body_json FROM mlflow_models WHERE product_id = $1 AND kind = 'version' AND parent = $2 ORDER BY number`, product, name)
}

func (s *Service) createModel(c *call) (any, error) {
	name, err := c.must("name")
	if err != nil {
		return nil, err
	}
	tags, err := c.tagMap()
	if err != nil {
		return nil, err
	}
	now := s.ms()
	m := registered{Name: name, Made: now, Changed: now, Description: c.text("description"), TagMap: tags, Next: 1}
	err = s.db.Write(c.ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := document[registered](ctx, tx, c.product, "model", name); err == nil {
			return ModelTaken.With("name", name).At("name")
		} else if !errors.Is(err, NoModel) {
			return err
		}
		return saveDocument(ctx, tx, c.product, "model", name, "", 0, now, m)
	})
	if err != nil {
		return nil, err
	}
	m, err = s.toldModel(c.ctx, c.product, m)
	return map[string]any{"registered_model": m}, err
}

func (s *Service) getModel(c *call) (any, error) {
	m, err := document[registered](c.ctx, s.db.Reader(), c.product, "model", c.text("name"))
	if err != nil {
		return nil, err
	}
	m, err = s.toldModel(c.ctx, c.product, m)
	return map[string]any{"registered_model": m}, err
}

func (s *Service) renameModel(c *call) (any, error) {
	name, err := c.must("name")
	if err != nil {
		return nil, err
	}
	to, err := c.must("new_name")
	if err != nil {
		return nil, err
	}
	var m registered
	err = s.db.Write(c.ctx, func(ctx context.Context, tx db.Tx) error {
		if m, err = document[registered](ctx, tx, c.product, "model", name); err != nil {
			return err
		}
		if _, err := document[registered](ctx, tx, c.product, "model", to); err == nil {
			return ModelTaken.With("name", to).At("new_name")
		} else if !errors.Is(err, NoModel) {
			return err
		}
		versions, err := s.versionsOf(ctx, tx, c.product, name)
		if err != nil {
			return err
		}
		if err := forgetModel(ctx, tx, c.product, name); err != nil {
			return err
		}
		m.Name, m.Changed = to, s.ms()
		if _, err := tx.ExecContext(ctx, `UPDATE mlflow_requests SET model = $1 WHERE product_id = $2 AND model = $3`, to, c.product, name); err != nil {
			return err
		}
		for _, v := range versions {
			before := versionRef(v.Name, v.Version)
			v.Name = to
			if err := saveVersion(ctx, tx, c.product, v); err != nil {
				return err
			}
			if s.ledger != nil {
				if err := s.ledger.RenameIn(ctx, tx, c.product, before, versionRef(v.Name, v.Version)); err != nil {
					return err
				}
			}
		}
		return saveDocument(ctx, tx, c.product, "model", to, "", 0, m.Changed, m)
	})
	if err != nil {
		return nil, err
	}
	m, err = s.toldModel(c.ctx, c.product, m)
	return map[string]any{"registered_model": m}, err
}

func forgetModel(ctx context.Context, tx db.Tx, product, name string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM mlflow_models WHERE product_id = $1 AND (kind = 'model' AND id = $2 OR kind = 'version' AND parent = $2)`, product, name)
	return err
}

func (s *Service) describeModel(c *call) (any, error) {
	m, err := s.changeModel(c, func(_ context.Context, _ db.Tx, m *registered) error {
		m.Description = c.text("description")
		return nil
	})
	if err != nil {
		return nil, err
	}
	m, err = s.toldModel(c.ctx, c.product, m)
	return map[string]any{"registered_model": m}, err
}

func (s *Service) deleteModel(c *call) (any, error) {
	name, err := c.must("name")
	if err != nil {
		return nil, err
	}
	return nil, s.db.Write(c.ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := document[registered](ctx, tx, c.product, "model", name); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM mlflow_requests WHERE product_id = $1 AND model = $2`, c.product, name); err != nil {
			return err
		}
		return forgetModel(ctx, tx, c.product, name)
	})
}

func (s *Service) searchModels(c *call) (any, error) {
	all, err := documents[registered](c.ctx, s.db.Reader(), `SELECT body_json FROM mlflow_models WHERE product_id = $1 AND kind = 'model' ORDER BY id`, c.product)
	if err != nil {
		return nil, err
	}
	var list []matched[registered]
	for _, m := range all {
		list = append(list, matched[registered]{m, map[string]any{"name": m.Name, "timestamp": float64(m.Changed), "last_updated_timestamp": float64(m.Changed)}, m.TagMap})
	}
	page, next, err := pageOf(c, list, 100, "name ASC", "name")
	for i := range page {
		if err == nil {
			page[i], err = s.toldModel(c.ctx, c.product, page[i])
		}
	}
	return map[string]any{"registered_models": page, "next_page_token": next}, err
}

func (s *Service) tagModel(c *call) (any, error) {
	_, err := s.changeModel(c, func(_ context.Context, _ db.Tx, m *registered) error {
		m.TagMap[c.text("key")] = c.text("value")
		return nil
	})
	return nil, err
}

func (s *Service) untagModel(c *call) (any, error) {
	_, err := s.changeModel(c, func(_ context.Context, _ db.Tx, m *registered) error {
		delete(m.TagMap, c.text("key"))
		return nil
	})
	return nil, err
}

func (s *Service) setAlias(c *call) (any, error) {
	name, err := c.must("alias")
	if err != nil {
		return nil, err
	}
	_, err = s.changeModel(c, func(ctx context.Context, tx db.Tx, m *registered) error {
		if _, err := document[modelVersion](ctx, tx, c.product, "version", m.Name+"/"+c.text("version")); err != nil {
			return err
		}
		m.Aliases = append(slices.DeleteFunc(m.Aliases, func(a alias) bool { return a.Alias == name }), alias{name, c.text("version")})
		return nil
	})
	return nil, err
}

func (s *Service) deleteAlias(c *call) (any, error) {
	_, err := s.changeModel(c, func(_ context.Context, _ db.Tx, m *registered) error {
		m.Aliases = slices.DeleteFunc(m.Aliases, func(a alias) bool { return a.Alias == c.text("alias") })
		return nil
	})
	return nil, err
}

func (s *Service) versionOfAlias(c *call) (any, error) {
	m, err := document[registered](c.ctx, s.db.Reader(), c.product, "model", c.text("name"))
	if err != nil {
		return nil, err
	}
	for _, a := range m.Aliases {
		if a.Alias == c.text("alias") {
			v, err := document[modelVersion](c.ctx, s.db.Reader(), c.product, "version", m.Name+"/"+a.Version)
			return map[string]any{"model_version": toldVersion(v, m.Aliases)}, err
		}
	}
	return nil, BadValue.With("field", "alias", "got", c.text("alias"), "want", "an alias of "+m.Name).At("alias")
}

func (s *Service) latestVersions(c *call) (any, error) {
	m, err := document[registered](c.ctx, s.db.Reader(), c.product, "model", c.text("name"))
	if err != nil {
		return nil, err
	}
	m, err = s.toldModel(c.ctx, c.product, m)
	list := []modelVersion{}
	for _, v := range m.Latest {
		if stages := c.list("stages"); len(stages) == 0 || slices.Contains(stages, v.Stage) {
			list = append(list, v)
		}
	}
	return map[string]any{"model_versions": list}, err
}

func saveVersion(ctx context.Context, tx db.Tx, product string, v modelVersion) error {
	number, err := strconv.ParseInt(v.Version, 10, 64)
	if err != nil {
		return err
	}
	return saveDocument(ctx, tx, product, "version", v.Name+"/"+v.Version, v.Name, number, v.Changed, v)
}

func (s *Service) createVersion(c *call) (any, error) {
	tags, err := c.tagMap()
	if err != nil {
		return nil, err
	}
	var v modelVersion
	m, err := s.changeModel(c, func(ctx context.Context, tx db.Tx, m *registered) error {
		now := s.ms()
		v = modelVersion{
			Name: m.Name, Version: strconv.FormatInt(m.Next, 10), Made: now, Changed: now, Stage: "None", Description: c.text("description"), Source: c.text("source"),
			RunID: c.text("run_id"), RunLink: c.text("run_link"), ModelID: c.text("model_id"), Status: "READY", TagMap: tags,
		}
		if v.RunID == "" && v.ModelID != "" { // the run that made the logged model
			of, err := document[logged](ctx, tx, c.product, "logged", v.ModelID)
			if err != nil {
				return err
			}
			v.RunID = of.Source
		}
		m.Next++
		if err := saveVersion(ctx, tx, c.product, v); err != nil {
			return err
		}
		return s.madeFrom(ctx, tx, c.product, versionRef(v.Name, v.Version), loggedRef(v.ModelID), RunRef(v.RunID))
	})
	return map[string]any{"model_version": toldVersion(v, m.Aliases)}, err
}

// version finds the version that a call names, with the aliases of its model.
func (s *Service) version(c *call) (modelVersion, []alias, error) {
	m, err := document[registered](c.ctx, s.db.Reader(), c.product, "model", c.text("name"))
	if err != nil {
		return modelVersion{}, nil, err
	}
	v, err := document[modelVersion](c.ctx, s.db.Reader(), c.product, "version", m.Name+"/"+c.text("version"))
	return v, m.Aliases, err
}

func (s *Service) getVersion(c *call) (any, error) {
	v, aliases, err := s.version(c)
	return map[string]any{"model_version": toldVersion(v, aliases)}, err
}

func (s *Service) downloadURI(c *call) (any, error) {
	v, _, err := s.version(c)
	return map[string]any{"artifact_uri": v.Source}, err
}

func (s *Service) changeVersion(c *call, do func(ctx context.Context, tx db.Tx, v *modelVersion) error) (any, error) {
	var v modelVersion
	m, err := s.changeModel(c, func(ctx context.Context, tx db.Tx, m *registered) (err error) {
		if v, err = document[modelVersion](ctx, tx, c.product, "version", m.Name+"/"+c.text("version")); err != nil {
			return err
		}
		if v.TagMap == nil {
			v.TagMap = map[string]string{}
		}
		if err := do(ctx, tx, &v); err != nil {
			return err
		}
		v.Changed = s.ms()
		return saveVersion(ctx, tx, c.product, v)
	})
	return map[string]any{"model_version": toldVersion(v, m.Aliases)}, err
}

func (s *Service) describeVersion(c *call) (any, error) {
	return s.changeVersion(c, func(_ context.Context, _ db.Tx, v *modelVersion) error {
		v.Description = c.text("description")
		return nil
	})
}

func (s *Service) tagVersion(c *call) (any, error) {
	_, err := s.changeVersion(c, func(_ context.Context, _ db.Tx, v *modelVersion) error {
		v.TagMap[c.text("key")] = c.text("value")
		return nil
	})
	return nil, err
}

func (s *Service) untagVersion(c *call) (any, error) {
	_, err := s.changeVersion(c, func(_ context.Context, _ db.Tx, v *modelVersion) error {
		delete(v.TagMap, c.text("key"))
		return nil
	})
	return nil, err
}

var stages = []string{"None", "Staging", "Production", "Archived"}

func (s *Service) transition(c *call) (any, error) {
	to := c.text("stage")
	if !slices.Contains(stages, to) {
		return nil, BadValue.With("field", "stage", "got", to, "want", "None | Staging | Production | Archived").At("stage")
	}
	return s.changeVersion(c, func(ctx context.Context, tx db.Tx, v *modelVersion) error {
		from := v.Stage
		if err := s.moveVersion(ctx, tx, c.product, v, to, c.text("archive_existing_versions") == "true"); err != nil {
			return err
		}
		return s.moved(ctx, tx, c.product, *v, from)
	})
}

// moveVersion puts v to a stage, and what is there to the archive if asked; v itself is
// kept by the caller.
func (s *Service) moveVersion(ctx context.Context, tx db.Tx, product string, v *modelVersion, to string, archive bool) error {
	v.Stage, v.Changed = to, s.ms()
	if !archive || to != "Staging" && to != "Production" {
		return nil
	}
	others, err := s.versionsOf(ctx, tx, product, v.Name)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.Version != v.Version && o.Stage == to {
			o.Stage, o.Changed = "Archived", s.ms()
			if err := saveVersion(ctx, tx, product, o); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) deleteVersion(c *call) (any, error) {
	_, err := s.changeModel(c, func(ctx context.Context, tx db.Tx, m *registered) error {
		if _, err := document[modelVersion](ctx, tx, c.product, "version", m.Name+"/"+c.text("version")); err != nil {
			return err
		}
		m.Aliases = slices.DeleteFunc(m.Aliases, func(a alias) bool { return a.Version == c.text("version") })
		_, err := tx.ExecContext(ctx, `DELETE FROM mlflow_models WHERE product_id = $1 AND kind = 'version' AND id = $2`, c.product, m.Name+"/"+c.text("version"))
		return err
	})
	return nil, err
}

func (s *Service) searchVersions(c *call) (any, error) {
	all, err := documents[modelVersion](c.ctx, s.db.Reader(), `SELECT body_json FROM mlflow_models WHERE product_id = $1 AND kind = 'version' ORDER BY parent, number`, c.product)
	if err != nil {
		return nil, err
	}
	aliases := map[string][]alias{}
	var list []matched[modelVersion]
	for _, v := range all {
		if _, known := aliases[v.Name]; !known {
			m, err := document[registered](c.ctx, s.db.Reader(), c.product, "model", v.Name)
			if err != nil {
				return nil, err
			}
			aliases[v.Name] = append([]alias{}, m.Aliases...)
		}
		number, _ := strconv.ParseFloat(v.Version, 64) // numbers are ours
		list = append(list, matched[modelVersion]{toldVersion(v, aliases[v.Name]), map[string]any{
			"name": v.Name, "run_id": v.RunID, "source_path": v.Source, "version_number": number, "version": v.Version,
			"creation_timestamp": float64(v.Made), "last_updated_timestamp": float64(v.Changed),
		}, v.TagMap})
	}
	page, next, err := pageOf(c, list, 10_000, "last_updated_timestamp DESC", "name")
	return map[string]any{"model_versions": page, "next_page_token": next}, err
}
