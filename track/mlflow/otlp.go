package mlflow

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	rpc "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"zhuomo/internal/fault"
)

const (
	// maxExport bounds what an exporter sends at once, packed; maxUnpacked what it may become.
	maxExport   = 16 << 20
	maxUnpacked = 64 << 20
	// maxSpan bounds one span: of what is in memory only one is ever decoded at a time.
	maxSpan = 4 << 20
	// mostRead is how many spans of one export are looked at; one with more is no export.
	mostRead = 10 * mostSpans
	// mostAtOnce is how many exports are unpacked at the same time; others wait.
	mostAtOnce = 2
	// mostNested is how deep values of an attribute may stand in each other.
	mostNested = 100

	protobufType, jsonType = "application/x-protobuf", "application/json"
)

// takeSpans is OTLP over HTTP: spans in protocol buffers or JSON, gzipped or not. Spans
// that cannot be kept are refused in the answer, the others kept.
//
// Source: OTLP specification 1.x (opentelemetry.io/docs/specs/otlp), OTLP/HTTP.
func (s *Service) takeSpans(w http.ResponseWriter, r *http.Request) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // "" is refused
	refused, err := s.export(r, kind)
	if err != nil {
		refuseExport(w, kind, err)
		return
	}
	answer := &collector.ExportTraceServiceResponse{}
	if refused.count > 0 {
		answer.PartialSuccess = &collector.ExportTracePartialSuccess{RejectedSpans: refused.count, ErrorMessage: refused.why}
	}
	writeOTLP(w, kind, http.StatusOK, answer)
}

// refusal is how many spans are refused, and why the first of them is.
type refusal struct {
	count int64
	why   string
}

func (r *refusal) add(count int, why string) {
	if r.count == 0 {
		r.why = why
	}
	r.count += int64(count)
}

func (s *Service) export(r *http.Request, kind string) (refusal, error) {
	packed, err := io.ReadAll(r.Body)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return refusal{}, SpansTooLarge.With("most", maxExport>>20).Because(err)
	}
	if err != nil {
		return refusal{}, NotSpans.With("why", "the body ends early").Because(err)
	}
	select {
	case s.unpacking <- struct{}{}:
		defer func() { <-s.unpacking }()
	case <-r.Context().Done():
		return refusal{}, r.Context().Err()
	}
	body, err := unpacked(r.Header.Get("Content-Encoding"), packed)
	if err != nil {
		return refusal{}, err
	}
	spans, refused, err := readSpans(kind, body)
	if err != nil {
		return refusal{}, err
	}
	beyond, err := s.keepSpans(r.Context(), r.PathValue("product"), r.Header.Get("X-Mlflow-Experiment-Id"), r.Header.Get("X-Mlflow-Run-Id"), spans)
	if beyond.count > 0 {
		refused.add(int(beyond.count), beyond.why)
	}
	return refused, err
}

// unpacked undoes a Content-Encoding. Faults: NotSpans, SpansTooLarge.
func unpacked(encoding string, packed []byte) ([]byte, error) {
	switch strings.ToLower(encoding) {
	case "", "identity":
		return packed, nil
	case "gzip":
	default:
		return nil, NotSpans.With("why", "Content-Encoding "+cut(encoding))
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, NotSpans.With("why", "no gzip").Because(err)
	}
	body, err := io.ReadAll(io.LimitReader(z, maxUnpacked+1))
	if err != nil {
		return nil, NotSpans.With("why", "broken gzip").Because(err)
	}
	if len(body) > maxUnpacked {
		return nil, SpansTooLarge.With("most", maxUnpacked>>20)
	}
	return body, nil
}

// readSpans reads what an exporter sent, one span at a time: a small body can tell of
// millions of empty things. Fault: NotSpans.
func readSpans(kind string, body []byte) (spans []sentSpan, refused refusal, err error) {
	e := &export{}
	switch kind {
	case protobufType:
		err = e.readProto(body)
	case jsonType:
		err = e.readJSON(body)
	default:
		return nil, refused, NotSpans.With("why", "Content-Type "+cut(kind))
	}
	if err != nil {
		return nil, refused, NotSpans.With("why", cut(err.Error())).Because(err)
	}
	return e.spans, e.refused, nil
}

