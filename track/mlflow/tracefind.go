package mlflow

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/spec"
)

const (
	// mostTraces is how many traces one answer has at most.
	mostTraces = 500
	// mostRanked is how many traces can be put into another order than the newest first.
	mostRanked = 100_000
	// traceRows is how many rows of traces are read at once.
	traceRows = 200
)

// askingTraces is what a search of traces wants.
type askingTraces struct {
	product     string
	experiments []string // none = all
	run         string   // "" = all
	filter      string
	orders      []string // none = the newest first
	limit       int
	cursor      string
}

// tracePlace is where a page ended: the last trace of it, or how many there were in
// another order.
type tracePlace struct {
	BegunNS int64  `json:"b,omitempty"`
	ID      string `json:"i,omitempty"`
	Offset  int    `json:"o,omitempty"`
}

// traceFigures and traceTexts are the attributes of a trace that can be searched; times
// are milliseconds.
var (
	traceFigures = map[string]func(*traced) float64{
		"timestamp_ms": func(t *traced) float64 { return float64(t.BegunNS / 1e6) }, "timestamp": func(t *traced) float64 { return float64(t.BegunNS / 1e6) },
		"execution_time_ms": tookMS, "execution_time": tookMS,
		"end_time_ms": func(t *traced) float64 { return float64(t.EndedNS / 1e6) }, "end_time": func(t *traced) float64 { return float64(t.EndedNS / 1e6) },
		"span_count": func(t *traced) float64 { return float64(t.SpanCount) },
	}
	traceTexts = map[string]func(*traced) string{
		"status": func(t *traced) string { return cmp.Or(t.State, "IN_PROGRESS") }, "state": func(t *traced) string { return cmp.Or(t.State, "IN_PROGRESS") },
		"name": func(t *traced) string { return t.Name }, "run_id": func(t *traced) string { return t.Run }, "experiment_id": func(t *traced) string { return t.Experiment },
		"request_id": func(t *traced) string { return t.ID }, "trace_id": func(t *traced) string { return t.ID }, "client_request_id": func(t *traced) string { return t.info.ClientID },
		"service": func(t *traced) string { return t.Service },
	}
)

// tookMS is how long a trace took, NaN while it is not over.
func tookMS(t *traced) float64 {
	if t.lasted() < 0 {
		return math.NaN()
	}
	return float64(t.lasted()) / 1e6
}

// noTraceAttribute tells which attributes there are.
func noTraceAttribute() spec.Text {
	names := strings.Join(append(slices.Sorted(maps.Keys(traceFigures)), slices.Sorted(maps.Keys(traceTexts))...), ", ")
	return spec.Text{ZH: "追踪可以按 tags、metadata 和这些属性筛选、按属性排序：" + names, EN: "traces are filtered by tags, metadata and these attributes, and sorted by attributes: " + names}
}

// ofTrace makes of a condition what tells whether a trace fits. Fault: BadFilter.
func (c condition) ofTrace() (func(*traced) bool, error) {
	bad := func(why spec.Text) error {
		return BadFilter.With("filter", strings.Join(append([]string{c.key, c.op}, c.values...), " "), "why", why).At("filter")
	}
	switch c.kind {
	case "tag":
		return func(t *traced) bool { v, there := t.tags()[c.key]; return c.holds(v, there) }, nil
	case "metadata":
		return func(t *traced) bool { v, there := t.metadata()[c.key]; return c.holds(v, there) }, nil
	case "attribute":
		if figure, there := traceFigures[c.key]; there {
			if !c.areNumbers() {
				return nil, bad(noNumber)
			}
			return func(t *traced) bool { v := figure(t); return !math.IsNaN(v) && c.holdsNumber(v) }, nil
		}
		if text, there := traceTexts[c.key]; there {
			return func(t *traced) bool { v := text(t); return c.holds(v, v != "") }, nil
		}
	}
	return nil, bad(noTraceAttribute())
}

