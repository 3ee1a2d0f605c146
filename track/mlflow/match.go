package mlflow

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"zhuomo/internal/api"
)

// findShelved is find over a shelf; there is false where the database must be asked.
func (s *Service) findShelved(ctx context.Context, a asking) (found []*kept, next string, there bool, err error) {
	if len(a.experiments) == 0 || s.shelves == nil {
		return nil, "", false, nil
	}
	conditions, orders, offset, err := a.parsed()
	if err != nil {
		return nil, "", false, err
	}
	later := slices.ContainsFunc(conditions, condition.later)
	if later && offset > 0 {
		return nil, "", false, nil // a page of the database's own counting
	}
	list, keys, err := s.shelved(ctx, a.product)
	if list == nil || err != nil {
		return nil, "", false, err
	}
	tests := make([]func(*kept) bool, len(conditions))
	for i, c := range conditions {
		if tests[i], err = c.test(keys); err != nil {
			return nil, "", false, err
		}
	}
	skip := max(offset, -offset)
	most := skip + a.limit + 1
	if len(orders) > 0 {
		most = len(list)
	}
	found = make([]*kept, 0, min(most, len(list)))
	for _, k := range list {
		if len(found) == most {
			break
		}
		if a.sees(k) && !slices.ContainsFunc(tests, func(holds func(*kept) bool) bool { return !holds(k) }) {
			found = append(found, k)
		}
	}
	if len(orders) > 0 {
		found = ranked(found, orders, keys)
	}
	found = found[min(skip, len(found)):]
	if len(found) > a.limit {
		found = found[:a.limit]
		at := skip + a.limit
		if later {
			at = -at
		}
		next = api.Cursor(at)
	}
	return found, next, true, nil
}

// sees tells whether a run is of the experiments and the stage that are asked for.
func (a asking) sees(k *kept) bool {
	switch a.view {
	case "ALL":
	case "DELETED_ONLY":
		if k.stage != deleted {
			return false
		}
	default:
		if k.stage != active {
			return false
		}
	}
	return slices.Contains(a.experiments, k.experiment)
}

// later tells whether the database leaves the condition to us, so that it counts pages
// before it.
func (c condition) later() bool { return strings.HasSuffix(c.op, "LIKE") || c.kind == "dataset" }

// never is the key of what no run has.
const never = -1

func idOfKey(keys map[string]int32, key string) int32 {
	if id, there := keys[key]; there {
		return id
	}
	return never
}

func wordOf(list []worded, key int32) (string, bool) {
	for i := range list {
		if list[i].key == key {
			return list[i].value, true
		}
	}
	return "", false
}

// test makes of a condition what tells whether a run fits. Fault: BadFilter.
func (c condition) test(keys map[string]int32) (func(*kept) bool, error) {
	if err := (&question{}).add(c); err != nil {
		return nil, err
	}
	key := idOfKey(keys, c.key)
	switch c.kind {
	case "metric":
		holds := c.compares()
		return func(k *kept) bool {
			for i := range k.figures {
				if f := &k.figures[i]; f.key == key {
					return !f.nan && holds(f.value)
				}
			}
			return false
		}, nil
	case "param", "tag":
		of := func(k *kept) []worded { return k.params }
		if c.kind == "tag" {
			of = func(k *kept) []worded { return k.tags }
		}
		if c.op == "=" {
			want := c.values[0]
			return func(k *kept) bool { v, there := wordOf(of(k), key); return there && v == want }, nil
		}
		return func(k *kept) bool { v, there := wordOf(of(k), key); return c.holds(v, there) }, nil
	case "attribute":
		if attributes[c.key].number {
			return c.testTime()
		}
		text := attributeText(c.key)
		if text == nil || c.later() && c.key == "experiment_id" {
			return nil, BadFilter.With("filter", c.key, "why", likeTexts).At("filter")
		}
		return func(k *kept) bool { return c.holds(text(k), true) }, nil
	}
	return func(k *kept) bool {
		texts, err := datasetTexts(k.inputs, c.key)
		return err == nil && slices.ContainsFunc(texts, func(p pair) bool { return c.holds(p.Value, true) })
	}, nil
}

