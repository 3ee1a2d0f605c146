package mlflow

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	common "go.opentelemetry.io/proto/otlp/common/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
)

// HexID is an id that a program outside gave. Unlike other texts it is never masked: it
// may have digits only, as the number of a card has, and leads nowhere without one.
type HexID struct{ hex string }

// String gives the id.
func (h HexID) String() string { return h.hex }

// MarshalText writes the id as it is.
func (h HexID) MarshalText() ([]byte, error) { return []byte(h.hex), nil }

// UnmarshalText takes any text.
func (h *HexID) UnmarshalText(text []byte) error { h.hex = string(text); return nil }

// Trace is one way of a request through a program outside.
type Trace struct {
	ID             HexID   `json:"id" table:"编号|id"`
	Name           string  `json:"name" table:"名称|name"`
	State          string  `json:"state" table:"状态|state" enum:"ok,error,open" doc:"ok 成功，error 出错，open 还没结束|ok, error, or open while it is not over"`
	Service        string  `json:"service" table:"服务|service"`
	BegunUS        int64   `json:"begun_us" table:"开始|began"`
	TookMS         float64 `json:"took_ms" table:"毫秒|ms" doc:"用了多少毫秒，没结束时为 0|milliseconds it took, 0 while it is open"`
	SpanCount      int64   `json:"span_count" table:"环节|spans"`
	ExperimentID   string  `json:"experiment_id"`
	ExperimentName string  `json:"experiment_name"`
	RunID          string  `json:"run_id,omitempty" doc:"属于哪个外部运行|the logged run it belongs to"`
	Asked          string  `json:"asked,omitempty" doc:"问了什么，开头|the beginning of what went in"`
	Answered       string  `json:"answered,omitempty" doc:"答了什么，开头|the beginning of what came out"`
}

// TraceShown is a trace with its spans as a tree.
type TraceShown struct {
	Trace
	Tags     []Text   `json:"tags" nullable:"false" table:"标签|tags"`
	Metadata []Text   `json:"metadata" nullable:"false" table:"客户端说的|metadata"`
	Spans    []SpanOf `json:"spans" nullable:"false" table:"环节|spans" doc:"环节，父在前、子紧跟其后|spans, each followed by those below it"`
}

// SpanOf is one span of a trace.
type SpanOf struct {
	Line    string  `json:"line" table:"环节|span" doc:"画成树的一行|a line of the tree"`
	ID      HexID   `json:"id" table:"编号|id"`
	Name    string  `json:"name"`
	Depth   int     `json:"depth" doc:"在第几层，0 是最外层|how deep it stands, 0 = outermost"`
	Kind    string  `json:"kind" table:"种类|kind" doc:"LLM、RETRIEVER、SERVER 等，程序自己写的|LLM, RETRIEVER, SERVER and the like, as the program says"`
	State   string  `json:"state" table:"状态|state" enum:"ok,error"`
	AfterMS float64 `json:"after_ms" table:"起于（毫秒）|after ms" doc:"追踪开始后多少毫秒开始|milliseconds after the trace began"`
	TookMS  float64 `json:"took_ms" table:"毫秒|ms"`
	Orphan  bool    `json:"orphan,omitempty" doc:"它的上级没有送来|what it belongs to did not come"`

	parent           string
	begunNS, endedNS int64
}

// SpanShown is one span with what it says.
type SpanShown struct {
	ID         HexID       `json:"id"`
	Name       string      `json:"name"`
	Kind       string      `json:"kind"`
	State      string      `json:"state" enum:"ok,error"`
	Message    string      `json:"message,omitempty" doc:"出错时程序写的话|what the program says of an error"`
	BegunUS    int64       `json:"begun_us"`
	TookMS     float64     `json:"took_ms"`
	Attributes []Text      `json:"attributes" nullable:"false"`
	Events     []SpanEvent `json:"events" nullable:"false"`
}

// SpanEvent is something that happened during a span, such as an exception.
type SpanEvent struct {
	Name       string  `json:"name" table:"事件|event"`
	AfterMS    float64 `json:"after_ms" table:"起于（毫秒）|after ms" doc:"环节开始后多少毫秒|milliseconds after the span began"`
	Attributes []Text  `json:"attributes" nullable:"false"`
}

