package mlflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/fault"
	"zhuomo/internal/testkit"
)

func open(t *testing.T, d *db.DB) *Service {
	t.Helper()
	s, err := New(t.Context(), d, nil, time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask makes a call of product p with a body and gives the answer read again.
func ask(t *testing.T, do func(c *call) (any, error), body string) (map[string]any, error) {
	t.Helper()
	c := &call{ctx: t.Context(), product: "p", in: map[string]json.RawMessage{}}
	if err := json.Unmarshal([]byte(body), &c.in); err != nil {
		t.Fatal(err)
	}
	out, err := do(c)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	var read map[string]any
	_ = json.Unmarshal(text, &read)
	return read, nil
}

func must(t *testing.T, do func(c *call) (any, error), body string, values ...any) map[string]any {
	t.Helper()
	out, err := ask(t, do, fmt.Sprintf(body, values...))
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return out
}

func runIDs(t *testing.T, out map[string]any) (ids []string) {
	t.Helper()
	for _, r := range out["runs"].([]any) {
		ids = append(ids, r.(map[string]any)["info"].(map[string]any)["run_name"].(string))
	}
	return ids
}

// TestSearchAsksAlikeOfBothDatabases goes through every kind of comparison and order.
func TestSearchAsksAlikeOfBothDatabases(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		for i, name := range []string{"a", "b", "c", "d"} {
			id := must(t, s.createRun, `{"experiment_id":"0","run_name":%q,"start_time":"%d"}`, name, 1000+i)["run"].(map[string]any)["info"].(map[string]any)["run_id"]
			must(t, s.logBatch, `{"run_id":%q,"metrics":[{"key":"acc","value":%g,"timestamp":1,"step":0}],"params":[{"key":"C","value":%q}],"tags":[{"key":"T","value":%q}]}`,
				id, float64(i)/4, []string{"1", "2", "10", "x"}[i], []string{"Ab", "aB", "ab", "中文"}[i])
			if i == 3 {
				must(t, s.logMetric, `{"run_id":%q,"key":"loss","value":"NaN","timestamp":1}`, id)
			}
			if i == 2 {
				must(t, s.logMetric, `{"run_id":%q,"key":"loss","value":"-Infinity","timestamp":"1"}`, id)
				must(t, s.updateRun, `{"run_id":%q,"status":"FINISHED","end_time":2000}`, id)
			}
		}
		for _, c := range []struct{ filter, order, want string }{
			{"", "", "d c b a"},
			{"metrics.acc > 0.25", "", "d c"}, {"metrics.acc <= 0.25 and params.C = '2'", "", "b"}, {"metric.acc != 0.5", "", "d b a"},
			{"params.C < '2'", "", "c a"}, {"params.C IN ('1', 'x')", "", "d a"}, {"params.C NOT IN ('1', 'x')", "", "c b"}, {"params.`C` IS NULL", "", ""}, {"metrics.loss < 0", "", "c"},
			{"tags.T LIKE 'a%'", "", "c b"}, {"tags.T ILIKE 'a%'", "", "c b a"}, {"tags.T LIKE '_文'", "", "d"}, {"tags.T NOT LIKE 'a%'", "", "d a"}, {`tags."T" = 'Ab'`, "", "a"},
			{"attributes.status = 'FINISHED'", "", "c"}, {"attributes.end_time > 0", "", "c"}, {"run_name IN ('a', 'd')", "", "d a"}, {"attributes.start_time >= 1001 AND start_time < 1003", "", "c b"},
			{"", "metrics.acc ASC", "a b c d"}, {"", "metrics.loss DESC", "c d b a"}, {"", "params.C ASC", "a c b d"}, {"", "tags.absent", "d c b a"}, {"", "attributes.run_name DESC", "d c b a"},
		} {
			body, _ := json.Marshal(map[string]any{"experiment_ids": []string{"0"}, "filter": c.filter, "order_by": slices.DeleteFunc([]string{c.order}, func(o string) bool { return o == "" })})
			out, err := ask(t, s.searchRuns, string(body))
			if err != nil {
				t.Errorf("%q %q: %v", c.filter, c.order, err)
				continue
			}
			if got := strings.Join(runIDs(t, out), " "); got != c.want {
				t.Errorf("%q by %q gives %q, want %q", c.filter, c.order, got, c.want)
			}
		}
		first := must(t, s.searchRuns, `{"experiment_ids":["0"],"filter":"tags.T ILIKE '%%'","max_results":3}`)
		rest := must(t, s.searchRuns, `{"experiment_ids":["0"],"filter":"tags.T ILIKE '%%'","max_results":3,"page_token":%q}`, first["next_page_token"])
		if got := append(runIDs(t, first), runIDs(t, rest)...); strings.Join(got, " ") != "d c b a" || rest["next_page_token"] != nil {
			t.Errorf("in pages: %v", got)
		}
		if n, err := s.Erase(t.Context(), "p"); err != nil || n < 4+4+4+4+8 {
			t.Errorf("erased %d rows, %v", n, err)
		}
	})
}

