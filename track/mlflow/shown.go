package mlflow

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

// Experiment is what runs are gathered under.
type Experiment struct {
	ID        string `json:"id" table:"编号|id"`
	Name      string `json:"name" table:"名称|name"`
	RunCount  int    `json:"run_count" table:"运行数|runs"`
	CreatedUS int64  `json:"created_us" table:"创建|created"`
}

// Text is a param or a tag.
type Text struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Figure is the latest value of a metric.
type Figure struct {
	Key   string  `json:"key"`
	Value float64 `json:"value"`
	Odd   string  `json:"odd,omitempty" doc:"不是数时：NaN、Infinity 或 -Infinity，value 为 0|where it is no number: NaN, Infinity or -Infinity, and value is 0"`
	Step  int64   `json:"step"`
	AtUS  int64   `json:"at_us"`
}

// LoggedRun is one run that a program outside logged.
type LoggedRun struct {
	ID             string   `json:"id" table:"编号|id"`
	Name           string   `json:"name" table:"名称|name"`
	ExperimentID   string   `json:"experiment_id"`
	ExperimentName string   `json:"experiment_name" table:"实验|experiment"`
	State          string   `json:"state" table:"状态|state" enum:"running,scheduled,finished,failed,killed"`
	UserName       string   `json:"user_name" table:"用户|user"`
	StartedUS      int64    `json:"started_us" table:"开始|started"`
	EndedUS        int64    `json:"ended_us" doc:"还没结束时为 0|0 while it runs"`
	Params         []Text   `json:"params" nullable:"false"`
	Metrics        []Figure `json:"metrics" nullable:"false"`
	Tags           []Text   `json:"tags" nullable:"false"`
}

// DataRead is a data set that a run read.
type DataRead struct {
	Name    string `json:"name"`
	Digest  string `json:"digest"`
	Source  string `json:"source"`
	Context string `json:"context"`
}

// RunShown is a run with all that came of it.
type RunShown struct {
	LoggedRun
	Inputs   []DataRead     `json:"inputs" nullable:"false"`
	Parent   string         `json:"parent,omitempty" doc:"上一级运行|the run above"`
	Children []LoggedRun    `json:"children" nullable:"false" doc:"下一级运行，最多 200 个|the runs below, at most 200"`
	Versions []ModelVersion `json:"versions" nullable:"false" doc:"由它登记的模型版本|versions of models that were registered from it"`
}

