package command

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"time"

	"zhuomo/internal/spec"
)

// field is one input of a route: a path parameter, a query parameter, a header
// or a top-level member of the body.
type field struct {
	in       string // path, query, header, body
	name     string // on the wire
	flag     string // on the command line
	doc      spec.Text
	typ      reflect.Type
	required bool
	fallback string // the default that the server uses, for the help
	choices  string // enum, for the help and for completion
}

var parameter = regexp.MustCompile(`\{([a-zA-Z0-9_]+)(?:\.\.\.)?\}`)

// globalNames are taken by the flags that every command has.
var globalNames = map[string]bool{
	"data": true, "lang": true, "json": true, "quiet": true, "server": true, "token": true,
	"help": true, "body": true, "detach": true, "output": true, "force": true, "product": true,
}

// fieldsOf lists the inputs of a route in path order, then as declared.
// wholeBody is true when there is a body that flags cannot express.
func fieldsOf(path string, in reflect.Type) (fields []field, hasBody, wholeBody bool) {
	docs := map[string]reflect.StructField{}
	if in != nil {
		for _, f := range reflect.VisibleFields(in) {
			if name := f.Tag.Get("path"); name != "" {
				docs[name] = f
			}
		}
	}
	for _, m := range parameter.FindAllStringSubmatch(path, -1) {
		f := docs[m[1]]
		fields = append(fields, field{in: "path", name: m[1], flag: kebab(m[1]), doc: texts(f.Tag.Get("doc")), typ: f.Type, required: true})
	}
	if in == nil {
		return fields, false, false
	}
	for _, f := range reflect.VisibleFields(in) {
		for _, place := range []string{"query", "header"} {
			name, _, _ := strings.Cut(f.Tag.Get(place), ",")
			if name != "" && f.IsExported() {
				fields = append(fields, fieldOf(place, name, f, f.Tag.Get("required") == "true"))
			}
		}
	}
	body, ok := in.FieldByName("Body")
	if !ok {
		return fields, false, false
	}
	t := deref(body.Type)
	if t.Kind() != reflect.Struct {
		return fields, true, true
	}
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous || !f.IsExported() {
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		required := !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero") && f.Tag.Get("required") != "false"
		fields = append(fields, fieldOf("body", name, f, required))
	}
	return fields, true, false
}

func fieldOf(place, name string, f reflect.StructField, required bool) field {
	flag := kebab(name)
	if globalNames[flag] {
		flag = "set-" + flag
	}
	return field{
		in: place, name: name, flag: flag, doc: texts(f.Tag.Get("doc")), typ: f.Type, required: required,
		fallback: f.Tag.Get("default"), choices: f.Tag.Get("enum"),
	}
}

// texts splits a doc tag "中文|English".
func texts(doc string) spec.Text {
	zh, en, both := strings.Cut(doc, "|")
	if !both {
		return spec.Text{ZH: doc, EN: doc}
	}
	return spec.Text{ZH: strings.TrimSpace(zh), EN: strings.TrimSpace(en)}
}

// kebab makes a flag name from a wire name: dry_run and If-Match become
// dry-run and if-match.
func kebab(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "-", ".", "-").Replace(name))
}

// shapeOf says how a value of the type is typed on the command line.
func shapeOf(t reflect.Type) string {
	if t == nil {
		return "text"
	}
	t = deref(t)
	if t == reflect.TypeFor[time.Time]() {
		return "time"
	}
	if t == reflect.TypeFor[json.RawMessage]() {
		return "json"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "bool"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "int"
	case reflect.Float32, reflect.Float64:
		return "number"
	case reflect.String:
		return "text"
	case reflect.Slice:
		if deref(t.Elem()).Kind() == reflect.String {
			return "texts"
		}
	}
	return "json"
}

func deref(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
