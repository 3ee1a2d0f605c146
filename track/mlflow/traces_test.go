package mlflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	otlp "go.opentelemetry.io/proto/otlp/trace/v1"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

// sendSpans keeps spans as if an exporter had sent them, and tells which are beyond the bounds.
func sendSpans(t *testing.T, s *Service, experiment, run string, spans ...*otlp.Span) refusal {
	t.Helper()
	read, refused, err := readSpans(protobufType, marshalled(t, exportOf(spans...)))
	if err != nil || refused.count > 0 {
		t.Fatalf("%v, %+v", err, refused)
	}
	beyond, err := s.keepSpans(t.Context(), "p", experiment, run, read)
	if err != nil {
		t.Fatal(err)
	}
	return beyond
}

func traceOf(t *testing.T, s *Service, n byte) TraceShown {
	t.Helper()
	got, err := s.Trace(t.Context(), "p", strings.Repeat(fmt.Sprintf("%02x", n), 16))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func lines(spans []SpanOf) (list []string) {
	for _, o := range spans {
		list = append(list, o.Line)
	}
	return list
}

func TestSpansOfATraceComeInAnyOrderAndTwice(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		const ms = 1_000_000
		at := uint64(1_790_000_000_000 * ms)
		root, one, two := spanAt(1, 1, 0, at, at+9*ms), spanAt(1, 2, 1, at+ms, at+3*ms), spanAt(1, 3, 2, at+2*ms, at+3*ms)
		root.Attributes = append(root.Attributes, textAttribute("input.value", "问"), textAttribute("output.value", "答"))
		sendSpans(t, s, "", "", two)
		if got := traceOf(t, s, 1); got.State != "open" || got.SpanCount != 1 || !got.Spans[0].Orphan || got.Name != "" {
			t.Errorf("without its root: %+v", got)
		}
		sendSpans(t, s, "", "", one, root, root)
		want := traceOf(t, s, 1)
		if want.State != "ok" || want.SpanCount != 3 || want.TookMS != 9 || want.Name != "s1" || want.Asked != "问" || want.Answered != "答" || want.Service != "客服" {
			t.Errorf("%+v", want.Trace)
		}
		if got := lines(want.Spans); !slices.Equal(got, []string{"s1", "└─ s2", "   └─ s3"}) || want.Spans[2].AfterMS != 2 || want.Spans[2].TookMS != 1 {
			t.Errorf("%q, %+v", got, want.Spans)
		}
		changed := spanAt(1, 1, 0, at-5*ms, at+99*ms) // the same span, told otherwise
		changed.Name = "other"
		if refused := sendSpans(t, s, "", "", root, one, two, changed); refused.count > 0 {
			t.Errorf("%+v", refused)
		}
		if got := traceOf(t, s, 1); got.Trace != want.Trace || !slices.Equal(got.Spans, want.Spans) {
			t.Errorf("sent again it became\n%+v, was\n%+v", got, want)
		}
	})
}

func TestATraceHasBounds(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		numbered := func(n int, bytes int) *otlp.Span {
			o := spanAt(2, 1, 0, uint64(1000+n), uint64(2000+n))
			o.SpanId = []byte{1, 0, 0, 0, 0, 0, byte(n >> 8), byte(n)}
			o.TraceState = strings.Repeat("x", bytes)
			return o
		}
		var list []*otlp.Span
		for i := range mostSpans {
			list = append(list, numbered(i, 0))
		}
		if refused := sendSpans(t, s, "", "", list...); refused.count > 0 {
			t.Fatalf("%+v", refused)
		}
		if refused := sendSpans(t, s, "", "", list[0], numbered(mostSpans, 0), numbered(mostSpans+1, 0)); refused.count != 2 || !strings.Contains(refused.why, "10000 spans") {
			t.Errorf("%+v", refused)
		}
		if got := traceOf(t, s, 2); got.SpanCount != mostSpans || len(got.Spans) != mostSpans {
			t.Errorf("%d, %d", got.SpanCount, len(got.Spans))
		}
		refused := refusal{}
		for i := range 18 {
			o := numbered(i, maxSpan-1000)
			o.TraceId[0] = 3
			if one := sendSpans(t, s, "", "", o); one.count > 0 {
				refused.add(int(one.count), one.why)
			}
		}
		if refused.count != 2 || !strings.Contains(refused.why, "64 MiB") {
			t.Errorf("%+v", refused)
		}
	})
}

