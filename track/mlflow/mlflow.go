// Package mlflow speaks the REST protocol of MLflow (2.0, with the logged models of
// 3.x), so that whatever logs with its client logs here: experiments, runs, metrics,
// artifacts and the model registry of one product, under /mlflow/{product}.
//
//	in:   calls of the client     out: rows, blobs
//	read: mlflow.go → experiment.go → run.go → metric.go → points.go → search.go → shelf.go → match.go → artifact.go → registry.go → logged.go; traces are
//	      otlp.go → span.go → traces.go → tracecalls.go → tracefind.go; the pages are http.go → shown.go → curve.go → thin.go → request.go → traceshown.go
//
// Source: the protocol as MLflow documents it (REST API 2.0) and its client sends it.
package mlflow

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/fault"
)

// Service keeps what clients log.
type Service struct {
	db    *db.DB
	blobs blob.Store
	now   func() time.Time

	ledger  Ledger
	shelves *shelves // nil where other processes write too

	unpacking chan struct{} // held while an export of spans is in memory, mostAtOnce at a time
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of the protocol, as New brings them up to date.
func Migrations() fs.FS { return migrations }

// New makes the service and brings its tables up to date.
func New(ctx context.Context, d *db.DB, blobs blob.Store, now func() time.Time, ledger Ledger) (*Service, error) {
	if err := d.Migrate(ctx, "mlflow", migrations); err != nil {
		return nil, err
	}
	s := &Service{db: d, blobs: blobs, now: now, ledger: ledger, unpacking: make(chan struct{}, mostAtOnce)}
	if !d.Shared() {
		s.shelves = &shelves{most: mostShelved, of: map[string]*shelf{}}
	}
	return s, nil
}

// Erase deletes all that was logged of a product, and tells how many rows there were.
func (s *Service) Erase(ctx context.Context, product string) (int, error) {
	if s.shelves != nil {
		defer s.shelves.drop(product)
	}
	return s.db.Erase(ctx, product,
		`DELETE FROM mlflow_texts WHERE product_id = $1`, `DELETE FROM mlflow_metrics WHERE product_id = $1`,
		`DELETE FROM mlflow_latest WHERE product_id = $1`, `DELETE FROM mlflow_runs WHERE product_id = $1`,
		`DELETE FROM mlflow_experiments WHERE product_id = $1`, `DELETE FROM mlflow_artifacts WHERE product_id = $1`,
		`DELETE FROM mlflow_models WHERE product_id = $1`, `DELETE FROM mlflow_points WHERE product_id = $1`, `DELETE FROM mlflow_requests WHERE product_id = $1`,
		`DELETE FROM mlflow_spans WHERE product_id = $1`, `DELETE FROM mlflow_traces WHERE product_id = $1`)
}

// call is one request of a client.
type call struct {
	ctx     context.Context
	product string
	in      map[string]json.RawMessage // of the query or the body
	points  []metric                   // of a batch that was read at once
}

// maxCall bounds a request: a batch of 1,000 metrics is a tenth of it.
const maxCall = 4 << 20

// Routes of the protocol, which are not of our own API and stand in docs/formats/mlflow.md;
// and those of the pages.
func (s *Service) Routes() []api.Route {
	const root = "/mlflow/{product}"
	var routes []api.Route
	add := func(method, path string, need api.Role, h http.HandlerFunc, o ...api.Option) {
		o = append([]api.Option{api.Hidden(), api.MaxBytes(maxCall)}, o...)
		if method == "GET" || need == api.Viewer {
			o = append(o, api.Quiet())
		}
		routes = append(routes, api.Raw(method, root+path, need, "MLflow 客户端的调用", "a call of the MLflow client", h, o...))
	}
	do := func(method, path string, need api.Role, do func(c *call) (any, error), o ...api.Option) {
		add(method, path, need, answered(do), o...)
	}
	many := api.Quiet() // thousands a run
	const v2 = "/api/2.0/mlflow/"
	do("POST", v2+"experiments/create", api.Trainer, s.createExperiment)
	do("POST", v2+"experiments/search", api.Viewer, s.searchExperiments)
	do("GET", v2+"experiments/search", api.Viewer, s.searchExperiments)
	do("GET", v2+"experiments/get", api.Viewer, s.getExperiment)
	do("GET", v2+"experiments/get-by-name", api.Viewer, s.getExperimentByName)
	do("POST", v2+"experiments/delete", api.Trainer, s.deleteExperiment)
	do("POST", v2+"experiments/restore", api.Trainer, s.restoreExperiment)
	do("POST", v2+"experiments/update", api.Trainer, s.updateExperiment)
	do("POST", v2+"experiments/set-experiment-tag", api.Trainer, s.setExperimentTag)
	do("POST", v2+"experiments/delete-experiment-tag", api.Trainer, s.deleteExperimentTag)
	do("POST", v2+"runs/create", api.Trainer, s.createRun)
	do("GET", v2+"runs/get", api.Viewer, s.getRun)
	do("POST", v2+"runs/update", api.Trainer, s.updateRun, many)
	do("POST", v2+"runs/delete", api.Trainer, s.deleteRun)
	do("POST", v2+"runs/restore", api.Trainer, s.restoreRun)
	do("POST", v2+"runs/search", api.Viewer, s.searchRuns)
	do("POST", v2+"runs/log-metric", api.Trainer, s.logMetric, many)
	do("POST", v2+"runs/log-parameter", api.Trainer, s.logParameter, many)
	add("POST", v2+"runs/log-batch", api.Trainer, read((*call).readBatch, s.logBatch), many)
	do("POST", v2+"runs/log-inputs", api.Trainer, s.logInputs, many)
	do("POST", v2+"runs/outputs", api.Trainer, s.logOutputs, many)
	do("POST", v2+"runs/log-model", api.Trainer, s.logModel, many)
	do("POST", v2+"runs/set-tag", api.Trainer, s.setTag, many)
	do("POST", v2+"runs/delete-tag", api.Trainer, s.deleteTag, many)
	do("GET", v2+"metrics/get-history", api.Viewer, s.metricHistory)
	do("GET", v2+"metrics/get-history-bulk-interval", api.Viewer, s.metricIntervals)
	do("GET", v2+"artifacts/list", api.Viewer, s.listRunArtifacts)
	const files = "/api/2.0/mlflow-artifacts/artifacts"
	do("GET", files, api.Viewer, s.listArtifacts)
	add("GET", files+"/{path...}", api.Viewer, s.getArtifact)
	add("PUT", files+"/{path...}", api.Trainer, s.putArtifact, many, api.MaxBytes(maxArtifact), api.Timeout(0))
	add("DELETE", files+"/{path...}", api.Trainer, s.deleteArtifact)
	for _, r := range s.registry() {
		method, path, _ := strings.Cut(r.call, " ")
		do(method, v2+path, r.need, r.do)
	}
	const v3 = "/api/3.0/mlflow/traces"
	add("POST", "/v1/traces", api.Trainer, s.takeSpans, many, api.MaxBytes(maxExport))
	do("POST", v3, api.Trainer, s.startTrace, many)
	do("GET", v3+"/get", api.Viewer, s.getTrace)
	do("GET", v3+"/batchGet", api.Viewer, s.batchTraces)
	do("POST", v3+"/batchGetInfos", api.Viewer, s.batchTraceInfos)
	do("POST", v3+"/search", api.Viewer, s.searchTraces)
	do("GET", v3+"/{trace}", api.Viewer, s.traceInfo)
	for _, at := range []string{v3, v2 + "traces"} { // the client calls some by the older path
		do("PATCH", at+"/{trace}/tags", api.Trainer, s.setTraceTag, many)
		do("DELETE", at+"/{trace}/tags", api.Trainer, s.deleteTraceTag, many)
		do("POST", at+"/link-to-run", api.Trainer, s.linkTraces, many)
		do("POST", at+"/delete-traces", api.Trainer, s.deleteTraces)
	}
	add("GET", "/version", api.Viewer, version)
	add("GET", "/health", api.Viewer, healthy)
	return append(routes, s.pages()...)
}

func version(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, spoken) }

