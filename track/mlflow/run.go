package mlflow

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"zhuomo/internal/db"
)

// run as it is kept; the lists stay JSON.
type run struct {
	id, experiment, name, user, status, stage string
	start, end                                int64
	params, tags, metrics, inputs, outputs    json.RawMessage
}

type runInfo struct {
	ID         string `json:"run_id"`
	UUID       string `json:"run_uuid"` // its old name
	Name       string `json:"run_name"`
	Experiment string `json:"experiment_id"`
	User       string `json:"user_id"`
	Status     string `json:"status"`
	Start      int64  `json:"start_time"`
	End        int64  `json:"end_time,omitempty"`
	Artifacts  string `json:"artifact_uri"`
	Stage      string `json:"lifecycle_stage"`
}

func (r run) info() runInfo {
	return runInfo{r.id, r.id, r.name, r.experiment, r.user, r.status, r.start, r.end, "mlflow-artifacts:/" + artifactRoot(r), r.stage}
}

func artifactRoot(r run) string { return r.experiment + "/" + r.id + "/artifacts" }

// told is the run as the protocol writes it.
func (r run) told() map[string]any {
	return map[string]any{
		"info": r.info(), "data": map[string]any{"metrics": r.metrics, "params": r.params, "tags": r.tags}, "inputs": r.inputs, "outputs": r.outputs,
	}
}

const runColumns = `r.id, r.experiment_id, r.name, r.user_id, r.status, r.stage, r.start_ms, r.end_ms, r.param_json, r.tag_json, r.metric_json, r.input_json, r.output_json`

func scanRun(row interface{ Scan(...any) error }) (r run, err error) {
	var params, tags, metrics, inputs, outputs string
	err = row.Scan(&r.id, &r.experiment, &r.name, &r.user, &r.status, &r.stage, &r.start, &r.end, &params, &tags, &metrics, &inputs, &outputs)
	r.params, r.tags, r.metrics = json.RawMessage(params), json.RawMessage(tags), json.RawMessage(metrics)
	r.inputs, r.outputs = json.RawMessage(inputs), json.RawMessage(outputs)
	return r, err
}

func (s *Service) run(ctx context.Context, r db.Reader, product, id string) (run, error) {
	got, err := scanRun(r.QueryRowContext(ctx, `SELECT `+runColumns+` FROM mlflow_runs r WHERE r.id = $1 AND r.product_id = $2`, id, product))
	if errors.Is(err, sql.ErrNoRows) {
		err = NoRun.With("run", id)
	}
	return got, err
}

// runOf finds the run that a call names, by its new or its old word.
func (s *Service) runOf(c *call, ctx context.Context, r db.Reader) (run, error) {
	id := cmp.Or(c.text("run_id"), c.text("run_uuid"))
	if id == "" {
		return run{}, Missing.With("field", "run_id").At("run_id")
	}
	return s.run(ctx, r, c.product, id)
}

// writing lets do write to an active run.
func (s *Service) writing(c *call, do func(ctx context.Context, tx db.Tx, r run) error) error {
	return s.db.Write(c.ctx, func(ctx context.Context, tx db.Tx) error {
		r, err := s.runOf(c, ctx, tx)
		if err != nil {
			return err
		}
		if r.stage != active {
			return WrongState.With("what", r.id, "state", r.stage)
		}
		s.touched(tx, c.product, r.id)
		return do(ctx, tx, r)
	})
}

const nameTag = "mlflow.runName"

func (s *Service) createRun(c *call) (any, error) {
	r, err := s.begin(c)
	if err != nil {
		return nil, err
	}
	return map[string]any{"run": r.told()}, nil
}

// Begin opens a run in a product's first experiment, for a program that is about to
// log to it.
func (s *Service) Begin(ctx context.Context, product, user, name string) (id string, err error) {
	c := &call{ctx: ctx, product: product, in: map[string]json.RawMessage{}}
	for key, value := range map[string]string{"run_name": name, "user_id": user} {
		c.in[key], _ = json.Marshal(value) // a string: cannot fail
	}
	r, err := s.begin(c)
	return r.id, err
}