// tracePages are the routes of our own pages and commands over traces.
func (s *Service) tracePages() []api.Route {
	const traces = "/api/v1/products/{product}/logged-traces"
	return []api.Route{
		api.Op("GET", traces, "runs traces", api.Viewer, "搜索外部程序的追踪，新的在前", "search the traces of programs outside, the newest first", s.listTraces),
		api.Op("GET", traces+"/{trace}", "runs trace", api.Viewer, "查看一条追踪：环节的树和时间", "show a trace: its spans as a tree with times", s.showTrace),
		api.Op("GET", traces+"/{trace}/spans/{span}", "runs span", api.Viewer, "查看追踪的一个环节：属性和事件", "show a span of a trace: attributes and events", s.showSpan),
	}
}

type tracesIn struct {
	ProductPath
	Experiment string   `query:"experiment" doc:"只看这个实验，不填则全部|only this experiment, all when absent"`
	Run        string   `query:"run" doc:"只看这个外部运行的|only those of this logged run"`
	Filter     string   `query:"filter" doc:"筛选，如 status = 'ERROR' and execution_time_ms > 1000|filter, such as status = 'ERROR' and execution_time_ms > 1000"`
	Order      []string `query:"order" doc:"排序，如 execution_time_ms DESC；不填则新的在前|order, such as execution_time_ms DESC; the newest first when absent"`
	Cursor     string   `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit      int      `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

func (s *Service) listTraces(ctx context.Context, in *tracesIn) (*out[api.Page[Trace]], error) {
	list, next, err := s.Traces(ctx, in.Product, in.Experiment, in.Run, in.Filter, in.Order, in.Cursor, in.Limit)
	return &out[api.Page[Trace]]{api.Page[Trace]{Items: list, Next: next}}, err
}

// TracePath names a trace in a path.
type TracePath struct {
	ProductPath
	Trace string `path:"trace" doc:"追踪的编号|id of the trace"`
}

func (s *Service) showTrace(ctx context.Context, in *struct{ TracePath }) (*out[TraceShown], error) {
	t, err := s.Trace(ctx, in.Product, in.Trace)
	return &out[TraceShown]{t}, err
}

type spanIn struct {
	TracePath
	Span string `path:"span" doc:"环节的编号|id of the span"`
}

func (s *Service) showSpan(ctx context.Context, in *spanIn) (*out[SpanShown], error) {
	span, err := s.Span(ctx, in.Product, in.Trace, in.Span)
	return &out[SpanShown]{span}, err
}

// Traces searches the traces of an experiment and a run, of all for "". Faults:
// NoExperiment, BadFilter, TooManyTraces, api.BadCursor.
func (s *Service) Traces(ctx context.Context, product, experiment, run, filter string, orders []string, cursor string, limit int) ([]Trace, string, error) {
	all, err := s.experiments(ctx, product)
	if err != nil {
		return nil, "", err
	}
	names := map[string]string{}
	for _, e := range all {
		names[e.ID] = e.Name
	}
	a := askingTraces{product: product, run: run, filter: filter, orders: orders, cursor: cursor, limit: limit}
	if experiment != "" {
		if _, there := names[experiment]; !there {
			return nil, "", NoExperiment.With("experiment", experiment)
		}
		a.experiments = []string{experiment}
	}
	found, next, err := s.findTraces(ctx, a)
	list := make([]Trace, len(found))
	for i, t := range found {
		list[i] = t.shown(names[t.Experiment])
	}
	return list, next, err
}

// shown is the trace as our pages show it.
func (t traced) shown(experiment string) Trace {
	out := Trace{
		ID: HexID{t.ID}, Name: t.Name, State: cmp.Or(strings.ToLower(t.State), "open"), Service: t.Service, BegunUS: t.BegunNS / 1000, SpanCount: t.SpanCount,
		ExperimentID: t.Experiment, ExperimentName: experiment, RunID: t.Run, Asked: t.Asked, Answered: t.Answered,
	}
	if t.lasted() > 0 {
		out.TookMS = float64(t.lasted()) / 1e6
	}
	return out
}

// Trace is one trace with its spans. Fault: NoTrace.
func (s *Service) Trace(ctx context.Context, product, id string) (TraceShown, error) {
	t, err := s.trace(ctx, s.db.Reader(), product, id)
	if err != nil {
		return TraceShown{}, err
	}
	e, err := s.experiment(ctx, s.db.Reader(), product, t.Experiment)
	if err != nil {
		return TraceShown{}, err
	}
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT id, parent_id, name, kind, state, begun_ns, ended_ns FROM mlflow_spans WHERE product_id = $1 AND trace_id = $2 ORDER BY begun_ns, id`, product, t.ID)
	spans, err := db.All(rows, err, func(o *SpanOf) []any {
		return []any{&o.ID.hex, &o.parent, &o.Name, &o.Kind, &o.State, &o.begunNS, &o.endedNS}
	})
	return TraceShown{Trace: t.shown(e.Name), Tags: texts(t.info.Tags), Metadata: texts(t.info.Metadata), Spans: treeOf(spans, t.BegunNS)}, err
}

func texts(of map[string]string) []Text {
	list := []Text{}
	for key, value := range of {
		list = append(list, Text{key, value})
	}
	slices.SortFunc(list, func(a, b Text) int { return strings.Compare(a.Key, b.Key) })
	return list
}

// deepest is how many levels the lines of a tree are indented.
const deepest = 24

// treeOf puts spans, given in the order in which they began, below each other. What has
// a parent that is not there, or is its own ancestor, stands outermost.
func treeOf(spans []SpanOf, begunNS int64) []SpanOf {
	there, below := map[string]bool{}, map[string][]int{}
	for _, o := range spans {
		there[o.ID.hex] = true
	}
	var roots []int
	for i, o := range spans {
		if there[o.parent] && o.parent != o.ID.hex {
			below[o.parent] = append(below[o.parent], i)
		} else {
			roots = append(roots, i)
		}
	}
	list, placed := make([]SpanOf, 0, len(spans)), make([]bool, len(spans))
	var place func(i, depth int, before, branch string)
	place = func(i, depth int, before, branch string) {
		if placed[i] {
			return
		}
		placed[i] = true
		o := spans[i]
		o.State, o.Depth, o.Line, o.Orphan = strings.ToLower(o.State), depth, before+branch+o.Name, depth == 0 && o.parent != ""
		o.AfterMS, o.TookMS = float64(o.begunNS-begunNS)/1e6, float64(max(0, o.endedNS-o.begunNS))/1e6
		list = append(list, o)
		switch {
		case depth >= deepest, branch == "":
		case branch == "└─ ":
			before += "   "
		default:
			before += "│  "
		}
		for n, child := range below[o.ID.hex] {
			branch := "├─ "
			if n == len(below[o.ID.hex])-1 {
				branch = "└─ "
			}
			place(child, depth+1, before, branch)
		}
	}
	for _, i := range roots {
		place(i, 0, "", "")
	}
	for i := range spans { // what is left goes in circles
		place(i, 0, "", "")
	}
	return list
}

// Span is one span of a trace with all that it says. Faults: NoTrace, NoSpan.
func (s *Service) Span(ctx context.Context, product, trace, id string) (SpanShown, error) {
	t, err := s.trace(ctx, s.db.Reader(), product, trace)
	if err != nil {
		return SpanShown{}, err
	}
	out := SpanShown{ID: HexID{id}, Attributes: []Text{}, Events: []SpanEvent{}}
	var body string
	err = s.db.Reader().QueryRowContext(ctx, `SELECT kind, state, span_json FROM mlflow_spans WHERE product_id = $1 AND trace_id = $2 AND id = $3`, product, t.ID, id).Scan(&out.Kind, &out.State, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return out, NoSpan.With("trace", t.ID, "span", cut(id))
	}
	if err != nil {
		return out, db.Explain(err)
	}
	span := &otlp.Span{}
	if err := protojson.Unmarshal([]byte(body), span); err != nil {
		return out, fmt.Errorf("read a span: %w", err)
	}
	out.Name, out.State, out.Message = span.Name, strings.ToLower(out.State), span.GetStatus().GetMessage()
	out.BegunUS, out.TookMS = int64(span.StartTimeUnixNano/1000), float64(max(0, int64(span.EndTimeUnixNano)-int64(span.StartTimeUnixNano)))/1e6
	out.Attributes = attributeTexts(span.Attributes)
	for _, e := range span.Events {
		out.Events = append(out.Events, SpanEvent{Name: e.Name, AfterMS: (float64(e.TimeUnixNano) - float64(span.StartTimeUnixNano)) / 1e6, Attributes: attributeTexts(e.Attributes)})
	}
	return out, nil
}

// attributeTexts are attributes in the order in which they came; texts that MLflow's
// client wrote as JSON are read.
func attributeTexts(list []*common.KeyValue) []Text {
	out := []Text{}
	for _, a := range list {
		text := textOf(a.Value)
		var unquoted string
		if json.Unmarshal([]byte(text), &unquoted) == nil {
			text = unquoted
		}
		out = append(out, Text{a.Key, text})
	}
	return out
}