// export is what was read of one request so far.
type export struct {
	spans   []sentSpan
	refused refusal
	service string // of the resource that is read
}

var (
	protoSpan = proto.UnmarshalOptions{RecursionLimit: mostNested}
	jsonSpan  = protojson.UnmarshalOptions{RecursionLimit: mostNested, DiscardUnknown: true}
)

// add reads one span and keeps or refuses it; the error ends the whole export.
func (e *export) add(body []byte, decode func(body []byte, into proto.Message) error) error {
	if int64(len(e.spans))+e.refused.count >= mostRead {
		return fmt.Errorf("more than %d spans", mostRead)
	}
	kept, why := e.read(body, decode)
	if why != "" {
		e.refused.add(1, why)
		return nil
	}
	e.spans = append(e.spans, kept)
	return nil
}

// read decodes one span, or tells why it is refused.
func (e *export) read(body []byte, decode func(body []byte, into proto.Message) error) (kept sentSpan, why string) {
	if len(e.spans) >= mostSpans {
		return kept, fmt.Sprintf("an export has at most %d spans", mostSpans)
	}
	if len(body) > maxSpan {
		return kept, fmt.Sprintf("a span has at most %d MiB", maxSpan>>20)
	}
	span := &otlp.Span{}
	if err := decode(body, span); err != nil {
		return kept, "a span cannot be read: " + cut(err.Error())
	}
	return spanOf(span)
}

// of reads the spans of one resource, whose name may stand after them.
func (e *export) of(read func() error) error {
	first := len(e.spans)
	e.service = ""
	if err := read(); err != nil {
		return err
	}
	for i := range e.spans[first:] {
		e.spans[first+i].service = e.service
	}
	return nil
}

func (e *export) resource(body []byte, decode func(body []byte, into proto.Message) error) error {
	if len(body) > maxSpan {
		return fmt.Errorf("a resource has at most %d MiB", maxSpan>>20)
	}
	r := &resource.Resource{}
	if err := decode(body, r); err != nil {
		return err
	}
	e.service = columnText(attribute(r.Attributes, "service.name"), 200)
	return nil
}

func (e *export) readProto(body []byte) error {
	return eachField(body, 1, func(resourceSpans []byte) error {
		return e.of(func() error {
			if err := eachField(resourceSpans, 1, func(b []byte) error { return e.resource(b, protoSpan.Unmarshal) }); err != nil {
				return err
			}
			return eachField(resourceSpans, 2, func(scopeSpans []byte) error {
				return eachField(scopeSpans, 2, func(b []byte) error { return e.add(b, protoSpan.Unmarshal) })
			})
		})
	})
}

// eachField gives every message that a message of protocol buffers holds in field n.
func eachField(body []byte, n protowire.Number, do func(b []byte) error) error {
	for len(body) > 0 {
		field, kind, size := protowire.ConsumeTag(body)
		if size < 0 {
			return protowire.ParseError(size)
		}
		body = body[size:]
		if field == n && kind == protowire.BytesType {
			inner, size := protowire.ConsumeBytes(body)
			if size < 0 {
				return protowire.ParseError(size)
			}
			if err := do(inner); err != nil {
				return err
			}
			body = body[size:]
			continue
		}
		if size = protowire.ConsumeFieldValue(field, kind, body); size < 0 {
			return protowire.ParseError(size)
		}
		body = body[size:]
	}
	return nil
}

