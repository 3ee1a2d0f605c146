package mlflow

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"
	"time"

	"zhuomo/internal/db"
)

const (
	// mostTold bounds what a client tells of a trace beside its spans.
	mostTold = 64 << 10
	// mostLinked is how many traces one call links, deletes or reads.
	mostLinked = 100
	// mostAnswered bounds the spans of one answer.
	mostAnswered = 64 << 20

	sourceRun, traceName = "mlflow.sourceRun", "mlflow.traceName"
)

// toldTrace is how the protocol tells of a trace.
type toldTrace struct {
	ID       string `json:"trace_id"`
	Location struct {
		Type       string `json:"type"`
		Experiment struct {
			ID string `json:"experiment_id"`
		} `json:"mlflow_experiment"`
	} `json:"trace_location"`
	Begun    string `json:"request_time,omitempty"`
	Duration string `json:"execution_duration,omitempty"`
	State    string `json:"state,omitempty"`
	Asked    string `json:"request_preview,omitempty"`
	Answered string `json:"response_preview,omitempty"`
	info
}

// told is the trace in the protocol's words.
func (t traced) told() toldTrace {
	out := toldTrace{ID: t.ID, Begun: time.Unix(0, t.BegunNS).UTC().Format(time.RFC3339Nano), State: cmp.Or(t.State, "IN_PROGRESS"), Asked: t.Asked, Answered: t.Answered, info: t.info}
	out.Location.Type, out.Location.Experiment.ID = "MLFLOW_EXPERIMENT", t.Experiment
	if lasted := t.lasted(); lasted >= 0 {
		out.Duration = fmt.Sprintf("%d.%09ds", lasted/time.Second, lasted%time.Second)
	}
	out.Tags, out.Metadata = t.tags(), t.metadata()
	return out
}

// lasted is how long a trace took, less than 0 while it is not over.
func (t traced) lasted() time.Duration {
	if t.EndedNS == 0 {
		return -1
	}
	return time.Duration(t.EndedNS - t.BegunNS)
}

func (t traced) tags() map[string]string {
	tags := map[string]string{}
	maps.Copy(tags, t.info.Tags)
	if t.Name != "" {
		tags[traceName] = t.Name
	}
	tags["mlflow.artifactLocation"] = "mlflow-artifacts:/" + t.Experiment + "/traces/" + t.ID + "/artifacts"
	tags["mlflow.trace.spansLocation"] = "TRACKING_STORE" // the client need not keep them in a file
	return tags
}

func (t traced) metadata() map[string]string {
	metadata := map[string]string{"mlflow.trace_schema.version": "3"}
	maps.Copy(metadata, t.info.Metadata)
	if t.Run != "" {
		metadata[sourceRun] = t.Run
	}
	return metadata
}

func answerInfo(t traced, err error) (any, error) {
	return map[string]any{"trace": map[string]any{"trace_info": t.told()}}, err
}

// startTrace keeps what a client tells of a trace, which it does at its end.
func (s *Service) startTrace(c *call) (any, error) {
	var sent struct {
		Info toldTrace `json:"trace_info"`
	}
	if err := json.Unmarshal(c.in["trace"], &sent); err != nil {
		return nil, BadValue.With("field", "trace", "got", cut(string(c.in["trace"])), "want", "a trace with its trace_info").At("trace").Because(err)
	}
	in := sent.Info
	id, err := hex.DecodeString(strings.TrimPrefix(in.ID, "tr-"))
	if err != nil || len(id) != 16 || !strings.HasPrefix(in.ID, "tr-") {
		return nil, BadValue.With("field", "trace_id", "got", cut(in.ID), "want", "tr- and 32 hexadecimal digits").At("trace_id")
	}
	t := traced{
		ID: traceID(id), Experiment: cmp.Or(in.Location.Experiment.ID, defaultID), State: in.State, Run: in.Metadata[sourceRun], Name: columnText(in.Tags[traceName], 500),
		Asked: columnText(in.Asked, 1000), Answered: columnText(in.Answered, 1000), info: in.info,
	}
	if t.State != "OK" && t.State != "ERROR" {
		t.State = ""
	}
	begun, err := time.Parse(time.RFC3339Nano, in.Begun)
	if err != nil || begun.Unix() <= 0 || begun.Year() > 2261 {
		return nil, BadValue.With("field", "request_time", "got", cut(in.Begun), "want", "a time from 1970 to 2261, as 2026-11-28T04:00:00Z").At("request_time")
	}
	t.BegunNS = begun.UnixNano()
	if in.Duration != "" {
		lasted, err := time.ParseDuration(in.Duration)
		if err != nil || lasted < 0 || lasted > time.Duration(math.MaxInt64-t.BegunNS) {
			return nil, BadValue.With("field", "execution_duration", "got", cut(in.Duration), "want", "seconds as 0.25s").At("execution_duration")
		}
		t.EndedNS = t.BegunNS + int64(lasted)
	}
	err = s.db.WriteSure(c.ctx, func(ctx context.Context, tx db.Tx) error {
		if err := s.writable(ctx, tx, c.product, t.Experiment, t.Run); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, c.product, t); err != nil {
			return err
		}
		t, err = s.trace(ctx, tx, c.product, t.ID)
		return err
	})
	return answerInfo(t, err)
}

