package mlflow

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	common "go.opentelemetry.io/proto/otlp/common/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

// sentSpan is a span as it is kept.
type sentSpan struct {
	trace, id, parent, name, kind, state string
	service, asked, answered             string // for its trace, where it is the root
	begunNS, endedNS                     int64
	body                                 string
}

// spanOf makes of a span what is kept, or tells why it is refused.
func spanOf(span *otlp.Span) (s sentSpan, why string) {
	if len(span.TraceId) != 16 || len(span.SpanId) != 8 || len(span.ParentSpanId) != 0 && len(span.ParentSpanId) != 8 {
		return s, "an id of a span has a wrong length: a trace has 16 bytes, a span 8"
	}
	if bytes.Count(span.TraceId, []byte{0}) == 16 || bytes.Count(span.SpanId, []byte{0}) == 8 {
		return s, "an id of a span is all zeros"
	}
	if span.StartTimeUnixNano == 0 {
		return s, "a span has no time of its beginning"
	}
	if span.StartTimeUnixNano > math.MaxInt64 || span.EndTimeUnixNano > math.MaxInt64 {
		return s, "a time of a span lies after the year 2262"
	}
	body, err := protojson.Marshal(span)
	if err != nil {
		return s, "a span holds text that is no UTF-8"
	}
	s = sentSpan{
		trace: traceID(span.TraceId), id: hex.EncodeToString(span.SpanId), parent: hex.EncodeToString(span.ParentSpanId), name: columnText(span.Name, 500), kind: kindOf(span), state: "OK",
		begunNS: int64(span.StartTimeUnixNano), endedNS: int64(span.EndTimeUnixNano), body: string(body),
	}
	if span.GetStatus().GetCode() == otlp.Status_STATUS_CODE_ERROR {
		s.state = "ERROR"
	}
	if s.parent == "" {
		s.asked, s.answered = said(span, "mlflow.spanInputs", "input.value"), said(span, "mlflow.spanOutputs", "output.value")
	}
	return s, ""
}

// traceID is the id of a trace as MLflow writes it.
func traceID(id []byte) string { return "tr-" + hex.EncodeToString(id) }

// said is the first of some attributes that is there, cut to what a list shows.
func said(span *otlp.Span, keys ...string) string {
	for _, key := range keys {
		if text := attribute(span.Attributes, key); text != "" {
			return columnText(text, 1000)
		}
	}
	return ""
}

// columnText cuts a text to some characters and leaves out what a database cannot keep.
func columnText(text string, most int) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "�")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// kindOf is what a span does: MLflow's word for it (LLM, RETRIEVER …), or OpenTelemetry's.
func kindOf(span *otlp.Span) string {
	text := attribute(span.Attributes, "mlflow.spanType")
	var unquoted string // MLflow's client writes JSON into its attributes
	if json.Unmarshal([]byte(text), &unquoted) == nil {
		text = unquoted
	}
	if text != "" && text != "UNKNOWN" {
		return columnText(text, 50)
	}
	if kind := strings.TrimPrefix(span.Kind.String(), "SPAN_KIND_"); kind != "UNSPECIFIED" {
		return kind
	}
	return ""
}

func attribute(list []*common.KeyValue, key string) string {
	for _, a := range list {
		if a.Key == key {
			return textOf(a.Value)
		}
	}
	return ""
}

// textOf is a value of an attribute as text, a list or an object as JSON.
func textOf(v *common.AnyValue) string {
	if v == nil {
		return ""
	}
	if text, is := v.Value.(*common.AnyValue_StringValue); is {
		return text.StringValue
	}
	if x, is := v.Value.(*common.AnyValue_DoubleValue); is && (math.IsNaN(x.DoubleValue) || math.IsInf(x.DoubleValue, 0)) {
		return fmt.Sprint(x.DoubleValue)
	}
	out, err := json.Marshal(plainValue(v))
	if err != nil { // an infinity or no number within it
		return protojson.Format(v)
	}
	return string(out)
}

func plainValue(v *common.AnyValue) any {
	switch v := v.GetValue().(type) {
	case *common.AnyValue_StringValue:
		return v.StringValue
	case *common.AnyValue_BoolValue:
		return v.BoolValue
	case *common.AnyValue_IntValue:
		return v.IntValue
	case *common.AnyValue_DoubleValue:
		return v.DoubleValue
	case *common.AnyValue_BytesValue:
		return v.BytesValue
	case *common.AnyValue_ArrayValue:
		list := []any{}
		for _, one := range v.ArrayValue.GetValues() {
			list = append(list, plainValue(one))
		}
		return list
	case *common.AnyValue_KvlistValue:
		pairs := map[string]any{}
		for _, one := range v.KvlistValue.GetValues() {
			pairs[one.Key] = plainValue(one.Value)
		}
		return pairs
	}
	return nil
}