func TestExportersAtTheSameTimeDoNotDoubleASpan(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		var list []*otlp.Span
		for i := range byte(60) {
			list = append(list, spanAt(4, i+1, i, uint64(i)+1000, uint64(i)+2000), spanAt(5, i+1, i, uint64(i)+1000, uint64(i)+2000))
		}
		read, _, err := readSpans(protobufType, marshalled(t, exportOf(list...)))
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for n := range 6 {
			all.Go(func() {
				for i := n; i < len(read); i += 2 { // each span by three of them
					if _, err := s.keepSpans(t.Context(), "p", "", "", read[i:min(i+7, len(read))]); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		for _, n := range []byte{4, 5} {
			if got := traceOf(t, s, n); got.SpanCount != 60 || len(got.Spans) != 60 {
				t.Errorf("%d counted, %d there", got.SpanCount, len(got.Spans))
			}
		}
	})
}

// told is a call of the client at the end of a trace.
func told(n byte, experiment, more string) string {
	return fmt.Sprintf(`{"trace":{"trace_info":{"trace_id":"tr-%s","trace_location":{"type":"MLFLOW_EXPERIMENT","mlflow_experiment":{"experiment_id":%q}},"request_time":"2026-09-21T14:13:20.0%02dZ"%s}}}`,
		strings.Repeat(fmt.Sprintf("%02x", n), 16), experiment, n, more)
}

func TestWhatAClientTellsOfATraceStandsBesideItsSpans(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		run := must(t, s.createRun, `{}`)["run"].(map[string]any)["info"].(map[string]any)["run_id"].(string)
		must(t, s.startTrace, "%s", told(1, "0", `,"execution_duration":"0.25s","state":"OK","request_preview":"早餐几点","response_preview":"七点","trace_metadata":{"mlflow.sourceRun":"`+run+`","a":"b"},"tags":{"mlflow.traceName":"答","团队":"酒店"}`))
		got := traceOf(t, s, 1)
		if got.State != "ok" || got.TookMS != 250 || got.RunID != run || got.Name != "答" || got.Asked != "早餐几点" || got.SpanCount != 0 || len(got.Spans) != 0 {
			t.Errorf("without spans: %+v", got)
		}
		at := uint64(1_790_000_000_010_123_456)
		sendSpans(t, s, "0", "", spanAt(1, 1, 0, at, at+249_000_001))
		must(t, s.startTrace, "%s", told(1, "0", `,"execution_duration":"0.25s","state":"OK"`))
		read := must(t, s.getTrace, `{"trace_id":"tr-%s"}`, strings.Repeat("01", 16))["trace"].(map[string]any)
		info := read["trace_info"].(map[string]any)
		if info["request_time"] != "2026-09-21T14:13:20.010123456Z" || info["execution_duration"] != "0.249000001s" || info["trace_metadata"].(map[string]any)["mlflow.sourceRun"] != run || len(read["spans"].([]any)) != 1 {
			t.Errorf("%v", info)
		}
		for name, body := range map[string]string{
			"no id": `{"trace":{"trace_info":{"trace_id":"x"}}}`, "no time": strings.Replace(told(2, "0", ""), "2026-09", "2026-99", 1), "before 1970": strings.Replace(told(2, "0", ""), "2026", "1969", 1),
			"too late": strings.Replace(told(2, "0", ""), "2026", "2999", 1), "no duration": told(2, "0", `,"execution_duration":"long"`), "backwards": told(2, "0", `,"execution_duration":"-1s"`),
			"too long": told(2, "0", `,"execution_duration":"2540000h"`), "no trace": `{"trace":7}`, "too much": told(2, "0", `,"tags":{"x":"`+strings.Repeat("x", mostTold)+`"}`),
		} {
			if _, err := ask(t, s.startTrace, body); !errors.Is(err, BadValue) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := ask(t, s.startTrace, told(2, "9", "")); !errors.Is(err, NoExperiment) {
			t.Error(err)
		}
		if _, err := ask(t, s.startTrace, told(2, "0", `,"trace_metadata":{"mlflow.sourceRun":"x"}`)); !errors.Is(err, NoRun) {
			t.Error(err)
		}
		e := must(t, s.createExperiment, `{"name":"旧"}`)["experiment_id"].(string)
		must(t, s.deleteExperiment, `{"experiment_id":%q}`, e)
		if _, err := ask(t, s.startTrace, told(2, e, "")); !errors.Is(err, WrongState) {
			t.Error(err)
		}
		if _, err := s.keepSpans(t.Context(), "p", e, "", nil); !errors.Is(err, WrongState) {
			t.Error(err)
		}
	})
}

func TestTracesAreSearchedPageByPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		other := must(t, s.createExperiment, `{"name":"别的"}`)["experiment_id"].(string)
		run := must(t, s.createRun, `{}`)["run"].(map[string]any)["info"].(map[string]any)["run_id"].(string)
		for i := range byte(9) {
			from := uint64(1_790_000_000_000_000_000) + uint64(i/2)*1_000_000 // two begin at once
			o := spanAt(i+1, 1, 0, from, from+uint64(9-i)*1_000_000)
			o.Name = []string{"查天气", "订房", "聊天"}[i%3]
			if i == 4 {
				o.Status = &otlp.Status{Code: otlp.Status_STATUS_CODE_ERROR}
			}
			sendSpans(t, s, map[bool]string{true: other}[i == 8], map[bool]string{true: run}[i == 2], o)
		}
		sendSpans(t, s, "", "", spanAt(10, 2, 1, 1_790_000_000_900_000_000, 1_790_000_000_900_000_500)) // its root has not come
		must(t, s.setTraceTag, `{"trace_id":"tr-%s","key":"好","value":"是"}`, strings.Repeat("02", 16))
		numbers := func(list []Trace) (n []byte) {
			for _, one := range list {
				n = append(n, one.ID.hex[4]-'0')
				if one.ID.hex[4] == 'a' {
					n[len(n)-1] = 10
				}
			}
			return n
		}
		for _, c := range []struct {
			filter, order string
			want          []byte
		}{
			{"", "", []byte{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
			{"", "timestamp_ms ASC", []byte{2, 1, 4, 3, 6, 5, 8, 7, 9, 10}},
			{"", "execution_time_ms ASC", []byte{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
			{"", "name ASC", []byte{10, 8, 5, 2, 7, 4, 1, 9, 6, 3}},
			{"trace.status = 'ERROR'", "", []byte{5}},
			{"status IN ('ERROR', 'IN_PROGRESS')", "", []byte{10, 5}},
			{"execution_time_ms >= 8 AND execution_time_ms < 9", "", []byte{2}},
			{"attributes.timestamp_ms = 1790000000002", "", []byte{6, 5}},
			{"timestamp > 1.790000000002e12", "", []byte{10, 9, 8, 7}},
			{"name LIKE '%天%' and service = '客服'", "", []byte{9, 7, 6, 4, 3, 1}},
			{"name IS NULL", "", []byte{10}},
			{"tags.`好` = '是'", "", []byte{2}},
			{"tags.`mlflow.traceName` = '订房'", "", []byte{8, 5, 2}},
			{"run_id = '" + run + "'", "", []byte{3}},
			{"metadata.`mlflow.sourceRun` = '" + run + "'", "", []byte{3}},
			{"request_metadata.`mlflow.sourceRun` IS NULL and experiment_id = '" + other + "'", "", []byte{9}},
			{"run_id = 'x'", "", nil},
		} {
			for _, limit := range []int{1, 4, 500} {
				var got []byte
				var orders []string
				if c.order != "" {
					orders = []string{c.order, "timestamp_ms DESC"}
				}
				for cursor := ""; ; {
					page, next, err := s.Traces(t.Context(), "p", "", "", c.filter, orders, cursor, limit)
					if err != nil {
						t.Fatalf("%s %s: %v", c.filter, c.order, err)
					}
					got = append(got, numbers(page)...)
					if cursor = next; next == "" {
						break
					}
				}
				if c.order == "timestamp_ms ASC" || c.order == "name ASC" {
					continue // ties: compared below by their keys
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%s %s by %d: %v, want %v", c.filter, c.order, limit, got, c.want)
				}
			}
		}
		if list, _, err := s.Traces(t.Context(), "p", "", "", "", []string{"name ASC", "timestamp_ms ASC"}, "", 500); err != nil || !slices.IsSortedFunc(list, func(a, b Trace) int { return strings.Compare(a.Name, b.Name) }) || len(list) != 10 {
			t.Errorf("%v, %v", numbers(list), err)
		}
		if list, _, err := s.Traces(t.Context(), "p", other, "", "", nil, "", 500); err != nil || !slices.Equal(numbers(list), []byte{9}) || list[0].ExperimentName != "别的" {
			t.Errorf("%v, %v", list, err)
		}
		if list, _, err := s.Traces(t.Context(), "p", "", run, "", nil, "", 500); err != nil || !slices.Equal(numbers(list), []byte{3}) || list[0].RunID != run {
			t.Errorf("%v, %v", list, err)
		}
		for _, filter := range []string{"metrics.acc > 1", "params.x = '1'", "datasets.name = 'x'", "color = 'red'", "execution_time_ms > 'long'", "timestamp_ms LIKE '1%'", "span.name = 'x'", "status ="} {
			if _, _, err := s.Traces(t.Context(), "p", "", "", filter, nil, "", 10); !errors.Is(err, BadFilter) {
				t.Errorf("%s: %v", filter, err)
			}
		}
		if _, _, err := s.LoggedRuns(t.Context(), "p", "", "metadata.x = '1'", nil, "", 10); !errors.Is(err, BadFilter) {
			t.Errorf("runs have no metadata: %v", err)
		}
		if _, _, err := s.Traces(t.Context(), "p", "", "", "", []string{"tags.x ASC"}, "", 10); !errors.Is(err, BadFilter) {
			t.Error(err)
		}
		if _, _, err := s.Traces(t.Context(), "p", "", "", "", nil, "x", 10); !errors.Is(err, api.BadCursor) {
			t.Error(err)
		}
		if _, _, err := s.Traces(t.Context(), "p", "77", "", "", nil, "", 10); !errors.Is(err, NoExperiment) {
			t.Error(err)
		}
		if list, _, err := s.Traces(t.Context(), "other", "", "", "", nil, "", 10); err != nil || len(list) > 0 {
			t.Errorf("another product sees %v, %v", list, err)
		}
	})
}

func TestTracesAreTaggedLinkedReadAndDeleted(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		run := must(t, s.createRun, `{}`)["run"].(map[string]any)["info"].(map[string]any)["run_id"].(string)
		ids := []string{}
		for i := range byte(4) {
			sendSpans(t, s, "", "", spanAt(i+1, 1, 0, uint64(i+1)*1_000_000, uint64(i+2)*1_000_000))
			ids = append(ids, "tr-"+strings.Repeat(fmt.Sprintf("%02x", i+1), 16))
		}
		quoted, _ := json.Marshal(ids)
		must(t, s.linkTraces, `{"run_id":%q,"trace_ids":%s}`, run, quoted)
		if _, err := ask(t, s.linkTraces, `{"run_id":"x","trace_ids":["`+ids[0]+`"]}`); !errors.Is(err, NoRun) {
			t.Error(err)
		}
		if _, err := ask(t, s.linkTraces, `{"run_id":"`+run+`","trace_ids":["tr-1"]}`); !errors.Is(err, NoTrace) {
			t.Error(err)
		}
		must(t, s.setTraceTag, `{"trace_id":%q,"key":"a","value":"1"}`, ids[0])
		must(t, s.setTraceTag, `{"trace_id":%q,"key":"b","value":"2"}`, ids[0])
		must(t, s.deleteTraceTag, `{"trace_id":%q,"key":"a"}`, ids[0])
		if _, err := ask(t, s.deleteTraceTag, `{"trace_id":"`+ids[0]+`","key":"a"}`); !errors.Is(err, BadValue) {
			t.Error(err)
		}
		if _, err := ask(t, s.setTraceTag, `{"trace_id":"`+ids[0]+`","key":"a","value":"`+strings.Repeat("x", mostTold)+`"}`); !errors.Is(err, BadValue) {
			t.Error(err)
		}
		if got := traceOf(t, s, 1); got.RunID != run || !slices.Equal(got.Tags, []Text{{"b", "2"}}) || got.SpanCount != 1 {
			t.Errorf("%+v", got)
		}
		infos := must(t, s.batchTraceInfos, `{"trace_ids":[%q,"tr-0",%q]}`, ids[1], ids[2])["trace_infos"].([]any)
		whole := must(t, s.batchTraces, `{"trace_ids":[%q,"tr-0"]}`, ids[1])["traces"].([]any)
		if len(infos) != 2 || len(whole) != 1 || len(whole[0].(map[string]any)["spans"].([]any)) != 1 {
			t.Errorf("%v, %v", infos, whole)
		}
		if _, err := ask(t, s.batchTraces, `{"trace_ids":[`+strings.Repeat(`"x",`, mostLinked)+`"x"]}`); !errors.Is(err, BadValue) {
			t.Error(err)
		}
		for _, body := range []string{`{"experiment_id":"0"}`, `{"experiment_id":"0","request_ids":["x"],"max_timestamp_millis":3}`} {
			if _, err := ask(t, s.deleteTraces, body); !errors.Is(err, BadValue) {
				t.Error(err)
			}
		}
		gone := func(body string) any { return must(t, s.deleteTraces, "%s", body)["traces_deleted"] }
		if n := gone(`{"experiment_id":"9","request_ids":["` + ids[3] + `"]}`); n != 0.0 {
			t.Errorf("of another experiment: %v", n)
		}
		if n := gone(`{"experiment_id":"0","request_ids":["` + ids[3] + `","tr-0"]}`); n != 1.0 {
			t.Errorf("by id: %v", n)
		}
		if n := gone(`{"experiment_id":"0","max_timestamp_millis":"2","max_traces":1}`); n != 1.0 {
			t.Errorf("the oldest: %v", n)
		}
		if n := gone(`{"experiment_id":"0","max_timestamp_millis":2}`); n != 1.0 {
			t.Errorf("until a time: %v", n)
		}
		if list, _, err := s.Traces(t.Context(), "p", "", "", "", nil, "", 10); err != nil || len(list) != 1 || list[0].ID.String() != ids[2] {
			t.Errorf("%v, %v", list, err)
		}
		if _, err := s.Trace(t.Context(), "p", ids[0]); !errors.Is(err, NoTrace) {
			t.Error(err)
		}
		if _, err := s.Span(t.Context(), "p", ids[0], strings.Repeat("01", 8)); !errors.Is(err, NoTrace) {
			t.Error(err)
		}
		if _, err := s.Span(t.Context(), "p", ids[2], "x"); !errors.Is(err, NoSpan) {
			t.Error(err)
		}
		if n, err := s.Erase(t.Context(), "p"); err != nil || n < 3 {
			t.Errorf("%d, %v", n, err)
		}
	})
}