func TestTheNewestStepIsTheLatest(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		id := must(t, s.createRun, `{}`)["run"].(map[string]any)["info"].(map[string]any)["run_id"]
		for _, m := range []string{`"value":1,"timestamp":5,"step":3`, `"value":2,"timestamp":9,"step":2`, `"value":3,"timestamp":4,"step":3`, `"value":4,"timestamp":5,"step":3`, `"value":4,"timestamp":5,"step":3`} {
			must(t, s.logMetric, `{"run_id":%q,"key":"k",`+m+`}`, id)
		}
		run := must(t, s.getRun, `{"run_id":%q}`, id)["run"].(map[string]any)
		if got := run["data"].(map[string]any)["metrics"].([]any)[0].(map[string]any)["value"]; got != 4.0 {
			t.Errorf("the latest is %v", got)
		}
		history := must(t, s.metricHistory, `{"run_id":%q,"metric_key":"k","max_results":3}`, id)
		more := must(t, s.metricHistory, `{"run_id":%q,"metric_key":"k","page_token":%q}`, id, history["next_page_token"])
		if a, b := len(history["metrics"].([]any)), len(more["metrics"].([]any)); a != 3 || b != 1 {
			t.Errorf("%d and %d points of 4", a, b)
		}
	})
}

func TestRefusals(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		id := must(t, s.createRun, `{}`)["run"].(map[string]any)["info"].(map[string]any)["run_id"].(string)
		must(t, s.logParameter, `{"run_id":%q,"key":"C","value":"1"}`, id)
		with := func(rest string) string { return fmt.Sprintf(`{"run_id":%q,%s}`, id, rest) }
		for _, c := range []struct {
			do   func(c *call) (any, error)
			body string
			want *fault.Definition
		}{
			{s.getRun, `{}`, Missing}, {s.getRun, `{"run_id":"x"}`, NoRun}, {s.createRun, `{"experiment_id":"9"}`, NoExperiment},
			{s.logParameter, with(`"key":"C","value":"2"`), ParamChanged}, {s.logParameter, with(`"key":"../C","value":"2"`), BadValue},
			{s.logParameter, with(`"key":"","value":"2"`), Missing}, {s.logMetric, with(`"key":"k"`), Missing}, {s.logMetric, with(`"key":"k","value":"much"`), BadValue},
			{s.updateRun, with(`"status":"DONE"`), BadValue}, {s.logBatch, with(`"metrics":7`), BadValue}, {s.searchRuns, `{}`, Missing},
			{s.createExperiment, `{"name":""}`, Missing}, {s.createExperiment, `{"name":"Default"}`, BadValue}, {s.deleteExperiment, `{"experiment_id":"0"}`, WrongState},
			{s.getLogged, `{"model_id":"m"}`, NoModel}, {s.getModel, `{"name":"m"}`, NoModel}, {s.transition, `{"name":"m","version":"1","stage":"Live"}`, BadValue},
			{s.setTag, with(`"key":"k","value":"` + strings.Repeat("长", 8001) + `"`), BadValue},
		} {
			if _, err := ask(t, c.do, c.body); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %s", cut(c.body), err, c.want.Code)
			}
		}
		must(t, s.deleteRun, `{"run_id":%q}`, id)
		if _, err := ask(t, s.setTag, with(`"key":"a","value":"b"`)); !errors.Is(err, WrongState) {
			t.Errorf("to a deleted run: %v", err)
		}
		other := &call{ctx: t.Context(), product: "other", in: map[string]json.RawMessage{"run_id": json.RawMessage(`"` + id + `"`)}}
		if _, err := s.getRun(other); !errors.Is(err, NoRun) {
			t.Errorf("another product reads it: %v", err)
		}
	})
}