// tell is saveTold within the bound. Fault: BadValue.
func (s *Service) tell(ctx context.Context, tx db.Tx, product string, t traced) error {
	size := len(t.info.Assessments) + len(t.info.ClientID)
	for _, list := range []map[string]string{t.info.Tags, t.info.Metadata} {
		for key, value := range list {
			size += len(key) + len(value)
		}
	}
	if size > mostTold {
		return BadValue.With("field", "trace_info", "got", fmt.Sprintf("%d KiB", size>>10), "want", fmt.Sprintf("at most %d KiB of tags, metadata and assessments", mostTold>>10)).At("trace_info")
	}
	return saveTold(ctx, tx, product, t)
}

func (s *Service) traceInfo(c *call) (any, error) {
	return answerInfo(s.trace(c.ctx, s.db.Reader(), c.product, c.text("trace_id")))
}

// wholeTrace is a trace with its spans as the protocol writes it.
type wholeTrace struct {
	Info  toldTrace         `json:"trace_info"`
	Spans []json.RawMessage `json:"spans"`
}

// whole reads a trace with its spans. room is how many bytes of spans may still be
// answered. Faults: NoTrace, BadValue.
func (s *Service) whole(ctx context.Context, product, id string, room *int64) (wholeTrace, error) {
	t, err := s.trace(ctx, s.db.Reader(), product, id)
	if err != nil {
		return wholeTrace{}, err
	}
	if *room -= t.Bytes; *room < 0 {
		return wholeTrace{}, BadValue.With("field", "trace_ids", "got", fmt.Sprintf("more than %d MiB of spans", mostAnswered>>20), "want", "fewer traces at once").At("trace_ids")
	}
	bodies, err := s.spanBodies(ctx, product, t.ID)
	out := wholeTrace{t.told(), make([]json.RawMessage, len(bodies))}
	for i, body := range bodies {
		out.Spans[i] = json.RawMessage(body)
	}
	return out, err
}

func (s *Service) getTrace(c *call) (any, error) {
	room := int64(mostAnswered)
	t, err := s.whole(c.ctx, c.product, c.text("trace_id"), &room)
	return map[string]any{"trace": t}, err
}

// some reads the ids of a call. Fault: BadValue.
func (c *call) some(name string) ([]string, error) {
	ids := c.list(name)
	if len(ids) > mostLinked {
		return nil, BadValue.With("field", name, "got", len(ids), "want", fmt.Sprintf("at most %d", mostLinked)).At(name)
	}
	return ids, nil
}