func TestASpanIsShownWithWhatItSays(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		o := spanAt(1, 1, 0, 5_000_000_000, 5_001_500_000)
		o.Status = &otlp.Status{Code: otlp.Status_STATUS_CODE_ERROR, Message: "超时"}
		o.Attributes = append(o.Attributes, textAttribute("mlflow.spanInputs", `{"q":"几点"}`), textAttribute("json", `"七点"`), textAttribute("nul", "a\x00b"))
		o.Events = []*otlp.Span_Event{{Name: "exception", TimeUnixNano: 5_001_000_000, Attributes: o.Attributes[1:2]}}
		sendSpans(t, s, "", "", o)
		got, err := s.Span(t.Context(), "p", strings.Repeat("01", 16), strings.Repeat("01", 8))
		if err != nil || got.State != "error" || got.Message != "超时" || got.TookMS != 1.5 || got.BegunUS != 5_000_000 {
			t.Errorf("%+v, %v", got, err)
		}
		if !slices.Equal(got.Attributes, []Text{{"mlflow.spanInputs", `{"q":"几点"}`}, {"json", "七点"}, {"nul", "a\x00b"}}) || got.Events[0].AfterMS != 1 || got.Events[0].Attributes[0].Value != "七点" {
			t.Errorf("%+v", got)
		}
	})
}

