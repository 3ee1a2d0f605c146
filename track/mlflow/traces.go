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

	"zhuomo/internal/db"
)

// Bounds of one trace, and of one export. What is beyond is refused, span by span.
const (
	mostSpans      = 10_000
	mostTraceBytes = 64 << 20
	// spanRows is how many spans or traces one statement keeps.
	spanRows = 500
)

// traced is a trace without its spans. State is OK, ERROR, or "" while the root span
// is not there.
type traced struct {
	ID, Experiment, Run, Name, Service, State, Asked, Answered string
	BegunNS, EndedNS, SpanCount, Bytes                         int64

	info info
}

// info is what a client tells of a trace beside its spans.
type info struct {
	ClientID    string            `json:"client_request_id,omitempty"`
	Metadata    map[string]string `json:"trace_metadata,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Assessments json.RawMessage   `json:"assessments,omitempty"`
}

const tracedColumns = `id, experiment_id, run_id, name, service, state, asked, answered, begun_ns, ended_ns, span_count, span_bytes, info_json`

func scanTraced(row interface{ Scan(...any) error }) (t traced, err error) {
	var told string
	if err = row.Scan(&t.ID, &t.Experiment, &t.Run, &t.Name, &t.Service, &t.State, &t.Asked, &t.Answered, &t.BegunNS, &t.EndedNS, &t.SpanCount, &t.Bytes, &told); err == nil {
		err = json.Unmarshal([]byte(told), &t.info)
	}
	return t, err
}

// trace finds one by its id, with or without MLflow's tr- before it. Fault: NoTrace.
func (s *Service) trace(ctx context.Context, r db.Reader, product, id string) (traced, error) {
	if !strings.HasPrefix(id, "tr-") {
		id = "tr-" + id
	}
	t, err := scanTraced(r.QueryRowContext(ctx, `SELECT `+tracedColumns+` FROM mlflow_traces WHERE product_id = $1 AND id = $2`, product, id))
	if errors.Is(err, sql.ErrNoRows) {
		return t, NoTrace.With("trace", cut(id))
	}
	return t, db.Explain(err)
}

// traceThere is trace where there may be none.
func (s *Service) traceThere(ctx context.Context, r db.Reader, product, id string) (t traced, there bool, err error) {
	t, err = s.trace(ctx, r, product, id)
	if errors.Is(err, NoTrace) {
		return t, false, nil
	}
	return t, err == nil, err
}

// writable tells whether traces may come to an experiment and a run ("" = none).
// Faults: NoExperiment, NoRun, WrongState.
func (s *Service) writable(ctx context.Context, tx db.Tx, product, experiment, run string) error {
	e, err := s.experiment(ctx, tx, product, experiment)
	if err != nil {
		return err
	}
	if e.Stage != active {
		return WrongState.With("what", e.Name, "state", e.Stage)
	}
	if run != "" {
		_, err = s.run(ctx, tx, product, run)
	}
	return err
}

// keepSpans keeps what an exporter sent, in one transaction; a span that is there
// already stays as it is, so that what is sent twice is kept once. It tells what is
// beyond the bounds of a trace. Faults: NoExperiment, NoRun, WrongState.
func (s *Service) keepSpans(ctx context.Context, product, experiment, run string, spans []sentSpan) (beyond refusal, err error) {
	experiment = cmp.Or(experiment, defaultID)
	// Always in one order, so that two exporters do not wait for each other.
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b sentSpan) int { return cmp.Or(strings.Compare(a.trace, b.trace), strings.Compare(a.id, b.id)) })
	spans = slices.CompactFunc(spans, func(a, b sentSpan) bool { return a.trace == b.trace && a.id == b.id })
	err = s.db.WriteSure(ctx, func(ctx context.Context, tx db.Tx) error {
		k := &keeping{tx: tx, product: product, experiment: experiment, run: run}
		if err := s.writable(ctx, tx, product, experiment, run); err != nil {
			return err
		}
		for rest := spans; len(rest) > 0; {
			some, after := firstTraces(rest, traceRows)
			if err := k.keep(ctx, some); err != nil {
				return err
			}
			rest = after
		}
		beyond = k.beyond
		return nil
	})
	return beyond, err
}

// firstTraces cuts spans, sorted by trace, after so many traces.
func firstTraces(spans []sentSpan, most int) (some, rest []sentSpan) {
	traces := 0
	for i := range spans {
		if i == 0 || spans[i].trace != spans[i-1].trace {
			if traces++; traces > most {
				return spans[:i], spans[i:]
			}
		}
	}
	return spans, nil
}

// keeping is one transaction that keeps spans.
type keeping struct {
	tx                       db.Tx
	product, experiment, run string
	beyond                   refusal
}

// keep keeps spans, sorted by trace, and counts them in their traces.
func (k *keeping) keep(ctx context.Context, spans []sentSpan) error {
	there, err := k.there(ctx, spans)
	if err != nil {
		return err
	}
	var list []traced
	var kept []any
	for len(spans) > 0 {
		of, after := firstTraces(spans, 1)
		spans = after
		known, err := k.known(ctx, there[of[0].trace])
		if err != nil {
			return err
		}
		t := traced{ID: of[0].trace, Experiment: k.experiment, Run: k.run}
		for _, one := range of {
			if !known[one.id] && k.fits(there[t.ID], t, one) {
				t.add(one)
				kept = append(kept, k.product, one.trace, one.id, one.parent, one.name, one.kind, one.state, one.begunNS, one.endedNS, one.body)
			}
		}
		if t.SpanCount > 0 {
			list = append(list, t)
		}
	}
	// A span that another exporter keeps at the same time makes PostgreSQL begin anew; db.Write does.
	if err := insertMany(ctx, k.tx, `INSERT INTO mlflow_spans (product_id, trace_id, id, parent_id, name, kind, state, begun_ns, ended_ns, span_json) VALUES `, 10, kept,
		` ON CONFLICT (product_id, trace_id, id) DO NOTHING`); err != nil {
		return err
	}
	return k.count(ctx, list)
}

// there are the traces of spans that were told of before.
func (k *keeping) there(ctx context.Context, spans []sentSpan) (map[string]traced, error) {
	q := &question{}
	product, ids := q.arg(k.product), []string{}
	for i := range spans {
		if i == 0 || spans[i].trace != spans[i-1].trace {
			ids = append(ids, spans[i].trace)
		}
	}
	rows, err := k.tx.QueryContext(ctx, `SELECT id, span_count, span_bytes FROM mlflow_traces WHERE product_id = `+product+` AND id IN `+q.listed(ids), q.args...)
	list, err := db.All(rows, err, func(t *traced) []any { return []any{&t.ID, &t.SpanCount, &t.Bytes} })
	found := map[string]traced{}
	for _, t := range list {
		found[t.ID] = t
	}
	return found, err
}

// known are the ids of the spans that a trace has.
func (k *keeping) known(ctx context.Context, t traced) (map[string]bool, error) {
	if t.SpanCount == 0 {
		return nil, nil
	}
	rows, err := k.tx.QueryContext(ctx, `SELECT id FROM mlflow_spans WHERE product_id = $1 AND trace_id = $2`, k.product, t.ID)
	ids, err := db.All(rows, err, func(id *string) []any { return []any{id} })
	known := map[string]bool{}
	for _, id := range ids {
		known[id] = true
	}
	return known, err
}

// fits tells whether one more span is within the bounds of its trace, of which some are
// there and some are new.
func (k *keeping) fits(there, t traced, one sentSpan) bool {
	switch {
	case there.SpanCount+t.SpanCount >= mostSpans:
		k.beyond.add(1, fmt.Sprintf("a trace has at most %d spans", mostSpans))
	case there.Bytes+t.Bytes+int64(len(one.body)) > mostTraceBytes:
		k.beyond.add(1, fmt.Sprintf("a trace has at most %d MiB", mostTraceBytes>>20))
	default:
		return true
	}
	return false
}

// add counts a span in its trace.
func (t *traced) add(one sentSpan) {
	if t.SpanCount == 0 {
		t.BegunNS = one.begunNS
	}
	t.SpanCount, t.Bytes = t.SpanCount+1, t.Bytes+int64(len(one.body))
	t.BegunNS, t.EndedNS = min(t.BegunNS, one.begunNS), max(t.EndedNS, one.endedNS)
	if one.parent == "" {
		t.Name, t.State, t.Service, t.Asked, t.Answered = one.name, one.state, one.service, one.asked, one.answered
	}
}

// count adds what is new of traces to what is there.
func (k *keeping) count(ctx context.Context, list []traced) error {
	var rows []any
	for _, t := range list {
		rows = append(rows, k.product, t.ID, t.Experiment, t.Run, t.Name, t.Service, t.State, t.Asked, t.Answered, t.BegunNS, t.EndedNS, t.SpanCount, t.Bytes)
	}
	return insertMany(ctx, k.tx, `INSERT INTO mlflow_traces (product_id, id, experiment_id, run_id, name, service, state, asked, answered, begun_ns, ended_ns, span_count, span_bytes) VALUES `, 13, rows, `
ON CONFLICT (product_id, id) DO UPDATE SET
	run_id = CASE WHEN excluded.run_id <> '' THEN excluded.run_id ELSE mlflow_traces.run_id END,
	name = CASE WHEN mlflow_traces.name = '' THEN excluded.name ELSE mlflow_traces.name END,
	service = CASE WHEN mlflow_traces.service = '' THEN excluded.service ELSE mlflow_traces.service END,
	state = CASE WHEN mlflow_traces.state = '' THEN excluded.state ELSE mlflow_traces.state END,
	asked = CASE WHEN mlflow_traces.asked = '' THEN excluded.asked ELSE mlflow_traces.asked END,
	answered = CASE WHEN mlflow_traces.answered = '' THEN excluded.answered ELSE mlflow_traces.answered END,
	begun_ns = CASE WHEN mlflow_traces.span_count = 0 OR excluded.begun_ns < mlflow_traces.begun_ns THEN excluded.begun_ns ELSE mlflow_traces.begun_ns END,
	ended_ns = CASE WHEN mlflow_traces.span_count = 0 OR excluded.ended_ns > mlflow_traces.ended_ns THEN excluded.ended_ns ELSE mlflow_traces.ended_ns END,
	span_count = mlflow_traces.span_count + excluded.span_count, span_bytes = mlflow_traces.span_bytes + excluded.span_bytes`)
}

// insertMany runs an insert for rows of some columns each, spanRows at a time.
func insertMany(ctx context.Context, tx db.Tx, insert string, columns int, values []any, conflict string) error {
	for len(values) > 0 {
		n := min(len(values), spanRows*columns)
		if _, err := tx.ExecContext(ctx, insert+places(n/columns, columns)+conflict, values[:n]...); err != nil {
			return db.Explain(err)
		}
		values = values[n:]
	}
	return nil
}

// saveTold keeps what a client told of a trace, over what was told before. Of its times
// the spans know more than the client, which tells milliseconds.
func saveTold(ctx context.Context, tx db.Tx, product string, t traced) error {
	body, err := json.Marshal(t.info)
	if err != nil {
		return fmt.Errorf("encode what is told of a trace: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
INSERT INTO mlflow_traces (product_id, id, experiment_id, run_id, name, state, asked, answered, begun_ns, ended_ns, info_json)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (product_id, id) DO UPDATE SET
	run_id = CASE WHEN excluded.run_id <> '' THEN excluded.run_id ELSE mlflow_traces.run_id END,
	info_json = excluded.info_json,
	name = CASE WHEN excluded.name <> '' THEN excluded.name ELSE mlflow_traces.name END,
	state = CASE WHEN excluded.state <> '' THEN excluded.state ELSE mlflow_traces.state END,
	asked = CASE WHEN excluded.asked <> '' THEN excluded.asked ELSE mlflow_traces.asked END,
	answered = CASE WHEN excluded.answered <> '' THEN excluded.answered ELSE mlflow_traces.answered END,
	begun_ns = CASE WHEN mlflow_traces.span_count = 0 THEN excluded.begun_ns ELSE mlflow_traces.begun_ns END,
	ended_ns = CASE WHEN mlflow_traces.span_count = 0 THEN excluded.ended_ns ELSE mlflow_traces.ended_ns END`,
		product, t.ID, t.Experiment, t.Run, t.Name, t.State, t.Asked, t.Answered, t.BegunNS, t.EndedNS, string(body))
	return db.Explain(err)
}

