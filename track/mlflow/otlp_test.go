package mlflow

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	rpc "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

func textAttribute(key, value string) *common.KeyValue {
	return &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: value}}}
}

// spanAt is span n of trace t, from one time to another, below a parent (0 = none).
func spanAt(t, n, parent byte, from, to uint64) *otlp.Span {
	s := &otlp.Span{TraceId: bytes.Repeat([]byte{t}, 16), SpanId: bytes.Repeat([]byte{n}, 8), Name: fmt.Sprintf("s%d", n), StartTimeUnixNano: from, EndTimeUnixNano: to}
	if parent != 0 {
		s.ParentSpanId = bytes.Repeat([]byte{parent}, 8)
	}
	return s
}

func exportOf(spans ...*otlp.Span) *collector.ExportTraceServiceRequest {
	return &collector.ExportTraceServiceRequest{ResourceSpans: []*otlp.ResourceSpans{{
		Resource: &resource.Resource{Attributes: []*common.KeyValue{textAttribute("service.name", "客服")}}, ScopeSpans: []*otlp.ScopeSpans{{Spans: spans}},
	}}}
}

func marshalled(t testing.TB, m proto.Message) []byte {
	t.Helper()
	body, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func gzipped(t testing.TB, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(body); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// inOTLPJSON is a request as exporters write it in JSON, ids hexadecimal.
func inOTLPJSON(t testing.TB, m proto.Message) []byte {
	t.Helper()
	body, err := protojson.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	var turn func(v any)
	turn = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				turn(one)
			}
		case map[string]any:
			for key, one := range v {
				if text, is := one.(string); is && (key == "traceId" || key == "spanId" || key == "parentSpanId") {
					id, _ := base64.StdEncoding.DecodeString(text)
					v[key] = hex.EncodeToString(id)
				} else {
					turn(one)
				}
			}
		}
	}
	turn(v)
	body, _ = json.Marshal(v)
	return body
}

func TestSpansAreReadAlikeFromProtocolBuffersAndJSON(t *testing.T) {
	t.Parallel()
	root, child := spanAt(1, 1, 0, 1000, 9000), spanAt(1, 2, 1, 2000, 3000)
	root.Attributes = []*common.KeyValue{textAttribute("mlflow.spanType", `"LLM"`), textAttribute("input.value", "退\x00房"), {Key: "n", Value: &common.AnyValue{Value: &common.AnyValue_IntValue{IntValue: math.MaxInt64}}}}
	child.Kind, child.Status = otlp.Span_SPAN_KIND_CLIENT, &otlp.Status{Code: otlp.Status_STATUS_CODE_ERROR, Message: "超时"}
	child.Links = []*otlp.Span_Link{{TraceId: root.TraceId, SpanId: root.SpanId}}
	sent := exportOf(root, child)
	for kind, body := range map[string][]byte{protobufType: marshalled(t, sent), jsonType: inOTLPJSON(t, sent)} {
		spans, refused, err := readSpans(kind, body)
		if err != nil || refused.count > 0 || len(spans) != 2 {
			t.Fatalf("%s: %d spans, %+v, %v", kind, len(spans), refused, err)
		}
		one, two := spans[0], spans[1]
		if one.trace != "tr-"+strings.Repeat("01", 16) || one.id != strings.Repeat("01", 8) || one.parent != "" || one.kind != "LLM" || one.state != "OK" || one.service != "客服" || one.asked != "退房" || one.begunNS != 1000 || one.endedNS != 9000 {
			t.Errorf("%s: %+v", kind, one)
		}
		if two.parent != one.id || two.kind != "CLIENT" || two.state != "ERROR" {
			t.Errorf("%s: %+v", kind, two)
		}
		back := &otlp.Span{}
		if err := protojson.Unmarshal([]byte(two.body), back); err != nil || !proto.Equal(back, child) {
			t.Errorf("%s: %v, %v", kind, back, err)
		}
	}
}

func TestSpansThatCannotBeKeptAreRefusedOneByOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(s *otlp.Span)
		why   string
	}{
		"a short id of the trace":    {func(s *otlp.Span) { s.TraceId = s.TraceId[:15] }, "wrong length"},
		"no id of the span":          {func(s *otlp.Span) { s.SpanId = nil }, "wrong length"},
		"a long id of the parent":    {func(s *otlp.Span) { s.ParentSpanId = make([]byte, 9) }, "wrong length"},
		"an id of zeros":             {func(s *otlp.Span) { s.TraceId = make([]byte, 16) }, "zeros"},
		"no beginning":               {func(s *otlp.Span) { s.StartTimeUnixNano = 0 }, "beginning"},
		"a beginning from 2^63 on":   {func(s *otlp.Span) { s.StartTimeUnixNano = 1 << 63 }, "2262"},
		"an end at the last number":  {func(s *otlp.Span) { s.EndTimeUnixNano = math.MaxUint64 }, "2262"},
		"more bytes than a span has": {func(s *otlp.Span) { s.TraceState = strings.Repeat("x", maxSpan) }, "4 MiB"},
		"values in values in values": {func(s *otlp.Span) { s.Attributes = []*common.KeyValue{{Key: "deep", Value: nested(mostNested)}} }, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := spanAt(1, 1, 0, 1, 2)
			c.spoil(bad)
			for kind, body := range map[string][]byte{protobufType: marshalled(t, exportOf(bad, spanAt(1, 2, 0, 1, 2))), jsonType: inOTLPJSON(t, exportOf(bad, spanAt(1, 2, 0, 1, 2)))} {
				spans, refused, err := readSpans(kind, body)
				if err != nil || len(spans) != 1 || refused.count != 1 || !strings.Contains(refused.why, c.why) {
					t.Errorf("%s: %d spans, %+v, %v", kind, len(spans), refused, err)
				}
			}
		})
	}
}