func TestATreeStandsWhateverTheParentsAre(t *testing.T) {
	t.Parallel()
	of := func(parents ...string) (list []SpanOf) { // span a, b, c … with their parents
		for i, p := range parents {
			list = append(list, SpanOf{ID: HexID{string(rune('a' + i))}, Name: string(rune('a' + i)), parent: p, begunNS: int64(i)})
		}
		return list
	}
	for name, c := range map[string]struct {
		spans []SpanOf
		want  []string
	}{
		"none":                     {nil, nil},
		"two below one":            {of("", "a", "b", "a"), []string{"a", "├─ b", "│  └─ c", "└─ d"}},
		"two outermost":            {of("", "a", "", "c"), []string{"a", "└─ b", "c", "└─ d"}},
		"a parent that is missing": {of("z", "a"), []string{"a", "└─ b"}},
		"its own parent":           {of("a", ""), []string{"a", "b"}},
		"in circles":               {of("c", "a", "b", ""), []string{"d", "a", "└─ b", "   └─ c"}},
	} {
		if got := lines(treeOf(c.spans, 0)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	deep := make([]SpanOf, mostSpans)
	for i := range deep {
		deep[i] = SpanOf{ID: HexID{fmt.Sprint(i)}, parent: fmt.Sprint(i - 1)}
	}
	got := treeOf(deep, 0)
	if last := got[len(got)-1]; last.Depth != mostSpans-1 || len(last.Line) > 5*deepest {
		t.Errorf("depth %d, a line of %d bytes", last.Depth, len(last.Line))
	}
}
