package mlflow

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/spec"
)

// matched is a thing that is searched in memory.
type matched[T any] struct {
	thing      T
	attributes map[string]any // text or float64
	tags       map[string]string
}

// pageOf filters, sorts and pages things in memory, by filter, order_by, max_results
// and page_token of a call. Of most things there are few.
func pageOf[T any](c *call, all []matched[T], most int, usual, last string) (page []T, next string, err error) {
	conditions, err := parseFilter(cmp.Or(c.text("filter"), c.text("filter_string")))
	if err != nil {
		return nil, "", err
	}
	said := c.list("order_by")
	if len(said) == 0 {
		said = []string{usual}
	}
	orders, err := parseOrders(append(said, last))
	if err != nil {
		return nil, "", err
	}
	for _, cond := range conditions {
		v, known := (matched[T]{attributes: anyOf(all)}).value(cond.kind, cond.key)
		if !known && cond.kind != "tag" && len(all) > 0 {
			return nil, "", BadFilter.With("filter", cond.key, "why", noAttribute).At("filter")
		}
		if _, number := v.(float64); number && !cond.areNumbers() {
			return nil, "", BadFilter.With("filter", cond.key, "why", noNumber).At("filter")
		}
	}
	kept := slices.DeleteFunc(slices.Clone(all), func(m matched[T]) bool {
		for _, cond := range conditions {
			v, there := m.value(cond.kind, cond.key)
			if n, number := v.(float64); number && !cond.holdsNumber(n) {
				return true
			} else if text, _ := v.(string); !number && !cond.holds(text, there) {
				return true
			}
		}
		return false
	})
	slices.SortStableFunc(kept, func(a, b matched[T]) int {
		for _, o := range orders {
			va, _ := a.value(o.kind, o.key)
			vb, _ := b.value(o.kind, o.key)
			na, number := va.(float64)
			nb, _ := vb.(float64)
			ta, _ := va.(string)
			tb, _ := vb.(string)
			sign := strings.Compare(ta, tb)
			if number {
				sign = cmp.Compare(na, nb)
			}
			if o.down {
				sign = -sign
			}
			if sign != 0 {
				return sign
			}
		}
		return 0
	})
	var offset int
	if err := api.ReadCursor(c.text("page_token"), &offset); err != nil {
		return nil, "", err
	}
	limit := most
	if n := c.number("max_results"); n > 0 {
		limit = min(int(n), 50_000)
	}
	offset = min(max(offset, 0), len(kept))
	page = []T{}
	for _, m := range kept[offset:min(offset+limit, len(kept))] {
		page = append(page, m.thing)
	}
	if offset+limit < len(kept) {
		next = api.Cursor(offset + limit)
	}
	return page, next, nil
}

func anyOf[T any](all []matched[T]) map[string]any {
	if len(all) == 0 {
		return nil
	}
	return all[0].attributes
}

// promptTag tells the client's prompts from its models; without it a thing is no prompt.
const promptTag = "mlflow.prompt.is_prompt"

func (m matched[T]) value(kind, key string) (any, bool) {
	if kind == "tag" {
		v, ok := m.tags[key]
		if !ok && key == promptTag {
			return "false", true
		}
		return v, ok
	}
	v, ok := m.attributes[key]
	return v, ok
}

// attributes are the columns of runs that can be searched.
var attributes = map[string]struct {
	column string
	number bool
}{
	"run_id": {"r.id", false}, "run_name": {"r.name", false}, "name": {"r.name", false}, "Run name": {"r.name", false}, "status": {"r.status", false}, "user_id": {"r.user_id", false},
	"experiment_id": {"r.experiment_id", false}, "start_time": {"r.start_ms", true}, "created": {"r.start_ms", true}, "Created": {"r.start_ms", true}, "end_time": {"r.end_ms", true},
	"artifact_uri": {"'mlflow-artifacts:/' || r.experiment_id || '/' || r.id || '/artifacts'", false},
}

// question is a search of runs in SQL. What SQL cannot tell alike on both databases
// (LIKE minds the case on one of them) is compared after it.
type question struct {
	where  strings.Builder
	joins  strings.Builder
	orders []string
	args   []any
	after  []condition
}

func (q *question) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