// findTraces searches traces and gives the cursor of what comes after them. The newest
// first are read until the page is full; any other order looks at all that fit.
// Faults: BadFilter, TooManyTraces, api.BadCursor.
func (s *Service) findTraces(ctx context.Context, a askingTraces) (found []traced, next string, err error) {
	conditions, err := parseFilter(a.filter)
	if err != nil {
		return nil, "", err
	}
	var tests []func(*traced) bool
	for _, c := range conditions {
		if c.kind == "attribute" && c.key == "run_id" && c.op == "=" && a.run == "" {
			a.run = c.values[0] // there is an index
		}
		test, err := c.ofTrace()
		if err != nil {
			return nil, "", err
		}
		tests = append(tests, test)
	}
	fits := func(t *traced) bool {
		return !slices.ContainsFunc(tests, func(holds func(*traced) bool) bool { return !holds(t) })
	}
	orders, err := parseOrders(a.orders)
	if err != nil {
		return nil, "", err
	}
	var place tracePlace
	if err := api.ReadCursor(a.cursor, &place); err != nil {
		return nil, "", err
	}
	if len(orders) > 0 && !(orders[0].kind == "attribute" && (orders[0].key == "timestamp_ms" || orders[0].key == "timestamp") && orders[0].down) {
		return s.rankTraces(ctx, a, fits, orders, place.Offset)
	}
	err = s.eachTrace(ctx, a, place, func(t *traced) bool {
		if fits(t) {
			found = append(found, *t)
		}
		return len(found) <= a.limit
	})
	if len(found) > a.limit {
		found = found[:a.limit]
		last := found[a.limit-1]
		next = api.Cursor(tracePlace{BegunNS: last.BegunNS, ID: last.ID})
	}
	return found, next, err
}

// rankTraces is findTraces in another order: it holds what is sorted by, not the traces.
func (s *Service) rankTraces(ctx context.Context, a askingTraces, fits func(*traced) bool, orders []order, offset int) (found []traced, next string, err error) {
	type ranked struct {
		id    string
		ranks []rank
	}
	of := make([]func(*traced) rank, len(orders))
	for i, o := range orders {
		figure, text := traceFigures[o.key], traceTexts[o.key]
		switch {
		case o.kind == "attribute" && figure != nil:
			of[i] = func(t *traced) rank {
				if v := figure(t); !math.IsNaN(v) {
					return rank{number: v}
				}
				return rank{group: 1}
			}
		case o.kind == "attribute" && text != nil:
			of[i] = func(t *traced) rank { return rank{text: text(t)} }
		default:
			return nil, "", BadFilter.With("filter", o.key, "why", noTraceAttribute()).At("order_by")
		}
	}
	var all []ranked
	err = s.eachTrace(ctx, a, tracePlace{}, func(t *traced) bool {
		if fits(t) {
			one := ranked{t.ID, make([]rank, len(of))}
			for i := range of {
				one.ranks[i] = of[i](t)
			}
			all = append(all, one)
		}
		return len(all) <= mostRanked
	})
	if err != nil {
		return nil, "", err
	}
	if len(all) > mostRanked {
		return nil, "", TooManyTraces.With("most", mostRanked).At("order_by")
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		for i, o := range orders {
			if groups := cmp.Compare(a.ranks[i].group, b.ranks[i].group); groups != 0 {
				return groups
			}
			sign := cmp.Or(cmp.Compare(a.ranks[i].number, b.ranks[i].number), strings.Compare(a.ranks[i].text, b.ranks[i].text))
			if o.down {
				sign = -sign
			}
			if sign != 0 {
				return sign
			}
		}
		return 0
	})
	offset = min(max(offset, 0), len(all))
	to := min(offset+a.limit, len(all))
	for _, one := range all[offset:to] {
		t, there, err := s.traceThere(ctx, s.db.Reader(), a.product, one.id)
		if err != nil {
			return nil, "", err
		}
		if there { // else it was deleted meanwhile
			found = append(found, t)
		}
	}
	if to < len(all) {
		next = api.Cursor(tracePlace{Offset: to})
	}
	return found, next, nil
}

// eachTrace reads traces, the newest first, those after a place, until do says no.
func (s *Service) eachTrace(ctx context.Context, a askingTraces, after tracePlace, do func(t *traced) bool) error {
	for {
		q := &question{}
		fmt.Fprintf(&q.where, `product_id = %s`, q.arg(a.product))
		if len(a.experiments) > 0 {
			fmt.Fprintf(&q.where, ` AND experiment_id IN %s`, q.listed(a.experiments))
		}
		if a.run != "" {
			fmt.Fprintf(&q.where, ` AND run_id = %s`, q.arg(a.run))
		}
		if after.ID != "" {
			fmt.Fprintf(&q.where, ` AND (begun_ns, id) < (%s, %s)`, q.arg(after.BegunNS), q.arg(after.ID))
		}
		rows, err := s.db.Reader().QueryContext(ctx, fmt.Sprintf(`SELECT %s FROM mlflow_traces WHERE %s ORDER BY begun_ns DESC, id DESC LIMIT %d`, tracedColumns, q.where.String(), traceRows), q.args...)
		if err != nil {
			return db.Explain(err)
		}
		n, going := 0, true
		for rows.Next() && going {
			t, err := scanTraced(rows)
			if err != nil {
				rows.Close()
				return fmt.Errorf("read a trace: %w", err)
			}
			n++
			after = tracePlace{BegunNS: t.BegunNS, ID: t.ID}
			going = do(&t)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return db.Explain(err)
		}
		if n < traceRows || !going {
			return nil
		}
	}
}
