package api

import (
	"context"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
)

// Outgoing is a file on its way to the asker. Write streams it; an error in
// the middle cuts the connection, so that a part is never taken for the whole.
type Outgoing struct {
	Name  string // suggested file name
	Type  string // media type, one of those that the route Sends
	Size  int64  // bytes, 0 or less when unknown
	Write func(w io.Writer) error
}

// Download is a route whose answer is a file.
func Download[I any](method, path, verb string, need Role, zh, en string, do func(ctx context.Context, in *I) (*Outgoing, error), o ...Option) Route {
	r := newRoute(method, path, need, zh, en, Route{
		Verb: verb, Shape: Bytes, maxBytes: defaultMaxBytes, sends: []string{"application/octet-stream"}, In: reflect.TypeFor[I](),
	}, o)
	r.bind = func(s *Server, r Route) {
		op := s.operation(r)
		content := map[string]*huma.MediaType{}
		for _, kind := range r.sends {
			content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
		}
		op.Responses["200"] = &huma.Response{Description: "OK", Content: content}
		type output struct{ Body func(huma.Context) }
		huma.Register(s.huma, op, func(ctx context.Context, in *I) (*output, error) {
			clearReadDeadline(ctx)
			file, err := do(ctx, in)
			if err == nil && (r.look || Unmasked(ctx)) {
				err = s.auditLook(ctx, r)
			}
			if err != nil {
				return nil, s.problem(ctx, err)
			}
			return &output{Body: func(hc huma.Context) { s.send(ctx, hc, file) }}, nil
		})
		s.documentUnmasked(r)
	}
	return r
}

func (s *Server) send(ctx context.Context, hc huma.Context, file *Outgoing) {
	kind := file.Type
	if kind == "" {
		kind = "application/octet-stream"
	}
	hc.SetHeader("Content-Type", kind)
	if file.Name != "" {
		hc.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(file.Name)}))
	}
	if file.Size > 0 {
		hc.SetHeader("Content-Length", strconv.FormatInt(file.Size, 10))
	}
	// The status goes out with the first byte, so that an error before it can
	// still be told.
	w := &firstByte{hc: hc}
	err := file.Write(w)
	if err == nil {
		w.begin()
		return
	}
	f := s.faultOf(ctx, err)
	if w.begun {
		panic(http.ErrAbortHandler)
	}
	for _, name := range []string{"Content-Disposition", "Content-Length"} {
		writer, _ := RequestOf(ctx)
		writer.Header().Del(name)
	}
	writer, request := RequestOf(ctx)
	WriteFault(writer, request, f)
}

// fileName keeps what a file may be called on every system: no path, no control
// character.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || !unicode.IsPrint(r) {
			return '_'
		}
		return r
	}, strings.TrimLeft(name, "."))
}

type firstByte struct {
	hc    huma.Context
	begun bool
}

func (w *firstByte) begin() {
	if !w.begun {
		w.begun = true
		w.hc.SetStatus(http.StatusOK)
	}
}

func (w *firstByte) Write(b []byte) (int, error) {
	w.begin()
	return w.hc.BodyWriter().Write(b)
}