// Experiments lists the active experiments of a product, the oldest first.
func (s *Service) Experiments(ctx context.Context, product string) ([]Experiment, error) {
	all, err := s.experiments(ctx, product)
	if err != nil {
		return nil, err
	}
	type counted struct {
		id string
		n  int
	}
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT experiment_id, COUNT(*) FROM mlflow_runs WHERE product_id = $1 AND stage = 'active' GROUP BY experiment_id`, product)
	counts, err := db.All(rows, err, func(c *counted) []any { return []any{&c.id, &c.n} })
	if err != nil {
		return nil, err
	}
	list := []Experiment{}
	for _, e := range all {
		one := Experiment{ID: e.ID, Name: e.Name, CreatedUS: 1000 * e.Made}
		if i := slices.IndexFunc(counts, func(c counted) bool { return c.id == e.ID }); i >= 0 {
			one.RunCount = counts[i].n
		}
		if e.Stage == active && (e.ID != defaultID || one.RunCount > 0) {
			list = append(list, one)
		}
	}
	return list, nil
}

// LoggedRuns searches the active runs of an experiment, of all for "". Fault: BadFilter.
func (s *Service) LoggedRuns(ctx context.Context, product, experiment, filter string, orders []string, cursor string, limit int) ([]LoggedRun, string, error) {
	all, err := s.experiments(ctx, product)
	if err != nil {
		return nil, "", err
	}
	names := map[string]string{}
	a := asking{product: product, filter: filter, orders: orders, limit: limit, cursor: cursor}
	for _, e := range all {
		if names[e.ID] = e.Name; experiment == e.ID || experiment == "" {
			a.experiments = append(a.experiments, e.ID)
		}
	}
	if len(a.experiments) == 0 {
		return nil, "", NoExperiment.With("experiment", experiment)
	}
	runs, next, err := s.find(ctx, a)
	if err != nil {
		return nil, "", err
	}
	list := make([]LoggedRun, 0, len(runs))
	for _, r := range runs {
		one, err := r.shown(names[r.experiment])
		if err != nil {
			return nil, "", err
		}
		list = append(list, one)
	}
	return list, next, nil
}

// shown is the run as our pages show it.
func (r run) shown(experiment string) (LoggedRun, error) {
	out := LoggedRun{
		ID: r.id, Name: r.name, ExperimentID: r.experiment, ExperimentName: experiment, State: strings.ToLower(r.status), UserName: r.user,
		StartedUS: 1000 * r.start, EndedUS: 1000 * r.end, Params: []Text{}, Metrics: []Figure{}, Tags: []Text{},
	}
	var metrics []metric
	if err := errors.Join(json.Unmarshal(r.params, &out.Params), json.Unmarshal(r.tags, &out.Tags), json.Unmarshal(r.metrics, &metrics)); err != nil {
		return out, err
	}
	for _, m := range metrics {
		f := Figure{Key: m.Key, Value: float64(m.Value), Step: int64(m.Step), AtUS: 1000 * int64(m.At)}
		if text, _ := m.Value.MarshalJSON(); text[0] == '"' {
			f.Value, f.Odd = 0, strings.Trim(string(text), `"`)
		}
		out.Metrics = append(out.Metrics, f)
	}
	slices.SortFunc(out.Params, func(a, b Text) int { return strings.Compare(a.Key, b.Key) })
	slices.SortFunc(out.Tags, func(a, b Text) int { return strings.Compare(a.Key, b.Key) })
	slices.SortFunc(out.Metrics, func(a, b Figure) int { return strings.Compare(a.Key, b.Key) })
	return out, nil
}

const parentTag = "mlflow.parentRunId"

// mostChildren is how many runs below a run are shown.
const mostChildren = 200

// LoggedRun is one run. Fault: NoRun.
func (s *Service) LoggedRun(ctx context.Context, product, id string) (RunShown, error) {
	r, err := s.run(ctx, s.db.Reader(), product, id)
	if err != nil {
		return RunShown{}, err
	}
	e, err := s.experiment(ctx, s.db.Reader(), product, r.experiment)
	if err != nil {
		return RunShown{}, err
	}
	out := RunShown{Inputs: []DataRead{}, Versions: []ModelVersion{}}
	if out.LoggedRun, err = r.shown(e.Name); err != nil {
		return out, err
	}
	if out.Inputs, err = r.read(); err != nil {
		return out, err
	}
	for _, t := range out.Tags {
		if t.Key == parentTag {
			out.Parent = t.Value
		}
	}
	if out.Children, _, err = s.LoggedRuns(ctx, product, r.experiment, "tags.`"+parentTag+"` = '"+r.id+"'", []string{"attributes.start_time ASC"}, "", mostChildren); err != nil {
		return out, err
	}
	versions, err := documents[modelVersion](ctx, s.db.Reader(), `SELECT body_json FROM mlflow_models WHERE product_id = $1 AND kind = 'version' ORDER BY parent, number`, product)
	for _, v := range versions {
		if v.RunID == id {
			out.Versions = append(out.Versions, v.shown(nil))
		}
	}
	return out, err
}

