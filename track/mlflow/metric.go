package mlflow

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
)

// metric is one measured point. In the protocol NaN and infinities are texts.
type metric struct {
	Key   string `json:"key"`
	Value float  `json:"value"`
	At    whole  `json:"timestamp"`
	Step  whole  `json:"step"`
	RunID string `json:"run_id,omitempty"`
	Model string `json:"model_id,omitempty"` // the logged model that it measures
	Data  string `json:"dataset_name,omitempty"`
	Print string `json:"dataset_digest,omitempty"` // of the data that it was measured on
}

// float is a number that may be NaN or infinite in JSON.
type float float64

// MarshalJSON writes "NaN", "Infinity" and "-Infinity" as texts.
func (f float) MarshalJSON() ([]byte, error) {
	switch v := float64(f); {
	case math.IsNaN(v):
		return []byte(`"NaN"`), nil
	case math.IsInf(v, 1):
		return []byte(`"Infinity"`), nil
	case math.IsInf(v, -1):
		return []byte(`"-Infinity"`), nil
	default:
		return json.Marshal(v)
	}
}

// UnmarshalJSON reads them, and numbers as texts.
func (f *float) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	if err != nil {
		return BadValue.With("field", "value", "got", cut(string(b)), "want", "a number").At("value")
	}
	*f = float(v)
	return nil
}

// kept is the value as the database takes it: infinities at the ends, NaN apart.
func (f float) kept() (value float64, nan bool) {
	switch v := float64(f); {
	case math.IsNaN(v):
		return 0, true
	case math.IsInf(v, 0):
		return math.Copysign(math.MaxFloat64, v), false
	default:
		return v, false
	}
}

func floatOf(value float64, nan bool) float {
	switch {
	case nan:
		return float(math.NaN())
	case math.Abs(value) == math.MaxFloat64:
		return float(math.Inf(int(math.Copysign(1, value))))
	}
	return float(value)
}

// newer tells whether a point counts as the latest of its metric: by step, time, value.
func newer(a, b metric) bool {
	return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.At, b.At), cmp.Compare(a.Value, b.Value)) >= 0
}

// metricRows are how many metrics one statement writes.
const metricRows = 100

func (s *Service) mergeMetrics(ctx context.Context, tx db.Tx, product string, r *run, points []metric) error {
	if len(points) == 0 {
		return nil
	}
	var all []metric
	if err := json.Unmarshal(r.metrics, &all); err != nil {
		return err
	}
	at := make(map[string]int, len(all))
	for i, m := range all {
		at[m.Key] = i
	}
	changed := map[int]bool{}
	for _, m := range points {
		if err := checkKey(m.Key); err != nil {
			return err
		}
		if m.Model != "" {
			if err := s.measured(ctx, tx, product, m, r.id); err != nil {
				return err
			}
		}
		m.RunID, m.Model, m.Data, m.Print = "", "", "", ""
		i, there := at[m.Key]
		switch {
		case !there:
			at[m.Key] = len(all)
			changed[len(all)] = true
			all = append(all, m)
		case newer(m, all[i]):
			changed[i] = true
			all[i] = m
		}
	}
	if err := savePoints(ctx, tx, product, r.id, points); err != nil {
		return err
	}
	latest := make([]int, 0, len(changed))
	for i := range changed {
		latest = append(latest, i)
	}
	slices.Sort(latest)
	for part := range slices.Chunk(latest, metricRows) {
		args := make([]any, 0, 7*len(part))
		for _, i := range part {
			value, nan := all[i].Value.kept()
			args = append(args, r.id, all[i].Key, product, int64(all[i].Step), int64(all[i].At), value, nan)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO mlflow_latest (run_id, key, product_id, step, at_ms, value, nan) VALUES `+places(len(part), 7)+`
			ON CONFLICT (run_id, key) DO UPDATE SET step = excluded.step, at_ms = excluded.at_ms, value = excluded.value, nan = excluded.nan`, args...); err != nil {
			return err
		}
	}
	if len(latest) == 0 {
		return nil
	}
	var err error
	if r.metrics, err = json.Marshal(all); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE mlflow_runs SET metric_json = $1 WHERE id = $2`, string(r.metrics), r.id)
	return err
}

// places are n rows of k numbered parameters.
func places(n, k int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(map[bool]string{true: "(", false: ", ("}[i == 0])
		for j := range k {
			if j > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "$%d", i*k+j+1)
		}
		b.WriteByte(')')
	}
	return b.String()
}

