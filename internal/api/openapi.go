package api

import (
	"reflect"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

var notWord = regexp.MustCompile(`[^A-Za-z0-9]+`)

// operationID names an operation for generated clients: the command words, or
// method and path.
func operationID(r Route) string {
	if r.Verb != "" {
		return strings.ReplaceAll(r.Verb, " ", "-")
	}
	path := strings.TrimPrefix(r.Path, "/api/v1/")
	return strings.ToLower(r.Method) + "-" + strings.Trim(notWord.ReplaceAllString(path, "-"), "-")
}

// tagOf groups operations by the thing they are about: the first path word
// after /products/{product}.
func tagOf(words []string) string {
	if words[0] == "products" && len(words) > 2 {
		return words[2]
	}
	return words[0]
}

// schemaName names a type in the document. The package goes in front, because
// two stages may use the same word; a type of this package stands alone.
// A struct without a name is called after the input or output that it is in;
// folder is the package of that one.
func schemaName(t reflect.Type, hint, folder string) string {
	t = deref(t)
	name := t.Name()
	if name == "" {
		return withPackage(folder, huma.DefaultSchemaNamer(t, hint))
	}
	var b strings.Builder
	outer, inner, _ := strings.Cut(name, "[")
	b.WriteString(withPackage(t.PkgPath(), outer))
	for part := range strings.FieldsFuncSeq(inner, func(r rune) bool { return r == '[' || r == ']' || r == ',' || r == ' ' || r == '*' }) {
		dot := strings.LastIndex(part, ".")
		if dot < 0 {
			b.WriteString(upperFirst(part))
			continue
		}
		b.WriteString(withPackage(part[:dot], part[dot+1:]))
	}
	return b.String()
}

func withPackage(path, name string) string {
	name = upperFirst(notWord.ReplaceAllString(name, ""))
	folder := path[strings.LastIndex(path, "/")+1:]
	if folder == "" || folder == "api" || strings.HasPrefix(strings.ToLower(name), folder) {
		return name
	}
	return upperFirst(notWord.ReplaceAllString(folder, "")) + name
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func deref(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// problemResponse documents what every failed request answers.
func (s *Server) problemResponse() *huma.Response {
	schema := s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	return &huma.Response{Description: "Fault (RFC 9457)", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}}
}

// dropHumaErrors takes huma's own error type, which no answer uses, out of the
// document: huma registers it with every operation.
func (s *Server) dropHumaErrors() {
	schemas := s.huma.OpenAPI().Components.Schemas.Map()
	for _, t := range []reflect.Type{reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[huma.ErrorDetail]()} {
		delete(schemas, schemaName(t, "", ""))
	}
}

// documented finds a route's operation in the document. A hidden one has none;
// what is said about it then goes nowhere.
func (s *Server) documented(r Route) *huma.Operation {
	item := s.huma.OpenAPI().Paths[r.Path]
	if item == nil || r.hidden {
		return &huma.Operation{}
	}
	switch r.Method {
	case "GET":
		return item.Get
	case "DELETE":
		return item.Delete
	case "PUT":
		return item.Put
	case "PATCH":
		return item.Patch
	}
	return item.Post
}

// folderOf is the package in which a route's input or output is declared.
func folderOf(r Route) string {
	for _, t := range []reflect.Type{r.In, r.Out} {
		if t != nil && t.PkgPath() != "" {
			return t.PkgPath()
		}
	}
	return ""
}

// startsJob tells whether an output's body carries a job_id.
func startsJob(out reflect.Type) bool {
	if out == nil {
		return false
	}
	body, ok := out.FieldByName("Body")
	if !ok || deref(body.Type).Kind() != reflect.Struct {
		return false
	}
	id, ok := deref(body.Type).FieldByName("JobID")
	return ok && strings.HasPrefix(id.Tag.Get("json"), "job_id")
}

// UnmaskedDoc says what unmasked=true asks for.
const UnmaskedDoc = "个人信息不遮住；要组长，会记入审计|personal data in plain view; needs a lead, and is kept in the audit log"

// documentUnmasked adds the parameter of a route that may answer unmasked.
func (s *Server) documentUnmasked(r Route) {
	if r.personal {
		op := s.documented(r)
		op.Parameters = append(op.Parameters, &huma.Param{Name: UnmaskedName, In: "query", Description: UnmaskedDoc, Schema: &huma.Schema{Type: "boolean"}})
	}
}