func (c condition) testTime() (func(*kept) bool, error) {
	if c.later() {
		return nil, BadFilter.With("filter", c.key, "why", likeTexts).At("filter")
	}
	of := func(k *kept) int64 { return k.start }
	if c.key == "end_time" {
		of = func(k *kept) int64 { return k.end }
	}
	if strings.HasSuffix(c.op, "IN") {
		return func(k *kept) bool { return c.holds(strconv.FormatInt(of(k), 10), true) }, nil
	}
	want, err := strconv.ParseInt(c.values[0], 10, 64)
	if err != nil {
		return nil, BadFilter.With("filter", c.key, "why", timeMS).At("filter")
	}
	sign := signs[c.op]
	return func(k *kept) bool { return sign(cmp.Compare(of(k), want)) }, nil
}

// signs tell of each comparison which sign of the difference fits.
var signs = map[string]func(int) bool{
	"=": func(s int) bool { return s == 0 }, "!=": func(s int) bool { return s != 0 }, "<": func(s int) bool { return s < 0 },
	"<=": func(s int) bool { return s <= 0 }, ">": func(s int) bool { return s > 0 }, ">=": func(s int) bool { return s >= 0 },
}

// compares is the comparison of a metric, whose value is never NaN.
func (c condition) compares() func(v float64) bool {
	sign, want := signs[c.op], c.number
	return func(v float64) bool { return sign(cmp.Compare(v, want)) }
}

func attributeText(key string) func(*kept) string {
	return map[string]func(*kept) string{
		"run_id": func(k *kept) string { return k.id }, "run_name": func(k *kept) string { return k.name }, "name": func(k *kept) string { return k.name }, "Run name": func(k *kept) string { return k.name },
		"status": func(k *kept) string { return k.status }, "user_id": func(k *kept) string { return k.user }, "experiment_id": func(k *kept) string { return k.experiment },
		"artifact_uri": func(k *kept) string { return "mlflow-artifacts:/" + artifactRoot(k.run) },
	}[key]
}

// rank is where a run stands in one order: by group, then by number or by text.
type rank struct {
	group  int8
	number float64
	text   string
}

// rankOf gives the rank of a run in an order, what has no value last.
func (o order) rankOf(keys map[string]int32) func(*kept) rank {
	key := idOfKey(keys, o.key)
	switch o.kind {
	case "metric":
		return func(k *kept) rank {
			for i := range k.figures {
				if f := &k.figures[i]; f.key == key {
					if f.nan {
						return rank{group: 1}
					}
					return rank{number: f.value}
				}
			}
			return rank{group: 2}
		}
	case "param", "tag":
		return func(k *kept) rank {
			list := k.params
			if o.kind == "tag" {
				list = k.tags
			}
			if v, there := wordOf(list, key); there {
				return rank{text: v}
			}
			return rank{group: 1}
		}
	}
	if attributes[o.key].number {
		if o.key == "end_time" {
			return func(k *kept) rank { return rank{number: float64(k.end)} }
		}
		return func(k *kept) rank { return rank{number: float64(k.start)} }
	}
	text := attributeText(o.key)
	return func(k *kept) rank { return rank{text: text(k)} }
}

// ranked sorts runs; those that are equal stay in the order in which they are given.
func ranked(list []*kept, orders []order, keys map[string]int32) []*kept {
	type placed struct {
		k     *kept
		at    int
		ranks []rank
	}
	n := len(orders)
	room := make([]rank, n*len(list))
	of := make([]func(*kept) rank, n)
	for i, o := range orders {
		of[i] = o.rankOf(keys)
	}
	all := make([]placed, len(list))
	for i, k := range list {
		ranks := room[i*n : (i+1)*n]
		for j := range of {
			ranks[j] = of[j](k)
		}
		all[i] = placed{k, i, ranks}
	}
	slices.SortFunc(all, func(a, b placed) int {
		for j := range orders {
			ra, rb := &a.ranks[j], &b.ranks[j]
			if ra.group != rb.group {
				return int(ra.group) - int(rb.group)
			}
			sign := cmp.Compare(ra.number, rb.number)
			if sign == 0 && ra.text != rb.text {
				sign = strings.Compare(ra.text, rb.text)
			}
			if sign != 0 {
				if orders[j].down {
					return -sign
				}
				return sign
			}
		}
		return a.at - b.at
	})
	for i, p := range all {
		list[i] = p.k
	}
	return list
}