// End closes a run that Begin opened; one that the program deleted stays so.
func (s *Service) End(ctx context.Context, product, id string, failed bool) error {
	c := &call{ctx: ctx, product: product, in: map[string]json.RawMessage{}}
	status := "FINISHED"
	if failed {
		status = "FAILED"
	}
	c.in["run_id"], _ = json.Marshal(id)
	c.in["status"], _ = json.Marshal(status)
	c.in["end_time"], _ = json.Marshal(s.now().UnixMilli())
	_, err := s.updateRun(c)
	if errors.Is(err, WrongState) || errors.Is(err, NoRun) {
		return nil
	}
	return err
}

// begin writes a new run.
func (s *Service) begin(c *call) (run, error) {
	tags, err := c.pairs("tags")
	if err != nil {
		return run{}, err
	}
	now := s.now()
	r := run{
		id: idOf(now), experiment: cmp.Or(c.text("experiment_id"), defaultID), name: c.text("run_name"), user: c.text("user_id"),
		status: "RUNNING", stage: active, start: cmp.Or(c.number("start_time"), now.UnixMilli()), params: json.RawMessage(`[]`), metrics: json.RawMessage(`[]`),
		inputs: json.RawMessage(`{}`), outputs: json.RawMessage(`{}`),
	}
	for _, t := range tags {
		if t.Key == nameTag && r.name == "" {
			r.name = t.Value
		}
	}
	if r.name == "" {
		r.name = "run-" + r.id[len(r.id)-8:]
	}
	if !slices.ContainsFunc(tags, func(t pair) bool { return t.Key == nameTag }) {
		tags = append(tags, pair{nameTag, r.name})
	}
	if err := checkTags(tags); err != nil {
		return run{}, err
	}
	r.tags, _ = json.Marshal(tags) // plain strings: cannot fail
	err = s.db.Write(c.ctx, func(ctx context.Context, tx db.Tx) error {
		e, err := s.experiment(ctx, tx, c.product, r.experiment)
		if err != nil {
			return err
		}
		if e.Stage != active {
			return WrongState.With("what", e.Name, "state", e.Stage)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO mlflow_runs (id, product_id, experiment_id, name, user_id, status, stage, start_ms, tag_json) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			r.id, c.product, r.experiment, r.name, r.user, r.status, r.stage, r.start, string(r.tags)); err != nil {
			return err
		}
		s.touched(tx, c.product, r.id)
		return saveTexts(ctx, tx, c.product, r.id, "tag", tags)
	})
	return r, err
}

func (s *Service) getRun(c *call) (any, error) {
	r, err := s.runOf(c, c.ctx, s.db.Reader())
	if err != nil {
		return nil, err
	}
	return map[string]any{"run": r.told()}, nil
}

var statuses = []string{"RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"}

func (s *Service) updateRun(c *call) (any, error) {
	var changed run
	err := s.writing(c, func(ctx context.Context, tx db.Tx, r run) error {
		if status := c.text("status"); status != "" {
			if n := c.number("status"); n > 0 && int(n) <= len(statuses) {
				status = statuses[n-1]
			}
			if !slices.Contains(statuses, status) {
				return BadValue.With("field", "status", "got", status, "want", strings.Join(statuses, " | ")).At("status")
			}
			r.status = status
		}
		r.end = cmp.Or(c.number("end_time"), r.end)
		if name := c.text("run_name"); name != "" {
			r.name = name
			if err := s.mergeTags(ctx, tx, c.product, &r, []pair{{nameTag, name}}); err != nil {
				return err
			}
		}
		changed = r
		_, err := tx.ExecContext(ctx, `UPDATE mlflow_runs SET status = $1, end_ms = $2, name = $3 WHERE id = $4`, r.status, r.end, r.name, r.id)
		return err
	})
	return map[string]any{"run_info": changed.info()}, err
}

func (s *Service) stageRun(c *call, from, to string) error {
	return s.db.Write(c.ctx, func(ctx context.Context, tx db.Tx) error {
		r, err := s.runOf(c, ctx, tx)
		if err != nil {
			return err
		}
		if r.stage != from {
			return WrongState.With("what", r.id, "state", r.stage)
		}
		s.touched(tx, c.product, r.id)
		_, err = tx.ExecContext(ctx, `UPDATE mlflow_runs SET stage = $1 WHERE id = $2`, to, r.id)
		return err
	})
}

func (s *Service) deleteRun(c *call) (any, error)  { return nil, s.stageRun(c, active, deleted) }
func (s *Service) restoreRun(c *call) (any, error) { return nil, s.stageRun(c, deleted, active) }