func healthy(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "OK") }

// spoken is the version of MLflow whose calls are answered.
const spoken = "3.17.2"

// answered is the handler of a call with JSON in and out.
func answered(do func(c *call) (any, error)) http.HandlerFunc { return read((*call).read, do) }

// read is answered with a way of its own to read the body.
func read(body func(c *call, body []byte) error, do func(c *call) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{ctx: r.Context(), product: r.PathValue("product"), in: map[string]json.RawMessage{}}
		for key, values := range r.URL.Query() {
			c.in[key], _ = json.Marshal(values[0])
			if len(values) > 1 || strings.HasSuffix(key, "_ids") {
				c.in[key], _ = json.Marshal(values)
			}
		}
		if id := r.PathValue("model"); id != "" {
			c.in["model_id"], _ = json.Marshal(id)
		}
		if id := r.PathValue("trace"); id != "" {
			c.in["trace_id"], _ = json.Marshal(id)
		}
		if key := r.PathValue("key"); key != "" {
			c.in["tag_key"], _ = json.Marshal(key)
		}
		if r.Method != http.MethodGet {
			text, err := bodyOf(r)
			if err == nil && len(text) > 0 {
				err = body(c, text)
			}
			if err != nil {
				refuse(w, NotJSON.With().Because(err))
				return
			}
		}
		out, err := do(c)
		if err != nil {
			refuse(w, err)
			return
		}
		if out == nil {
			out = struct{}{}
		}
		body, written := out.(ready)
		if !written {
			body, err = json.Marshal(out)
		}
		if err != nil {
			refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Write(body) // the client has gone: nobody is left to tell
	}
}