func nested(depth int) *common.AnyValue {
	v := &common.AnyValue{Value: &common.AnyValue_IntValue{IntValue: 1}}
	for range depth {
		v = &common.AnyValue{Value: &common.AnyValue_ArrayValue{ArrayValue: &common.ArrayValue{Values: []*common.AnyValue{v}}}}
	}
	return v
}

func TestWhatIsNoExportIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	good := marshalled(t, exportOf(spanAt(1, 1, 0, 1, 2)))
	for name, c := range map[string]struct {
		kind, body string
	}{
		"another kind":               {"text/plain", "x"},
		"cut protocol buffers":       {protobufType, string(good[:len(good)-1])},
		"JSON as protocol buffers":   {protobufType, `{"resourceSpans":[]}`},
		"protocol buffers as JSON":   {jsonType, string(good)},
		"nothing as JSON":            {jsonType, ""},
		"cut JSON":                   {jsonType, `{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x"}`},
		"a list":                     {jsonType, `[]`},
		"a word where a list stands": {jsonType, `{"resourceSpans":"x"}`},
		"two objects":                {jsonType, `{} {}`},
	} {
		if spans, _, err := readSpans(c.kind, []byte(c.body)); !errors.Is(err, NotSpans) || len(spans) > 0 {
			t.Errorf("%s: %d spans, %v", name, len(spans), err)
		}
	}
	for name, body := range map[string]string{"nothing": `{}`, "null": `{"resourceSpans":null}`, "no scopes": `{"resourceSpans":[{"resource":{},"else":[1,{"x":[]}]}]}`} {
		if spans, refused, err := readSpans(jsonType, []byte(body)); err != nil || len(spans) > 0 || refused.count > 0 {
			t.Errorf("%s: %d spans, %+v, %v", name, len(spans), refused, err)
		}
	}
	if spans, _, err := readSpans(protobufType, nil); err != nil || len(spans) > 0 {
		t.Errorf("an empty export: %d spans, %v", len(spans), err)
	}
}

func TestAnExportIsUnpackedWithinItsBound(t *testing.T) {
	t.Parallel()
	if body, err := unpacked("gzip", gzipped(t, make([]byte, maxUnpacked))); err != nil || len(body) != maxUnpacked {
		t.Errorf("as much as may be: %d, %v", len(body), err)
	}
	if _, err := unpacked("GZIP", gzipped(t, make([]byte, maxUnpacked+1))); !errors.Is(err, SpansTooLarge) {
		t.Errorf("a byte more: %v", err)
	}
	packed := gzipped(t, []byte("spans"))
	for encoding, body := range map[string][]byte{"br": packed, "gzip": packed[:len(packed)-3], "Gzip": []byte("x")} {
		if _, err := unpacked(encoding, body); !errors.Is(err, NotSpans) {
			t.Errorf("%s %q: %v", encoding, body, err)
		}
	}
}

