package api

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Incoming is an uploaded file. It is read while it arrives and kept nowhere.
type Incoming struct {
	io.Reader
	Name string // base name as the sender gave it, or ""; never a path
	Type string // media type as the sender gave it, or ""
	Size int64  // bytes, -1 when unknown
}

// Upload is a route that takes one file: as the raw body (name in the query
// parameter filename or in Content-Disposition) or as the part "file" of a
// multipart form. in has path, query and header fields only; form fields do
// not reach it. A read over the limit gives a fault that do should return.
func Upload[I, O any](method, path, verb string, need Role, zh, en string, do func(ctx context.Context, in *I, file Incoming) (*O, error), o ...Option) Route {
	r := newRoute(method, path, need, zh, en, Route{
		Verb: verb, Shape: File, maxBytes: defaultMaxUpload,
		In: reflect.TypeFor[I](), Out: reflect.TypeFor[O](),
	}, o)
	r.bind = func(s *Server, r Route) {
		op := s.operation(r)
		op.Parameters = []*huma.Param{{Name: "filename", In: "query", Description: "文件名|file name", Schema: &huma.Schema{Type: "string"}}}
		op.RejectUnknownQueryParameters = false // filename is not in I; incoming checks the others
		known := queryNames(r.In)
		huma.Register(s.huma, op, func(ctx context.Context, in *I) (*O, error) {
			_, request := RequestOf(ctx)
			file, err := incoming(request, known)
			if err != nil {
				return nil, s.problem(ctx, err)
			}
			out, err := do(ctx, in, file)
			if err == nil {
				err = s.finish(ctx, r, out)
			}
			if err != nil {
				return nil, s.problem(ctx, err)
			}
			return out, nil
		})
		s.documentUnmasked(r)
		// Only now, or huma would read the body itself.
		s.documented(r).RequestBody = fileBody()
	}
	return r
}

func fileBody() *huma.RequestBody {
	binary := &huma.Schema{Type: "string", Format: "binary"}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/octet-stream": {Schema: binary},
		"multipart/form-data":      {Schema: &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{"file": binary}, Required: []string{"file"}}},
	}}
}

// queryNames lists the query parameters of an input struct.
func queryNames(in reflect.Type) []string {
	var names []string
	for _, f := range reflect.VisibleFields(in) {
		if name, _, _ := strings.Cut(f.Tag.Get("query"), ","); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// incoming finds the file in the request without reading it.
func incoming(r *http.Request, known []string) (Incoming, error) {
	query := r.URL.Query()
	for name := range query {
		if name != "filename" && !slices.Contains(known, name) {
			place := "query." + name + " ?"
			return Incoming{}, InvalidInput.With("count", 1, "places", place).At(name)
		}
	}
	filename := query.Get("filename")
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		if _, disposition, err := mime.ParseMediaType(r.Header.Get("Content-Disposition")); err == nil && filename == "" {
			filename = disposition["filename"]
		}
		if r.ContentLength == 0 && filename == "" { // with a name it is an empty file, of which the stage speaks
			return Incoming{}, NoFile.With().At("file")
		}
		return Incoming{Reader: r.Body, Name: baseName(filename), Type: kind, Size: r.ContentLength}, nil
	}
	if params["boundary"] == "" {
		return Incoming{}, NoFile.With().At("file")
	}
	form, err := r.MultipartReader()
	if err != nil {
		return Incoming{}, NoFile.With().At("file").Because(err)
	}
	for {
		part, err := form.NextPart()
		if err != nil {
			return Incoming{}, NoFile.With().At("file").Because(err)
		}
		if part.FormName() == "file" {
			return Incoming{Reader: part, Name: baseName(part.FileName()), Type: part.Header.Get("Content-Type"), Size: -1}, nil
		}
	}
}

// baseName keeps the last part of a name, whichever slash the sender's system uses.
func baseName(name string) string {
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" || name == ".." {
		return ""
	}
	return name
}