// batchTraces gives many traces with their spans; those that are not there are left out.
func (s *Service) batchTraces(c *call) (any, error) {
	ids, err := c.some("trace_ids")
	if err != nil {
		return nil, err
	}
	room, list := int64(mostAnswered), []wholeTrace{}
	for _, id := range ids {
		t, err := s.whole(c.ctx, c.product, id, &room)
		if errors.Is(err, NoTrace) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return map[string]any{"traces": list}, nil
}

func (s *Service) batchTraceInfos(c *call) (any, error) {
	ids, err := c.some("trace_ids")
	if err != nil {
		return nil, err
	}
	list := []toldTrace{}
	for _, id := range ids {
		t, there, err := s.traceThere(c.ctx, s.db.Reader(), c.product, id)
		if err != nil {
			return nil, err
		}
		if there {
			list = append(list, t.told())
		}
	}
	return map[string]any{"trace_infos": list}, nil
}

func (s *Service) searchTraces(c *call) (any, error) {
	var locations []struct {
		Experiment struct {
			ID string `json:"experiment_id"`
		} `json:"mlflow_experiment"`
	}
	if err := json.Unmarshal(c.in["locations"], &locations); err != nil || len(locations) == 0 || len(locations) > mostLinked {
		return nil, BadValue.With("field", "locations", "got", cut(string(c.in["locations"])), "want", fmt.Sprintf("1–%d experiments", mostLinked)).At("locations")
	}
	a := askingTraces{product: c.product, filter: c.text("filter"), orders: c.list("order_by"), cursor: c.text("page_token"), limit: int(min(cmp.Or(c.number("max_results"), 100), mostTraces))}
	for _, l := range locations {
		a.experiments = append(a.experiments, l.Experiment.ID)
	}
	if a.limit < 1 {
		return nil, BadValue.With("field", "max_results", "got", a.limit, "want", fmt.Sprintf("1–%d", mostTraces)).At("max_results")
	}
	found, next, err := s.findTraces(c.ctx, a)
	list := make([]toldTrace, len(found))
	for i, t := range found {
		list[i] = t.told()
	}
	return map[string]any{"traces": list, "next_page_token": next}, err
}

// changeTrace reads a trace, lets do change it and keeps what is told of it.
func (s *Service) changeTrace(c *call, id string, do func(ctx context.Context, tx db.Tx, t *traced) error) error {
	return s.db.Write(c.ctx, func(ctx context.Context, tx db.Tx) error {
		t, err := s.trace(ctx, tx, c.product, id)
		if err != nil {
			return err
		}
		if err := do(ctx, tx, &t); err != nil {
			return err
		}
		return s.tell(ctx, tx, c.product, t)
	})
}

func (s *Service) setTraceTag(c *call) (any, error) {
	key, err := c.must("key")
	if err != nil {
		return nil, err
	}
	return nil, s.changeTrace(c, c.text("trace_id"), func(_ context.Context, _ db.Tx, t *traced) error {
		if t.info.Tags == nil {
			t.info.Tags = map[string]string{}
		}
		t.info.Tags[key] = c.text("value")
		return nil
	})
}

func (s *Service) deleteTraceTag(c *call) (any, error) {
	key, err := c.must("key")
	if err != nil {
		return nil, err
	}
	return nil, s.changeTrace(c, c.text("trace_id"), func(_ context.Context, _ db.Tx, t *traced) error {
		if _, there := t.info.Tags[key]; !there {
			return BadValue.With("field", "key", "got", cut(key), "want", "a tag that the trace has").At("key")
		}
		delete(t.info.Tags, key)
		return nil
	})
}

// linkTraces says which run traces belong to: one, and the last that was told.
func (s *Service) linkTraces(c *call) (any, error) {
	run, err := c.must("run_id")
	if err != nil {
		return nil, err
	}
	ids, err := c.some("trace_ids")
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		err := s.changeTrace(c, id, func(ctx context.Context, tx db.Tx, t *traced) error {
			t.Run = run
			_, err := s.run(ctx, tx, c.product, run)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// deleteTraces deletes those named, or those that began until a time.
func (s *Service) deleteTraces(c *call) (any, error) {
	experiment, err := c.must("experiment_id")
	if err != nil {
		return nil, err
	}
	ids := c.list("request_ids")
	until, most := c.number("max_timestamp_millis"), c.number("max_traces")
	if len(ids) > mostLinked || (len(ids) > 0) == (until > 0) {
		return nil, BadValue.With("field", "request_ids", "got", len(ids), "want", fmt.Sprintf("1–%d ids, or max_timestamp_millis, not both", mostLinked)).At("request_ids")
	}
	if most <= 0 || most > 10_000 {
		most = 10_000
	}
	dropped, err := s.dropTraces(c.ctx, c.product, experiment, ids, min(until, math.MaxInt64/int64(1e6))*1e6, int(most))
	return map[string]int{"traces_deleted": dropped}, err
}