func (s *Service) logMetric(c *call) (any, error) {
	if err := c.sound([]string{"run_id", "run_uuid", "key", "model_id", "dataset_name", "dataset_digest"}, []string{"timestamp", "step"}); err != nil {
		return nil, err
	}
	m := metric{Model: c.text("model_id"), Data: c.text("dataset_name"), Print: c.text("dataset_digest"), Key: c.text("key"), At: whole(c.number("timestamp")), Step: whole(c.number("step"))}
	if len(c.in["value"]) == 0 {
		return nil, Missing.With("field", "value").At("value")
	}
	if err := json.Unmarshal(c.in["value"], &m.Value); err != nil {
		return nil, err
	}
	return nil, s.writing(c, func(ctx context.Context, tx db.Tx, r run) error {
		return s.mergeMetrics(ctx, tx, c.product, &r, []metric{m})
	})
}

// mostBatch is how many points, params and tags one batch has.
const mostBatch = 1000

func (s *Service) logBatch(c *call) (any, error) {
	points := c.points
	var params, tags []pair
	for name, read := range map[string]func(raw []byte) error{
		"metrics": func(raw []byte) (err error) { points, err = readMetrics(raw); return err },
		"params":  func(raw []byte) error { return json.Unmarshal(raw, &params) },
		"tags":    func(raw []byte) error { return json.Unmarshal(raw, &tags) },
	} {
		if len(c.in[name]) > 0 {
			if err := read(c.in[name]); err != nil {
				return nil, BadValue.With("field", name, "got", cut(string(c.in[name])), "want", "a list of objects with key and value, of metrics with timestamp too").At(name).Because(err)
			}
		}
	}
	if n := len(points) + len(params) + len(tags); n > mostBatch {
		return nil, BadValue.With("field", "batch", "got", n, "want", "at most 1000 metrics, params and tags").At("metrics")
	}
	return nil, s.writing(c, func(ctx context.Context, tx db.Tx, r run) error {
		if err := s.mergeParams(ctx, tx, c.product, &r, params); err != nil {
			return err
		}
		if err := s.mergeMetrics(ctx, tx, c.product, &r, points); err != nil {
			return err
		}
		return s.mergeTags(ctx, tx, c.product, &r, tags)
	})
}

// mostPoints is how many points an answer has at most.
const mostPoints = 25_000

func (s *Service) metricHistory(c *call) (any, error) {
	r, err := s.runOf(c, c.ctx, s.db.Reader())
	if err != nil {
		return nil, err
	}
	key, err := c.must("metric_key")
	if err != nil {
		return nil, err
	}
	limit := int(min(cmp.Or(c.number("max_results"), mostPoints), mostPoints))
	var offset int
	if err := api.ReadCursor(c.text("page_token"), &offset); err != nil {
		return nil, err
	}
	all, err := s.history(c.ctx, r.id, key)
	if err != nil {
		return nil, err
	}
	offset = min(max(offset, 0), len(all))
	until := min(offset+max(limit, 1), len(all))
	out := map[string]any{"metrics": toldPoints(nil, all[offset:until], key, "")}
	if until < len(all) {
		out["next_page_token"] = api.Cursor(until)
	}
	return out, nil
}

// toldPoints appends points as the protocol writes them.
func toldPoints(list []metric, points []point, key, run string) []metric {
	list = slices.Grow(append([]metric{}, list...), len(points))
	for _, p := range points {
		list = append(list, metric{Key: key, Value: float(p.value), At: whole(p.at), Step: whole(p.step), RunID: run})
	}
	return list
}

// metricIntervals gives of each run the points at steps spread evenly, the first and
// the last among them: what a drawing needs of a long history.
func (s *Service) metricIntervals(c *call) (any, error) {
	key, err := c.must("metric_key")
	if err != nil {
		return nil, err
	}
	most := int64(min(cmp.Or(c.number("max_results"), 320), 2500))
	list := []metric{}
	for _, id := range c.list("run_ids") {
		if _, err := s.run(c.ctx, s.db.Reader(), c.product, id); err != nil {
			return nil, err
		}
		all, err := s.history(c.ctx, id, key)
		if err != nil {
			return nil, err
		}
		if len(all) > int(most) {
			low, high := all[0].step, all[len(all)-1].step
			every := max(1, (high-low+1)/most)
			all = slices.DeleteFunc(all, func(p point) bool { return (p.step-low)%every != 0 && p.step != high })
		}
		list = toldPoints(list, all[:min(len(all), mostPoints)], key, id)
	}
	return map[string]any{"metrics": list}, nil
}
