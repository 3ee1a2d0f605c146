package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"sync"
)

// Personal data is masked here, in every answer of every typed route, whatever
// stage it comes from: what a stage forgets is masked too. Three kinds of routes
// differ, and say so: those of which customers' or people's own words are the
// matter (Personal), which a lead may ask to see; those that give what people here
// wrote to be edited and shown as it is (Plain); and the public ones, by which a
// customer sees what they said themselves.

// Personal lets a lead ask for the answer as it is, with unmasked=true; each such
// look is in the audit log.
func Personal() Option { return func(r *Route) { r.personal = true } }

// Plain gives the answer as it is: knowledge, flows, guidelines, accounts, secrets
// that were just made.
func Plain() Option { return func(r *Route) { r.plain = true } }

// MayUnmask tells whether a lead may ask for the route's answer unmasked.
func (r Route) MayUnmask() bool { return r.personal }

// The names under which a request asks for personal data: in the address, or, for
// a page that asks so for all it shows, in a header.
const (
	UnmaskedName   = "unmasked"
	unmaskedHeader = "X-Unmasked"
)

// UnmaskNeed is the role that may see personal data.
const UnmaskNeed = Lead

// Unmasked tells whether the request was granted personal data in plain view. It
// is what every stage asks that masks by itself.
func Unmasked(ctx context.Context) bool {
	c := callOf(ctx)
	return c != nil && c.unmasked
}

// takeUnmasked takes the wish to see personal data off the request, and tells
// whether there is one.
func takeUnmasked(route Route, r *http.Request) (asked bool, query string) {
	if !route.personal {
		return false, r.URL.RawQuery
	}
	asked = r.Header.Get(unmaskedHeader) == "true"
	var rest []string
	for part := range strings.SplitSeq(r.URL.RawQuery, "&") {
		switch part {
		case UnmaskedName + "=true":
			asked = true
		case UnmaskedName + "=false", "":
		default:
			rest = append(rest, part)
		}
	}
	return asked, strings.Join(rest, "&")
}

// finish makes an output ready to go out: noted if it must be, lists that are [],
// personal data masked.
func (s *Server) finish(ctx context.Context, r Route, out any) error {
	if r.look || Unmasked(ctx) {
		if err := s.auditLook(ctx, r); err != nil {
			return err
		}
	}
	tidyBody(out)
	if s.o.Mask == nil || r.plain || r.Need == Public || Unmasked(ctx) {
		return nil
	}
	v := reflect.ValueOf(out)
	if v.IsNil() {
		return nil
	}
	if body := v.Elem().FieldByName("Body"); body.IsValid() && body.CanSet() {
		if masked, changed := hide(body, s.o.Mask); changed {
			body.Set(masked)
		}
	}
	return nil
}

// opaque texts are hashes, which must stay whole like ids: no personal number is as long.
var opaque = regexp.MustCompile(`^(sha256:)?[0-9a-f]{24,64}(\.[0-9]+)*$`)

// isID tells an id of ours, the most frequent of the opaque texts.
func isID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

// hide gives v with every text in it masked. What changes is copied, since stages
// give what they keep in memory.
func hide(v reflect.Value, mask func(string) (string, int)) (reflect.Value, bool) {
	if !holdsText(v.Type()) {
		return v, false
	}
	switch v.Kind() {
	case reflect.String:
		return hideString(v, mask)
	case reflect.Pointer:
		if v.IsNil() {
			return v, false
		}
		inner, changed := hide(v.Elem(), mask)
		if !changed {
			return v, false
		}
		p := reflect.New(v.Type().Elem())
		p.Elem().Set(inner)
		return p, true
	case reflect.Interface:
		if v.IsNil() {
			return v, false
		}
		inner, changed := hide(v.Elem(), mask)
		if !changed {
			return v, false
		}
		out := reflect.New(v.Type()).Elem()
		out.Set(inner)
		return out, true
	case reflect.Struct:
		return hideFields(v, mask)
	case reflect.Slice, reflect.Array:
		if v.Type() == rawType {
			return hideRaw(v, mask)
		}
		return hideItems(v, mask)
	case reflect.Map:
		return hideEntries(v, mask)
	}
	return v, false
}

func hideString(v reflect.Value, mask func(string) (string, int)) (reflect.Value, bool) {
	s := v.String()
	if len(s) >= 24 && (isID(s) || opaque.MatchString(s)) {
		return v, false
	}
	masked, finds := mask(s)
	if finds == 0 {
		return v, false
	}
	out := reflect.New(v.Type()).Elem()
	out.SetString(masked)
	return out, true
}

func hideFields(v reflect.Value, mask func(string) (string, int)) (reflect.Value, bool) {
	var out reflect.Value
	for i := range v.NumField() {
		if !v.Type().Field(i).IsExported() {
			continue
		}
		field, changed := hide(v.Field(i), mask)
		if !changed {
			continue
		}
		if !out.IsValid() {
			out = reflect.New(v.Type()).Elem()
			out.Set(v)
		}
		out.Field(i).Set(field)
	}
	if !out.IsValid() {
		return v, false
	}
	return out, true
}

func hideItems(v reflect.Value, mask func(string) (string, int)) (reflect.Value, bool) {
	var out reflect.Value
	for i := range v.Len() {
		item, changed := hide(v.Index(i), mask)
		if !changed {
			continue
		}
		if !out.IsValid() {
			if v.Kind() == reflect.Array {
				out = reflect.New(v.Type()).Elem()
			} else {
				out = reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			}
			reflect.Copy(out, v)
		}
		out.Index(i).Set(item)
	}
	if !out.IsValid() {
		return v, false
	}
	return out, true
}

func hideEntries(v reflect.Value, mask func(string) (string, int)) (reflect.Value, bool) {
	changed := map[int]reflect.Value{}
	keys := v.MapKeys()
	for i, key := range keys {
		if item, hidden := hide(v.MapIndex(key), mask); hidden {
			changed[i] = item
		}
	}
	if len(changed) == 0 {
		return v, false
	}
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	for i, key := range keys {
		item, hidden := changed[i]
		if !hidden {
			item = v.MapIndex(key)
		}
		out.SetMapIndex(key, item)
	}
	return out, true
}

var rawType = reflect.TypeFor[json.RawMessage]()

// hideRaw masks the texts in JSON that a stage passes on unread.
func hideRaw(v reflect.Value, mask func(string) (string, int)) (reflect.Value, bool) {
	var value any
	read := json.NewDecoder(bytes.NewReader(v.Bytes()))
	read.UseNumber()
	if read.Decode(&value) != nil || value == nil {
		return v, false
	}
	masked, changed := hide(reflect.ValueOf(value), mask)
	if !changed {
		return v, false
	}
	text, err := json.Marshal(masked.Interface())
	if err != nil {
		return v, false // it was JSON a moment ago
	}
	return reflect.ValueOf(json.RawMessage(text)), true
}

var textTypes sync.Map // reflect.Type → bool

// holdsText tells whether values of the type can hold text.
func holdsText(t reflect.Type) bool {
	if known, ok := textTypes.Load(t); ok {
		return known.(bool)
	}
	holds := searchText(t, map[reflect.Type]bool{})
	textTypes.Store(t, holds)
	return holds
}

func searchText(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.String, reflect.Interface:
		return true
	case reflect.Pointer, reflect.Array, reflect.Map:
		return searchText(t.Elem(), seen)
	case reflect.Slice:
		return t == rawType || searchText(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && searchText(f.Type, seen) {
				return true
			}
		}
	}
	return false
}