// spanBodies are the kept spans of a trace in the order in which they began.
func (s *Service) spanBodies(ctx context.Context, product, trace string) ([]string, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT span_json FROM mlflow_spans WHERE product_id = $1 AND trace_id = $2 ORDER BY begun_ns, id`, product, trace)
	return db.All(rows, err, func(body *string) []any { return []any{body} })
}

// dropTraces deletes traces of an experiment: those named, or those that began until a
// time, the oldest first, so many at most. It tells how many there were.
func (s *Service) dropTraces(ctx context.Context, product, experiment string, ids []string, untilNS int64, most int) (dropped int, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		dropped = 0
		list := ids
		if list == nil {
			rows, err := tx.QueryContext(ctx, `SELECT id FROM mlflow_traces WHERE product_id = $1 AND experiment_id = $2 AND begun_ns <= $3 ORDER BY begun_ns, id LIMIT $4`, product, experiment, untilNS, most)
			if list, err = db.All(rows, err, func(id *string) []any { return []any{id} }); err != nil {
				return err
			}
		}
		for _, id := range list {
			done, err := tx.ExecContext(ctx, `DELETE FROM mlflow_traces WHERE product_id = $1 AND experiment_id = $2 AND id = $3`, product, experiment, id)
			if err != nil {
				return db.Explain(err)
			}
			n, err := done.RowsAffected()
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM mlflow_spans WHERE product_id = $1 AND trace_id = $2`, product, id); err != nil {
				return db.Explain(err)
			}
			dropped++
		}
		return nil
	})
	return dropped, err
}