// bodyOf reads the whole body, into one piece of memory where its length was told.
func bodyOf(r *http.Request) ([]byte, error) {
	var b bytes.Buffer
	if r.ContentLength > 0 && r.ContentLength <= maxCall {
		b.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	_, err := b.ReadFrom(r.Body)
	return b.Bytes(), err
}

// read takes the fields of a body.
func (c *call) read(body []byte) error { return json.Unmarshal(body, &c.in) }

// readBatch takes those of a batch.
func (c *call) readBatch(body []byte) error {
	run, points, plain := readBatch(body)
	if !plain {
		return c.read(body)
	}
	c.in["run_id"], _ = json.Marshal(run) // a string: cannot fail
	c.points = points
	return nil
}

// ready is an answer that is JSON already.
type ready []byte

// MarshalJSON gives it as it is.
func (r ready) MarshalJSON() ([]byte, error) { return r, nil }

// refuse tells a fault in the protocol's words.
func refuse(w http.ResponseWriter, err error) {
	f := fault.Of(err)
	code, status := "INTERNAL_ERROR", http.StatusInternalServerError
	switch f.Def.Kind {
	case fault.NotFound:
		code, status = "RESOURCE_DOES_NOT_EXIST", http.StatusNotFound
	case fault.Invalid:
		code, status = "INVALID_PARAMETER_VALUE", http.StatusBadRequest
	case fault.Conflict:
		code, status = "RESOURCE_ALREADY_EXISTS", http.StatusBadRequest
	case fault.Denied:
		code, status = "PERMISSION_DENIED", http.StatusForbidden
	case fault.Busy:
		code, status = "TEMPORARILY_UNAVAILABLE", http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{ // the client has gone: nobody is left to tell
		"error_code": code, "message": f.Message("en") + " (" + f.Fix("en") + ") | " + f.Message("zh") + "（" + f.Fix("zh") + "）",
		"code": f.Def.Code, "fix": f.Fix("en"),
	})
}

// text reads one field, "" if it is not there.
func (c *call) text(name string) string {
	var v any
	_ = json.Unmarshal(c.in[name], &v) // the body was JSON
	switch v := v.(type) {
	case string:
		return v
	case float64, bool:
		return strings.Trim(string(c.in[name]), `"`)
	}
	return ""
}

// must reads a field that may not be empty. Fault: Missing.
func (c *call) must(name string) (string, error) {
	if v := c.text(name); v != "" {
		return v, nil
	}
	return "", Missing.With("field", name).At(name)
}

// sound tells whether the fields that are there are texts and whole numbers as the
// protocol has them. Fault: BadValue.
func (c *call) sound(texts, numbers []string) error {
	for _, name := range texts {
		if raw := c.in[name]; len(raw) > 0 && raw[0] != '"' && string(raw) != "null" {
			return BadValue.With("field", name, "got", cut(string(raw)), "want", "a text").At(name)
		}
	}
	for _, name := range numbers {
		if raw := c.in[name]; len(raw) > 0 && string(raw) != "null" {
			if _, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64); err != nil {
				return BadValue.With("field", name, "got", cut(string(raw)), "want", "a whole number").At(name)
			}
		}
	}
	return nil
}

// number reads a whole number, which the protocol sends as a number or as text.
func (c *call) number(name string) int64 {
	var n whole
	_ = json.Unmarshal(c.in[name], &n) // the body was JSON
	return int64(n)
}

// list reads a list of texts; of a query it may be one text.
func (c *call) list(name string) (list []string) {
	if json.Unmarshal(c.in[name], &list) != nil {
		if one := c.text(name); one != "" {
			return []string{one}
		}
	}
	return list
}

// whole is a number of 64 bits as protocol buffers write it in JSON: also as text.
type whole int64

// UnmarshalJSON takes 3, "3" and 3.0.
func (n *whole) UnmarshalJSON(b []byte) error {
	var f json.Number
	if err := json.Unmarshal([]byte(strings.Trim(string(b), `"`)), &f); err != nil {
		return nil // what is no number counts as not sent
	}
	if i, err := f.Int64(); err == nil {
		*n = whole(i)
	} else if x, err := f.Float64(); err == nil {
		*n = whole(x)
	}
	return nil
}

// pair is a key with its text.
type pair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// idOf is a new id of letters and digits, as clients ask for.
func idOf(now time.Time) string { return strings.ReplaceAll(db.NewID(now), "-", "") }

func (s *Service) ms() int64 { return s.now().UnixMilli() }
