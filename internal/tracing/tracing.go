// Package tracing follows one request or one job through the stages, for
// OpenTelemetry. It is off unless the program is told where to send traces;
// steps then cost one look into the context.
//
//	in:   Tracer.Begin where a request or a job starts, Step where a part of it does
//	out:  spans, sent to an OTLP receiver or written to a file
//
// A span carries names, counts, ids and codes of faults, never what a person
// wrote.
package tracing

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"zhuomo/internal/fault"
)

// maxWaiting is how many ended spans may wait to be sent; beyond it they are lost.
const maxWaiting = 8192

// lastSend is how long the end of the program may wait for a receiver that is gone.
const lastSend = 3 * time.Second

// Tracer begins traces. A nil *Tracer begins none.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
	file     *os.File
}

// Open sends traces to an OTLP receiver, http://host:4318, or appends them to a
// file, file:path, one JSON document a line. lost hears of what could not be
// sent. Faults: BadTarget.
func Open(ctx context.Context, to, version string, lost func(error)) (*Tracer, error) {
	t := &Tracer{}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(lost)) // the library has one for the whole process
	var exporter sdk.SpanExporter
	var err error
	if path, isFile := strings.CutPrefix(to, "file:"); isFile {
		if t.file, err = os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
			return nil, BadTarget.With("target", to).Because(err)
		}
		exporter, err = stdouttrace.New(stdouttrace.WithWriter(t.file))
	} else {
		var u *url.URL
		if u, err = url.Parse(to); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, BadTarget.With("target", to)
		}
		if u.Path == "" || u.Path == "/" {
			u.Path = "/v1/traces"
		}
		exporter, err = otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(u.String()))
	}
	if err != nil {
		return nil, fmt.Errorf("open traces: %w", err)
	}
	t.provider = sdk.NewTracerProvider(
		sdk.WithBatcher(exporter, sdk.WithMaxQueueSize(maxWaiting)),
		sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", "zhuomo"), attribute.String("service.version", version))),
	)
	t.tracer = t.provider.Tracer("zhuomo")
	return t, nil
}

// Close sends what waits.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, lastSend)
	defer stop()
	err := t.provider.Shutdown(ctx)
	if t.file != nil {
		if closed := t.file.Close(); err == nil {
			err = closed
		}
	}
	return err
}

// Begin starts the first span of this process for a request or a job. parent is
// the traceparent (W3C) of what caused it, "" if that is not known.
func (t *Tracer) Begin(ctx context.Context, name, parent string) (context.Context, Span) {
	if t == nil {
		return ctx, Span{}
	}
	if parent != "" {
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": parent})
	}
	ctx, s := t.tracer.Start(ctx, name)
	return ctx, Span{s}
}

// Span is one part of a trace. The zero Span is off.
type Span struct{ s trace.Span }

// Step begins a part of what ctx belongs to.
func Step(ctx context.Context, name string) (context.Context, Span) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, Span{}
	}
	ctx, s := parent.TracerProvider().Tracer("zhuomo").Start(ctx, name)
	return ctx, Span{s}
}

// Past notes a part that lay between two times, such as a wait.
func Past(ctx context.Context, name string, from, to time.Time) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return
	}
	_, s := parent.TracerProvider().Tracer("zhuomo").Start(ctx, name, trace.WithTimestamp(from))
	s.End(trace.WithTimestamp(to))
}

// On tells whether somebody follows the span, so that its values are worth making.
func (s Span) On() bool { return s.s != nil }

// Trace is the id of the trace, "" when off.
func (s Span) Trace() string {
	if s.s == nil {
		return ""
	}
	return s.s.SpanContext().TraceID().String()
}

// Text notes a word of the program's own, an id or a code: never what a person wrote.
func (s Span) Text(key, value string) {
	if s.s != nil {
		s.s.SetAttributes(attribute.String(key, value))
	}
}

// Count notes a number.
func (s Span) Count(key string, n int64) {
	if s.s != nil {
		s.s.SetAttributes(attribute.Int64(key, n))
	}
}

// Named gives the span a better name, once it is known.
func (s Span) Named(name string) {
	if s.s != nil {
		s.s.SetName(name)
	}
}

// Failed marks the span with a code.
func (s Span) Failed(code string) {
	if s.s != nil {
		s.s.SetStatus(codes.Error, code)
	}
}

// End ends it. Of an error only the code of its fault is told.
func (s Span) End(err error) {
	if s.s == nil {
		return
	}
	if err != nil {
		s.Failed(fault.Of(err).Def.Code)
	}
	s.s.End()
}

// Parent is the traceparent of ctx, to be kept with what it causes; "" when off.
func Parent(ctx context.Context) string {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return ""
	}
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier["traceparent"]
}