// TestNumbersOfExperimentsAreAsked: every experiment has a time of creation, 0 that of Default.
func TestNumbersOfExperimentsAreAsked(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		must(t, s.createExperiment, `{"name":"one"}`)
		for filter, want := range map[string]int{
			"creation_time IS NULL": 0, "creation_time IS NOT NULL": 2, "creation_time > 0": 1, "creation_time = 0": 1, "creation_time < 1": 1, "creation_time != 5": 2,
		} {
			found, _ := must(t, s.searchExperiments, `{"max_results":10,"filter":%q}`, filter)["experiments"].([]any)
			if len(found) != want {
				t.Errorf("%s: %d experiments, not %d", filter, len(found), want)
			}
		}
		for _, filter := range []string{"creation_time > 'abc'", "creation_time LIKE '1%'"} {
			if _, err := ask(t, s.searchExperiments, fmt.Sprintf(`{"max_results":10,"filter":%q}`, filter)); !errors.Is(err, BadFilter) {
				t.Errorf("%s: %v", filter, err)
			}
		}
		for _, c := range []struct {
			is   condition
			want bool
		}{{condition{op: "IN", values: []string{"1", "3"}}, true}, {condition{op: "NOT IN", values: []string{"1", "3"}}, false}, {condition{op: "IN", values: []string{"4"}}, false}} {
			if c.is.holdsNumber(3) != c.want {
				t.Errorf("%+v of 3", c.is)
			}
		}
	})
}

// TestFaultsInTheProtocolsWords holds the codes to those that clients know.
func TestFaultsInTheProtocolsWords(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"404 RESOURCE_DOES_NOT_EXIST": NoRun.With("run", "x"), "400 INVALID_PARAMETER_VALUE": BadFilter.With("filter", "x", "why", "y"), "400 RESOURCE_ALREADY_EXISTS": ModelTaken.With("name", "x"),
		"500 INTERNAL_ERROR": errors.New("a secret path"), "503 TEMPORARILY_UNAVAILABLE": db.Locked.With(),
	} {
		w := httptest.NewRecorder()
		answered(func(*call) (any, error) { return nil, err })(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}")))
		var told map[string]string
		if json.Unmarshal(w.Body.Bytes(), &told) != nil || fmt.Sprint(w.Code, " ", told["error_code"]) != want {
			t.Errorf("%v: %d %s, want %s", err, w.Code, w.Body, want)
		}
		if strings.Contains(told["message"], "secret") {
			t.Errorf("tells %s", told["message"])
		}
	}
}

func TestLikeIsThatOfSQL(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a", "ab", "aab", "abab", "中文字", "a%b", "A.b"} {
		for _, pattern := range []string{"", "%", "_", "a%", "%b", "%a%b%", "a_b", "%%", "_%_", "中%", "%文_", "a.b", "%ab"} {
			want := regexp.MustCompile("(?s)^" + strings.NewReplacer("%", ".*", "_", ".").Replace(strings.NewReplacer(".", `\.`).Replace(pattern)) + "$").MatchString(text)
			if got := like(text, pattern, false); got != want {
				t.Errorf("%q LIKE %q is %v", text, pattern, got)
			}
		}
	}
	like(strings.Repeat("a", 6000), strings.Repeat("%a", 3000)+"b", false) // ends
}

func TestNumbersOutsideJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`"NaN"`, `"Infinity"`, `"-Infinity"`, `0.5`, `"0.25"`, `-3`} {
		var f float
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		back := floatOf(f.kept())
		if math.IsNaN(float64(f)) != math.IsNaN(float64(back)) || !math.IsNaN(float64(f)) && f != back {
			t.Errorf("%s is kept as %v", text, back)
		}
	}
}

// FuzzFilter feeds filters and orders: a fault or conditions, never a panic, and what
// was quoted comes out whole.
func FuzzFilter(f *testing.F) {
	for _, filter := range []string{"metrics.acc > 0.9 and params.`a b` = 'x''y'", "tags.x IN ('a', \"b\") AND attributes.status != 'RUNNING'", "params.x IS NOT NULL", "a LIKE", "metrics.`", "x = 'a' and"} {
		f.Add(filter, "metrics.acc DESC", "it's")
	}
	f.Fuzz(func(t *testing.T, filter, by, value string) {
		if list, err := parseFilter(filter); err == nil {
			q := &question{}
			for _, c := range list {
				if q.add(c) == nil && !strings.HasSuffix(c.op, "LIKE") && c.kind == "param" {
					_ = c.holds(value, true)
				}
			}
		}
		_, _ = parseOrders([]string{by})
		quoted := "params.x = '" + strings.ReplaceAll(value, "'", "''") + "'"
		if list, err := parseFilter(quoted); err != nil || len(list) != 1 || list[0].values[0] != value {
			t.Errorf("%q gives %v, %v", quoted, list, err)
		}
	})
}