func (q *question) listed(list []string) string {
	names := make([]string, len(list))
	for i, v := range list {
		names[i] = q.arg(v)
	}
	return "(" + strings.Join(names, ", ") + ")"
}

// add puts a condition into the question.
func (q *question) add(c condition) error {
	bad := func(why any) error {
		return BadFilter.With("filter", c.kind+"."+c.key+" "+c.op, "why", why).At("filter")
	}
	if strings.HasSuffix(c.op, "LIKE") {
		if c.kind == "metric" {
			return bad(likeTexts)
		}
		q.after = append(q.after, c)
		if a, known := attributes[c.key]; c.op == "LIKE" && c.kind == "attribute" && known && !a.number && !strings.Contains(c.values[0], `\`) {
			fmt.Fprintf(&q.where, ` AND %s LIKE %s`, a.column, q.arg(c.values[0])) // what it lets through on SQLite is looked at again
		}
		return nil
	}
	switch c.kind {
	case "metric":
		if !slices.Contains([]string{"=", "!=", "<", "<=", ">", ">="}, c.op) {
			return bad("= != < <= > >=")
		}
		fmt.Fprintf(&q.where, ` AND EXISTS (SELECT 1 FROM mlflow_latest m WHERE m.run_id = r.id AND m.key = %s AND NOT m.nan AND m.value %s %s)`, q.arg(c.key), c.op, q.arg(c.number))
	case "param", "tag":
		not, value := "", ""
		switch {
		case c.op == "IS NULL":
			not = "NOT "
		case c.op == "IS NOT NULL":
		case strings.HasSuffix(c.op, "IN"):
			value = " AND t.value " + c.op + " " + q.listed(c.values)
		default:
			value = " AND t.value " + c.op + " " + q.arg(c.values[0])
		}
		fmt.Fprintf(&q.where, ` AND %sEXISTS (SELECT 1 FROM mlflow_texts t WHERE t.run_id = r.id AND t.kind = %s AND t.key = %s%s)`, not, q.arg(c.kind), q.arg(c.key), value)
	case "attribute":
		a, known := attributes[c.key]
		switch {
		case !known:
			return bad("run_id, run_name, status, start_time, end_time, user_id, artifact_uri")
		case strings.HasPrefix(c.op, "IS "):
			return bad(spec.Text{ZH: "属性总是有的", EN: "an attribute is always there"})
		case strings.HasSuffix(c.op, "IN"):
			fmt.Fprintf(&q.where, ` AND %s %s %s`, a.column, c.op, q.listed(c.values))
		case a.number:
			n, err := strconv.ParseInt(c.values[0], 10, 64)
			if err != nil {
				return bad(timeMS)
			}
			fmt.Fprintf(&q.where, ` AND %s %s %s`, a.column, c.op, q.arg(n))
		default:
			fmt.Fprintf(&q.where, ` AND %s %s %s`, a.column, c.op, q.arg(c.values[0]))
		}
	case "metadata":
		return bad(spec.Text{ZH: "metadata 只有追踪才有", EN: "only traces have metadata"})
	default: // of the data that a run read
		q.after = append(q.after, c)
	}
	return nil
}

func (q *question) orderBy(o order) error {
	way := " ASC"
	if o.down {
		way = " DESC"
	}
	join := "j" + strconv.Itoa(len(q.orders))
	switch o.kind {
	case "metric":
		fmt.Fprintf(&q.joins, ` LEFT JOIN mlflow_latest %[1]s ON %[1]s.run_id = r.id AND %[1]s.key = %[2]s`, join, q.arg(o.key))
		q.orders = append(q.orders, fmt.Sprintf(`CASE WHEN %[1]s.run_id IS NULL THEN 2 WHEN %[1]s.nan THEN 1 ELSE 0 END, %[1]s.value%[2]s`, join, way))
	case "param", "tag":
		fmt.Fprintf(&q.joins, ` LEFT JOIN mlflow_texts %[1]s ON %[1]s.run_id = r.id AND %[1]s.kind = %[2]s AND %[1]s.key = %[3]s`, join, q.arg(o.kind), q.arg(o.key))
		q.orders = append(q.orders, fmt.Sprintf(`CASE WHEN %[1]s.run_id IS NULL THEN 1 ELSE 0 END, %[1]s.value%[2]s`, join, way))
	default:
		a, known := attributes[o.key]
		if !known || o.kind != "attribute" {
			return BadFilter.With("filter", o.key, "why", "run_id, run_name, status, start_time, end_time, user_id").At("order_by")
		}
		q.orders = append(q.orders, a.column+way)
	}
	return nil
}

// asking is what a search wants.
type asking struct {
	product     string
	experiments []string
	view        string // ALL, DELETED_ONLY, else the active ones
	filter      string
	orders      []string // the newest first after them
	limit       int
	cursor      string
}

// mostRuns is how many runs one answer has at most.
const mostRuns = 50_000

func (s *Service) searchRuns(c *call) (any, error) {
	a := asking{
		product: c.product, experiments: c.list("experiment_ids"), view: c.text("run_view_type"), filter: c.text("filter"), orders: c.list("order_by"),
		limit: int(cmp.Or(c.number("max_results"), 1000)), cursor: c.text("page_token"),
	}
	if a.limit < 0 || a.limit > mostRuns {
		return nil, BadValue.With("field", "max_results", "got", a.limit, "want", fmt.Sprintf("1–%d", mostRuns)).At("max_results")
	}
	parts, next, err := s.told(c.ctx, a)
	if err != nil {
		return nil, err
	}
	size := 64 + len(next) + len(parts)
	for _, p := range parts {
		size += len(p)
	}
	b := append(make(ready, 0, size), `{"runs":[`...)
	for i, p := range parts {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, p...)
	}
	b = append(b, ']')
	if next != "" {
		b = append(append(append(b, `,"next_page_token":"`...), next...), '"')
	}
	return append(b, '}'), nil
}

// told gives the runs that are asked for as the protocol writes them.
func (s *Service) told(ctx context.Context, a asking) (parts [][]byte, next string, err error) {
	shelved, next, there, err := s.findShelved(ctx, a)
	if err != nil {
		return nil, "", err
	}
	for _, k := range shelved {
		parts = append(parts, k.told)
	}
	if there {
		return parts, next, nil
	}
	runs, next, err := s.ask(ctx, a)
	for _, r := range runs {
		parts = append(parts, appendRun(nil, &r))
	}
	return parts, next, err
}

// find searches runs and gives the cursor of what comes after them. Faults: Missing,
// BadFilter, api.BadCursor.
func (s *Service) find(ctx context.Context, a asking) (found []run, next string, err error) {
	shelved, next, there, err := s.findShelved(ctx, a)
	if err != nil {
		return nil, "", err
	}
	if !there {
		return s.ask(ctx, a)
	}
	found = make([]run, len(shelved))
	for i, k := range shelved {
		found[i] = k.run
	}
	return found, next, nil
}

// parsed reads filter, orders and cursor. The cursor counts runs; a negative one counts
// those that fit every condition, others those that fit the conditions of the database.
func (a asking) parsed() (conditions []condition, orders []order, offset int, err error) {
	if conditions, err = parseFilter(a.filter); err != nil {
		return nil, nil, 0, err
	}
	if orders, err = parseOrders(a.orders); err != nil {
		return nil, nil, 0, err
	}
	q := &question{}
	for _, o := range orders {
		if err := q.orderBy(o); err != nil {
			return nil, nil, 0, err
		}
	}
	return conditions, orders, offset, api.ReadCursor(a.cursor, &offset)
}

// ask is find by the database.
func (s *Service) ask(ctx context.Context, a asking) (found []run, next string, err error) {
	q := &question{args: []any{a.product}}
	if len(a.experiments) == 0 {
		return nil, "", Missing.With("field", "experiment_ids").At("experiment_ids")
	}
	q.where.WriteString(` AND r.experiment_id IN ` + q.listed(a.experiments))
	switch a.view {
	case "ALL":
	case "DELETED_ONLY":
		q.where.WriteString(` AND r.stage = 'deleted'`)
	default:
		q.where.WriteString(` AND r.stage = 'active'`)
	}
	conditions, orders, offset, err := a.parsed()
	if err != nil {
		return nil, "", err
	}
	for _, cond := range conditions {
		if err := q.add(cond); err != nil {
			return nil, "", err
		}
	}
	for _, o := range append(orders, order{"attribute", "start_time", true}, order{"attribute", "run_id", false}) {
		if err := q.orderBy(o); err != nil {
			return nil, "", err
		}
	}
	skip := 0 // of a page that a shelf began
	if offset < 0 {
		skip, offset = -offset, 0
	}
	found = []run{}
	for {
		more := a.limit + 1 - len(found) + skip
		if len(q.after) > 0 {
			more = max(more, readTogether) // few of them may fit
		}
		runs, err := s.askRuns(ctx, q, more, offset)
		if err != nil {
			return nil, "", err
		}
		for i, r := range runs {
			keep, err := q.holds(r)
			switch {
			case err != nil:
				return nil, "", err
			case !keep:
			case skip > 0:
				skip--
			case len(found) == a.limit:
				return found, api.Cursor(offset + i), nil
			default:
				found = append(found, r)
			}
		}
		offset += len(runs)
		if len(runs) == 0 || len(q.after) == 0 {
			return found, "", nil
		}
	}
}

// askRuns sorts ids alone, then reads the rows: their lists are long.
func (s *Service) askRuns(ctx context.Context, q *question, limit, offset int) ([]run, error) {
	text := `SELECT r.id FROM mlflow_runs r` + q.joins.String() + ` WHERE r.product_id = $1` + q.where.String() +
		` ORDER BY ` + strings.Join(q.orders, ", ") + fmt.Sprintf(` LIMIT %d OFFSET %d`, limit, offset)
	rows, err := s.db.Reader().QueryContext(ctx, text, q.args...)
	ids, err := db.All(rows, err, func(id *string) []any { return []any{id} })
	if err != nil {
		return nil, err
	}
	list := make([]run, 0, len(ids))
	for part := range slices.Chunk(ids, readTogether) {
		byID := make(map[string]run, len(part))
		q := &question{}
		rows, err := s.db.Reader().QueryContext(ctx, `SELECT `+runColumns+` FROM mlflow_runs r WHERE r.id IN `+q.listed(part), q.args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			r, err := scanRun(rows)
			if err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			byID[r.id] = r
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
		for _, id := range part {
			if r, ok := byID[id]; ok { // it was not erased meanwhile
				list = append(list, r)
			}
		}
	}
	return list, nil
}

// readTogether rows are read by one statement.
const readTogether = 500

// holds compares what SQL did not.
func (q *question) holds(r run) (bool, error) {
	for _, c := range q.after {
		var texts []pair
		var err error
		switch c.kind {
		case "param":
			err = json.Unmarshal(r.params, &texts)
		case "tag":
			err = json.Unmarshal(r.tags, &texts)
		case "attribute":
			i := r.info()
			text, known := map[string]string{"run_id": i.ID, "run_name": i.Name, "name": i.Name, "Run name": i.Name, "status": i.Status, "user_id": i.User, "artifact_uri": i.Artifacts}[c.key]
			if !known {
				return false, BadFilter.With("filter", c.key, "why", likeTexts).At("filter")
			}
			texts = []pair{{c.key, text}}
		case "dataset":
			texts, err = datasetTexts(r.inputs, c.key)
		}
		if err != nil {
			return false, err
		}
		any := false
		for _, p := range texts {
			any = any || p.Key == c.key && c.holds(p.Value, true)
		}
		if !any {
			return false, nil
		}
	}
	return true, nil
}

// datasetTexts gives one property of each data set that a run read.
func datasetTexts(inputs json.RawMessage, key string) (list []pair, err error) {
	var in struct {
		Data []struct {
			Tags    []pair            `json:"tags"`
			Dataset map[string]string `json:"dataset"`
		} `json:"dataset_inputs"`
	}
	if err := json.Unmarshal(inputs, &in); err != nil {
		return nil, err
	}
	for _, d := range in.Data {
		if key == "context" {
			for _, t := range d.Tags {
				if t.Key == "mlflow.data.context" {
					list = append(list, pair{key, t.Value})
				}
			}
			continue
		}
		list = append(list, pair{key, d.Dataset[key]})
	}
	return list, nil
}