func (e *export) readJSON(body []byte) error {
	read := json.NewDecoder(bytes.NewReader(body))
	decode := func(body []byte, into proto.Message) error {
		body, err := idsInBase64(body)
		if err != nil {
			return err
		}
		return jsonSpan.Unmarshal(body, into)
	}
	err := eachMember(read, func(key string) error {
		if key != "resourceSpans" {
			return skipValue(read)
		}
		return eachItem(read, func() error {
			return e.of(func() error {
				return eachMember(read, func(key string) error {
					switch key {
					case "resource":
						var b json.RawMessage
						if err := read.Decode(&b); err != nil {
							return err
						}
						return e.resource(b, jsonSpan.Unmarshal)
					case "scopeSpans":
						return eachItem(read, func() error {
							return eachMember(read, func(key string) error {
								if key != "spans" {
									return skipValue(read)
								}
								return eachItem(read, func() error {
									var b json.RawMessage
									if err := read.Decode(&b); err != nil {
										return err
									}
									return e.add(b, decode)
								})
							})
						})
					}
					return skipValue(read)
				})
			})
		})
	})
	if err != nil {
		return err
	}
	if _, err := read.Token(); err != io.EOF {
		return errors.New("something follows the object")
	}
	return nil
}

func skipValue(read *json.Decoder) error { var b json.RawMessage; return read.Decode(&b) }

// eachMember gives the name of every member of an object, whose value do reads.
func eachMember(read *json.Decoder, do func(key string) error) error {
	return within(read, '{', func() error {
		key, err := read.Token()
		if err != nil {
			return err
		}
		return do(key.(string)) // the decoder lets nothing else stand there
	})
}

// eachItem has do read every item of a list; null is an empty one.
func eachItem(read *json.Decoder, do func() error) error { return within(read, '[', do) }

func within(read *json.Decoder, open json.Delim, do func() error) error {
	switch token, err := read.Token(); {
	case err == io.EOF:
		return io.ErrUnexpectedEOF
	case err != nil:
		return err
	case token == nil:
		return nil
	case token != open:
		return fmt.Errorf("%v stands where %v should", token, open)
	}
	for read.More() {
		if err := do(); err != nil {
			return err
		}
	}
	_, err := read.Token() // what closes it
	return err
}

// idsInBase64 turns the ids of a span, which are hexadecimal in OTLP's JSON, into what
// protocol buffers read.
func idsInBase64(body []byte) ([]byte, error) {
	var span map[string]json.RawMessage
	if err := json.Unmarshal(body, &span); err != nil {
		return nil, err
	}
	turn := func(of map[string]json.RawMessage) {
		for _, key := range []string{"traceId", "spanId", "parentSpanId"} {
			var text string
			if json.Unmarshal(of[key], &text) != nil {
				continue // protocol buffers tell what is wrong with it
			}
			if id, err := hex.DecodeString(text); err == nil {
				of[key], _ = json.Marshal(base64.StdEncoding.EncodeToString(id)) // a string: cannot fail
			}
		}
	}
	turn(span)
	if links, there := span["links"]; there {
		var list []map[string]json.RawMessage
		if err := json.Unmarshal(links, &list); err != nil {
			return nil, err
		}
		for _, link := range list {
			turn(link)
		}
		span["links"], _ = json.Marshal(list) // it was JSON: cannot fail
	}
	return json.Marshal(span)
}

func writeOTLP(w http.ResponseWriter, kind string, status int, m proto.Message) {
	body, err := proto.Marshal(m)
	if kind == jsonType {
		body, err = protojson.Marshal(m)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	w.Write(body) // the exporter has gone: nobody is left to tell
}

// refuseExport tells a fault as OTLP asks for, a status in the encoding of the request.
// Exporters send again what is refused with 503 and drop what is refused with 400.
func refuseExport(w http.ResponseWriter, kind string, err error) {
	f := fault.Of(err)
	if kind != protobufType && kind != jsonType {
		refuse(w, err)
		return
	}
	status, code := http.StatusBadRequest, int32(3) // of google.rpc.Code: INVALID_ARGUMENT
	switch f.Def.Kind {
	case fault.Busy:
		status, code = http.StatusServiceUnavailable, 14 // UNAVAILABLE
	case fault.Broken:
		status, code = http.StatusInternalServerError, 13 // INTERNAL
	case fault.NotFound:
		status, code = http.StatusNotFound, 5 // NOT_FOUND
	}
	writeOTLP(w, kind, status, &rpc.Status{Code: code, Message: f.Def.Code + ": " + f.Message("en") + " (" + f.Fix("en") + ") | " + f.Message("zh") + "（" + f.Fix("zh") + "）"})
}