// TestValuesOfAnotherKindAreRefused: a number where the protocol has a text, or a word
// where it has a number, is not taken for something else.
func TestValuesOfAnotherKindAreRefused(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		run := must(t, s.createRun, `{"experiment_id":"0"}`)["run"].(map[string]any)["info"].(map[string]any)["run_id"].(string)
		for _, c := range []struct {
			do   func(c *call) (any, error)
			body string
			want error
		}{
			{s.createExperiment, `{"name":123}`, BadValue}, {s.createExperiment, `{"name":"e","artifact_location":9.0}`, BadValue}, {s.createExperiment, `{"name":null}`, Missing},
			{s.logParameter, `{"run_id":31,"key":"k","value":"v"}`, BadValue}, {s.logParameter, `{"run_id":%q,"key":31,"value":"v"}`, BadValue},
			{s.setTag, `{"run_id":%q,"key":"k","value":41}`, BadValue}, {s.logMetric, `{"run_id":%q,"key":"k","value":1,"timestamp":1,"step":"foo"}`, BadValue},
			{s.logMetric, `{"run_id":%q,"key":"k","value":1,"timestamp":"foo","step":1}`, BadValue}, {s.logMetric, `{"run_id":%q,"key":"k","value":1,"timestamp":"1","step":"2"}`, nil},
			{s.searchRuns, `{"experiment_ids":["0"],"max_results":50001}`, BadValue}, {s.searchRuns, `{"experiment_ids":["0"],"max_results":50000}`, nil},
			{s.deleteTag, `{"run_id":%q,"key":"nobody"}`, NoTag},
			{s.createRun, `{"experiment_id":"0","tags":"team=a"}`, BadValue}, {s.createExperiment, `{"name":"f","tags":{"team":"a"}}`, BadValue},
			{s.createLogged, `{"name":"m","tags":[1]}`, BadValue}, {s.createLogged, `{"name":"m","params":7}`, BadValue}, {s.createModel, `{"name":"m","tags":[["a","b"]]}`, BadValue},
			{s.logBatch, `{"run_id":%q,"metrics":[{"key":"k","value":1,"step":1}]}`, BadValue}, {s.logBatch, `{"run_id":%q,"metrics":[{"key":"k","value":1,"timestamp":null}]}`, BadValue},
			{s.logBatch, `{"run_id":%q,"metrics":[{"key":"k","value":1,"timestamp":0}]}`, nil},
		} {
			body := c.body
			if strings.Contains(body, "%q") {
				body = fmt.Sprintf(body, run)
			}
			if _, err := ask(t, c.do, body); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", body, err, c.want)
			}
		}
	})
}

// TestLoggedModelsAreFoundByTheirData: by what they were measured on.
func TestLoggedModelsAreFoundByTheirData(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		run := must(t, s.createRun, `{"experiment_id":"0"}`)["run"].(map[string]any)["info"].(map[string]any)["run_id"].(string)
		ids := map[string]string{}
		for _, name := range []string{"a", "b"} {
			ids[name] = must(t, s.createLogged, `{"experiment_id":"0","name":%q}`, name)["model"].(map[string]any)["info"].(map[string]any)["model_id"].(string)
		}
		must(t, s.logMetric, `{"run_id":%q,"key":"acc","value":0.5,"timestamp":1,"step":0,"model_id":%q,"dataset_name":"hotel","dataset_digest":"12"}`, run, ids["a"])
		for datasets, want := range map[string]int{
			`[{"dataset_name":"hotel","dataset_digest":"12"}]`: 1, `[{"dataset_name":"hotel"}]`: 1, `[{"dataset_name":"hotel","dataset_digest":"13"}]`: 0, `[]`: 2,
		} {
			if got := must(t, s.searchLogged, `{"experiment_ids":["0"],"datasets":%s}`, datasets)["models"].([]any); len(got) != want {
				t.Errorf("%s finds %d, want %d", datasets, len(got), want)
			}
		}
		if _, err := ask(t, s.untagLogged, fmt.Sprintf(`{"model_id":%q,"tag_key":"nobody"}`, ids["a"])); !errors.Is(err, NoTag) {
			t.Error(err)
		}
	})
}