// read lists the data sets that the run read.
func (r run) read() ([]DataRead, error) {
	var in struct {
		Data []struct {
			Tags    []pair   `json:"tags"`
			Dataset DataRead `json:"dataset"`
		} `json:"dataset_inputs"`
	}
	if err := json.Unmarshal(r.inputs, &in); err != nil {
		return nil, err
	}
	list := []DataRead{}
	for _, d := range in.Data {
		for _, t := range d.Tags {
			if t.Key == "mlflow.data.context" {
				d.Dataset.Context = t.Value
			}
		}
		list = append(list, d.Dataset)
	}
	return list, nil
}

// LoggedFile is a file or a folder of a run.
type LoggedFile struct {
	Path      string `json:"path" table:"路径|path"`
	Folder    bool   `json:"folder" table:"文件夹|folder"`
	SizeBytes int64  `json:"size_bytes" table:"字节|bytes"`
}

// Files lists what lies directly in a folder of a run, "" = the outermost.
func (s *Service) Files(ctx context.Context, product, id, folder string) ([]LoggedFile, error) {
	r, err := s.run(ctx, s.db.Reader(), product, id)
	if err != nil {
		return nil, err
	}
	list, err := s.within(&call{ctx: ctx, product: product}, artifactRoot(r), folder)
	out := []LoggedFile{}
	for _, f := range list {
		out = append(out, LoggedFile{f.Path, f.IsDir, f.Bytes})
	}
	return out, err
}

// artifact opens a file of a run. Faults: NoRun, NoArtifact.
func (s *Service) artifact(ctx context.Context, product, id, file string) (blob.Reader, int64, error) {
	r, err := s.run(ctx, s.db.Reader(), product, id)
	if err != nil {
		return nil, 0, err
	}
	var hash string
	var bytes int64
	err = s.db.Reader().QueryRowContext(ctx, `SELECT hash, bytes FROM mlflow_artifacts WHERE product_id = $1 AND path = $2`, product, artifactRoot(r)+"/"+file).Scan(&hash, &bytes)
	if errors.Is(err, sql.ErrNoRows) {
		err = NoArtifact.With("path", file)
	}
	if err != nil {
		return nil, 0, err
	}
	content, err := s.blobs.Open(ctx, blob.Hash(hash))
	return content, bytes, err
}

// Preview is the beginning of a file as a page may show it.
type Preview struct {
	Kind      string `json:"kind" enum:"text,picture,other"`
	Text      string `json:"text,omitempty"`
	Cut       bool   `json:"cut" doc:"后面还有|there is more"`
	Picture   string `json:"picture,omitempty" doc:"图片，base64|the picture in base64"`
	Type      string `json:"type,omitempty" doc:"图片的类型|media type of the picture"`
	SizeBytes int64  `json:"size_bytes"`
}

const (
	mostText    = 64 << 10
	mostPicture = 4 << 20
)

// Preview reads the beginning of a file. What is shown as a picture is told by its
// bytes, never by its name: what can hold a script is not among them.
func (s *Service) Preview(ctx context.Context, product, id, file string) (Preview, error) {
	content, size, err := s.artifact(ctx, product, id, file)
	if err != nil {
		return Preview{}, err
	}
	defer content.Close()
	p := Preview{Kind: "other", SizeBytes: size}
	head, err := io.ReadAll(io.NewSectionReader(content, 0, min(size, mostText)))
	if err != nil {
		return p, err
	}
	kind := http.DetectContentType(head)
	if slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp"}, kind) {
		if size > mostPicture {
			return p, nil
		}
		whole, err := io.ReadAll(io.NewSectionReader(content, 0, size))
		p.Kind, p.Type, p.Picture = "picture", kind, base64.StdEncoding.EncodeToString(whole)
		return p, err
	}
	p.Cut = size > int64(len(head))
	for cut := 0; p.Cut && cut < utf8.UTFMax && !utf8.Valid(head); cut++ { // a character cut in two
		head = head[:len(head)-1]
	}
	if utf8.Valid(head) && !bytes.ContainsRune(head, 0) {
		p.Kind, p.Text = "text", string(head)
	}
	return p, nil
}