// saveTexts keeps params or tags for the search.
func saveTexts(ctx context.Context, tx db.Tx, product, run, kind string, list []pair) error {
	for _, p := range list {
		if _, err := tx.ExecContext(ctx, `INSERT INTO mlflow_texts (run_id, kind, key, product_id, value) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (run_id, kind, key) DO UPDATE SET value = excluded.value`, run, kind, p.Key, product, p.Value); err != nil {
			return err
		}
	}
	return nil
}

const (
	longestKey   = 250
	longestParam = 6000
	longestTag   = 8000
)

func checkKey(key string) error {
	if key == "" {
		return Missing.With("field", "key").At("key")
	}
	if utf8.RuneCountInString(key) > longestKey || strings.HasPrefix(key, "/") || strings.Contains(key, "..") || strings.IndexFunc(key, func(c rune) bool { return c < ' ' }) >= 0 {
		return BadValue.With("field", "key", "got", cut(key), "want", "1–250 characters, no path out of its folder").At("key")
	}
	return nil
}

func checkTags(tags []pair) error {
	for _, t := range tags {
		if err := checkKey(t.Key); err != nil {
			return err
		}
		if utf8.RuneCountInString(t.Value) > longestTag {
			return BadValue.With("field", "tags."+t.Key, "got", cut(t.Value), "want", "at most 8000 characters").At("tags")
		}
	}
	return nil
}

// cut shortens a value for a fault.
func cut(v string) string {
	if r := []rune(v); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return v
}

// mergeTags sets tags of a run, the newest value of each.
func (s *Service) mergeTags(ctx context.Context, tx db.Tx, product string, r *run, tags []pair) error {
	if len(tags) == 0 {
		return nil
	}
	if err := checkTags(tags); err != nil {
		return err
	}
	var all []pair
	if err := json.Unmarshal(r.tags, &all); err != nil {
		return err
	}
	for _, t := range tags {
		if i := slices.IndexFunc(all, func(a pair) bool { return a.Key == t.Key }); i >= 0 {
			all[i].Value = t.Value
		} else {
			all = append(all, t)
		}
		if t.Key == nameTag && t.Value != r.name {
			r.name = t.Value
			if _, err := tx.ExecContext(ctx, `UPDATE mlflow_runs SET name = $1 WHERE id = $2`, r.name, r.id); err != nil {
				return err
			}
		}
	}
	if err := saveTexts(ctx, tx, product, r.id, "tag", tags); err != nil {
		return err
	}
	return r.keepTags(ctx, tx, all)
}

func (r *run) keepTags(ctx context.Context, tx db.Tx, all []pair) error {
	r.tags, _ = json.Marshal(append([]pair{}, all...)) // plain strings: cannot fail
	_, err := tx.ExecContext(ctx, `UPDATE mlflow_runs SET tag_json = $1 WHERE id = $2`, string(r.tags), r.id)
	return err
}

func (s *Service) setTag(c *call) (any, error) {
	if err := c.sound([]string{"run_id", "run_uuid", "key", "value"}, nil); err != nil {
		return nil, err
	}
	return nil, s.writing(c, func(ctx context.Context, tx db.Tx, r run) error {
		return s.mergeTags(ctx, tx, c.product, &r, []pair{{c.text("key"), c.text("value")}})
	})
}