// A few bytes a span: decoded at once they would take gigabytes.
func TestMillionsOfEmptySpansAreNotLookedAt(t *testing.T) {
	t.Parallel()
	empty := func(n int) []byte {
		spans := bytes.Repeat([]byte{2<<3 | byte(protowire.BytesType), 0}, n)
		scope := protowire.AppendBytes(protowire.AppendTag(nil, 2, protowire.BytesType), spans)
		return protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), scope)
	}
	inJSON := func(n int) []byte {
		return []byte(`{"resourceSpans":[{"scopeSpans":[{"spans":[{}` + strings.Repeat(",{}", n-1) + `]}]}]}`)
	}
	for kind, of := range map[string]func(n int) []byte{protobufType: empty, jsonType: inJSON} {
		if kept, refused, err := readSpans(kind, of(mostRead)); err != nil || len(kept) > 0 || refused.count != mostRead || !strings.Contains(refused.why, "wrong length") {
			t.Errorf("%s: %d, %+v, %v", kind, len(kept), refused, err)
		}
		if _, _, err := readSpans(kind, of(4<<20)); !errors.Is(err, NotSpans) || !strings.Contains(err.Error(), "more than 100000 spans") {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestAnExportHasABoundOfSpans(t *testing.T) {
	t.Parallel()
	var list []*otlp.Span
	for i := range mostSpans + 3 {
		s := spanAt(1, 1, 0, 1, 2)
		s.SpanId = []byte{1, 0, 0, 0, 0, 0, byte(i >> 8), byte(i)}
		list = append(list, s)
	}
	spans, refused, err := readSpans(protobufType, marshalled(t, exportOf(list...)))
	if err != nil || len(spans) != mostSpans || refused.count != 3 || !strings.Contains(refused.why, "10000") {
		t.Errorf("%d, %+v, %v", len(spans), refused, err)
	}
}

// post sends an export as an exporter does.
func post(t *testing.T, s *Service, kind, encoding string, body []byte, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/mlflow/p/v1/traces", bytes.NewReader(body))
	r.SetPathValue("product", "p")
	r.Header.Set("Content-Type", kind)
	if encoding != "" {
		r.Header.Set("Content-Encoding", encoding)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.takeSpans(w, r)
	return w
}

func TestAnExporterIsAnsweredInItsOwnEncoding(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		sent := exportOf(spanAt(7, 1, 0, 1000, 2000), spanAt(7, 2, 1, 1<<63, 2000))
		w := post(t, s, protobufType, "gzip", gzipped(t, marshalled(t, sent)))
		answer := &collector.ExportTraceServiceResponse{}
		if err := proto.Unmarshal(w.Body.Bytes(), answer); err != nil || w.Code != http.StatusOK || answer.PartialSuccess.GetRejectedSpans() != 1 || !strings.Contains(answer.PartialSuccess.GetErrorMessage(), "2262") {
			t.Errorf("%d %v %v", w.Code, answer, err)
		}
		w = post(t, s, jsonType+"; charset=utf-8", "", inOTLPJSON(t, exportOf(spanAt(7, 3, 1, 1500, 1600))))
		if w.Code != http.StatusOK || w.Body.String() != "{}" || w.Header().Get("Content-Type") != jsonType {
			t.Errorf("%d %s %s", w.Code, w.Header().Get("Content-Type"), w.Body)
		}
		if got, err := s.Trace(t.Context(), "p", strings.Repeat("07", 16)); err != nil || got.SpanCount != 2 || got.Service != "客服" {
			t.Errorf("%+v, %v", got, err)
		}
		w = post(t, s, protobufType, "", marshalled(t, sent), "X-MLflow-Experiment-Id", "77")
		told := &rpc.Status{}
		if err := proto.Unmarshal(w.Body.Bytes(), told); err != nil || w.Code != http.StatusNotFound || told.Code != 5 || !strings.Contains(told.Message, "mlflow.no_experiment") {
			t.Errorf("%d %v %v", w.Code, told, err)
		}
		if w = post(t, s, jsonType, "", []byte("{"), "X-MLflow-Run-Id", "x"); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `mlflow.not_spans`) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if w = post(t, s, "text/plain", "", nil); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "text/plain") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

// FuzzSpans: nothing that is sent brings the reader down, what is kept can be read again,
// and both encodings of it are read alike.
func FuzzSpans(f *testing.F) {
	good := exportOf(spanAt(1, 1, 0, 1, 2), spanAt(1, 2, 1, 3, 4))
	good.ResourceSpans[0].ScopeSpans[0].Spans[0].Attributes = []*common.KeyValue{{Key: "x", Value: nested(3)}, textAttribute("input.value", "几点")}
	f.Add(false, marshalled(f, good))
	f.Add(true, inOTLPJSON(f, good))
	f.Add(true, []byte(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"zz","links":[{"traceId":1}],"startTimeUnixNano":"99999999999999999999"}]}]}]}`))
	f.Add(false, []byte{0x0a, 0x02, 0x12, 0x00})
	f.Fuzz(func(t *testing.T, asJSON bool, body []byte) {
		kind := protobufType
		if asJSON {
			kind = jsonType
		}
		spans, _, err := readSpans(kind, body)
		if err != nil && !errors.Is(err, NotSpans) {
			t.Fatal(err)
		}
		again := exportOf()
		for _, one := range spans {
			span := &otlp.Span{}
			if err := protojson.Unmarshal([]byte(one.body), span); err != nil {
				t.Fatalf("%s: %v", one.body, err)
			}
			if one.begunNS <= 0 || one.endedNS < 0 || len(one.trace) != 35 || len(one.id) != 16 || strings.ContainsRune(one.name+one.kind+one.asked, 0) {
				t.Fatalf("%+v", one)
			}
			again.ResourceSpans[0].ScopeSpans[0].Spans = append(again.ResourceSpans[0].ScopeSpans[0].Spans, span)
		}
		first, refused, err := readSpans(protobufType, marshalled(t, again))
		second, refusedJSON, errJSON := readSpans(jsonType, inOTLPJSON(t, again))
		if err != nil || errJSON != nil || refused.count+refusedJSON.count > 0 || len(first) != len(spans) || len(second) != len(spans) {
			t.Fatalf("%d, %d and %d spans, %v, %v, %v, %v", len(spans), len(first), len(second), refused, refusedJSON, err, errJSON)
		}
		for i := range spans {
			a, b, c := spans[i], first[i], second[i]
			a.service, b.service, c.service, a.body, b.body, c.body = "", "", "", "", "", ""
			if a != b || a != c {
				t.Fatalf("%+v\n%+v\n%+v", a, b, c)
			}
		}
	})
}