func (s *Service) deleteTag(c *call) (any, error) {
	key := c.text("key")
	return nil, s.writing(c, func(ctx context.Context, tx db.Tx, r run) error {
		var all []pair
		if err := json.Unmarshal(r.tags, &all); err != nil {
			return err
		}
		rest := slices.DeleteFunc(slices.Clone(all), func(p pair) bool { return p.Key == key })
		if len(rest) == len(all) {
			return NoTag.With("of", r.id, "key", key)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM mlflow_texts WHERE run_id = $1 AND kind = 'tag' AND key = $2`, r.id, key); err != nil {
			return err
		}
		return r.keepTags(ctx, tx, rest)
	})
}

// mergeParams adds params; one that is there stays as it is.
func (s *Service) mergeParams(ctx context.Context, tx db.Tx, product string, r *run, params []pair) error {
	if len(params) == 0 {
		return nil
	}
	var all []pair
	if err := json.Unmarshal(r.params, &all); err != nil {
		return err
	}
	known := make(map[string]string, len(all))
	for _, p := range all {
		known[p.Key] = p.Value
	}
	var fresh []pair
	for _, p := range params {
		if err := checkKey(p.Key); err != nil {
			return err
		}
		if utf8.RuneCountInString(p.Value) > longestParam {
			return BadValue.With("field", "params."+p.Key, "got", cut(p.Value), "want", "at most 6000 characters").At("params")
		}
		switch was, there := known[p.Key]; {
		case there && was != p.Value:
			return ParamChanged.With("key", p.Key, "was", cut(was), "now", cut(p.Value)).At("params")
		case !there:
			known[p.Key] = p.Value
			fresh = append(fresh, p)
		}
	}
	r.params, _ = json.Marshal(append(all, fresh...)) // plain strings: cannot fail
	if _, err := tx.ExecContext(ctx, `UPDATE mlflow_runs SET param_json = $1 WHERE id = $2`, string(r.params), r.id); err != nil {
		return err
	}
	return saveTexts(ctx, tx, product, r.id, "param", fresh)
}

func (s *Service) logParameter(c *call) (any, error) {
	if err := c.sound([]string{"run_id", "run_uuid", "key", "value"}, nil); err != nil {
		return nil, err
	}
	return nil, s.writing(c, func(ctx context.Context, tx db.Tx, r run) error {
		return s.mergeParams(ctx, tx, c.product, &r, []pair{{c.text("key"), c.text("value")}})
	})
}

// logInputs keeps which data and models a run read, logOutputs which models it made.
func (s *Service) logInputs(c *call) (any, error) {
	return nil, s.writing(c, func(ctx context.Context, tx db.Tx, r run) error {
		merged, err := mergeLists(r.inputs, map[string]json.RawMessage{"dataset_inputs": c.in["datasets"], "model_inputs": c.in["models"]})
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE mlflow_runs SET input_json = $1 WHERE id = $2`, string(merged), r.id)
		if err != nil {
			return err
		}
		return s.madeFrom(ctx, tx, c.product, RunRef(r.id), readBy(c.in["datasets"], c.in["models"])...)
	})
}

func (s *Service) logOutputs(c *call) (any, error) {
	return nil, s.writing(c, func(ctx context.Context, tx db.Tx, r run) error {
		merged, err := mergeLists(r.outputs, map[string]json.RawMessage{"model_outputs": c.in["models"]})
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE mlflow_runs SET output_json = $1 WHERE id = $2`, string(merged), r.id)
		for _, made := range modelsIn(c.in["models"]) {
			if err == nil {
				err = s.madeFrom(ctx, tx, c.product, made, RunRef(r.id))
			}
		}
		return err
	})
}

// mergeLists appends to the lists of an object what is not in them yet.
func mergeLists(object json.RawMessage, add map[string]json.RawMessage) (json.RawMessage, error) {
	lists := map[string][]any{}
	if err := json.Unmarshal(object, &lists); err != nil {
		return nil, err
	}
	for name, more := range add {
		var items []any
		if len(more) == 0 || json.Unmarshal(more, &items) != nil {
			continue
		}
		for _, item := range items {
			text, _ := json.Marshal(item) // it came from JSON
			if !slices.ContainsFunc(lists[name], func(a any) bool { b, _ := json.Marshal(a); return string(b) == string(text) }) {
				lists[name] = append(lists[name], item)
			}
		}
	}
	return json.Marshal(lists)
}

// logModel notes a model that a run made, in the tag in which clients look for it.
func (s *Service) logModel(c *call) (any, error) {
	const tag = "mlflow.log-model.history"
	return nil, s.writing(c, func(ctx context.Context, tx db.Tx, r run) error {
		var tags []pair
		if err := json.Unmarshal(r.tags, &tags); err != nil {
			return err
		}
		history := []json.RawMessage{}
		for _, t := range tags {
			if t.Key == tag {
				_ = json.Unmarshal([]byte(t.Value), &history) // what somebody else wrote there is replaced
			}
		}
		history = append(history, json.RawMessage(c.text("model_json")))
		text, err := json.Marshal(history)
		if err != nil {
			return NotJSON.With().Because(err)
		}
		return s.mergeTags(ctx, tx, c.product, &r, []pair{{tag, string(text)}})
	})
}
