package command

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhuomo/internal/spec"
)

// column is one column of a table: the member of the item and its head.
type column struct {
	key  string
	head string
}

// show tells an answer: the exact JSON with --json, a table for a list, keys
// and values for one thing. t is the type that was encoded, for order and
// heads; nil when nobody knows it.
func (e *Env) show(text []byte, t reflect.Type) error {
	if e.JSON {
		_, err := e.Out.Write(append(bytes.TrimSpace(text), '\n'))
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return NotAnAnswer.With("address", e.Server, "status", 200).Because(err)
	}
	if page, ok := v.(map[string]any); ok {
		if items, ok := page["items"].([]any); ok {
			spread(page, items)
			e.table(items, itemType(t), "")
			if next, _ := page["next"].(string); next != "" && !e.Quiet {
				fmt.Fprintf(e.Err, "%s --cursor %s\n", e.Text("还有更多：", "more:"), next)
			}
			rest := map[string]any{}
			for key, value := range page {
				if key != "items" && key != "next" && key != "columns" {
					rest[key] = value
				}
			}
			if len(rest) > 0 {
				e.record(rest, t, keysOf(text), "")
			}
			return nil
		}
	}
	switch v := v.(type) {
	case []any:
		e.table(v, itemType(t), "")
	case map[string]any:
		e.record(v, t, keysOf(text), "")
	default:
		fmt.Fprintln(e.Out, cell("", v))
	}
	return nil
}

func bodyType(out reflect.Type) reflect.Type {
	if out == nil {
		return nil
	}
	body, ok := deref(out).FieldByName("Body")
	if !ok {
		return nil
	}
	return deref(body.Type)
}

// itemType is the type of a list's items: of []T, or of a page of T.
func itemType(t reflect.Type) reflect.Type {
	if t == nil {
		return nil
	}
	if t.Kind() == reflect.Slice {
		return deref(t.Elem())
	}
	if t.Kind() == reflect.Struct {
		if items, ok := t.FieldByName("Items"); ok && items.Type.Kind() == reflect.Slice {
			return deref(items.Type.Elem())
		}
	}
	return nil
}

// columnsOf are the fields tagged table:"列名|head"; without tags, all plain fields.
func columnsOf(t reflect.Type, lang string, tagged bool) (columns []column) {
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	for _, f := range reflect.VisibleFields(t) {
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || !f.IsExported() || key == "-" {
			continue
		}
		if key == "" {
			key = f.Name
		}
		tag, hasTag := f.Tag.Lookup("table")
		if tagged && !hasTag || tag == "-" {
			continue
		}
		if !hasTag && f.Type != reflect.TypeFor[spec.Text]() && (shapeOf(f.Type) == "json" || shapeOf(f.Type) == "texts") {
			continue
		}
		head := heading(key, lang)
		if hasTag {
			head = texts(tag).In(lang)
		}
		columns = append(columns, column{key, head})
	}
	return columns
}

func (e *Env) table(items []any, t reflect.Type, indent string) {
	if len(items) == 0 {
		fmt.Fprintln(e.Out, indent+e.Text("（没有）", "(none)"))
		return
	}
	columns := columnsOf(t, e.Lang, true)
	if len(columns) == 0 {
		columns = columnsOf(t, e.Lang, false)
	}
	columns = append(columns, spreadColumns(items)...)
	if len(columns) == 0 {
		columns = guessed(items, e.Lang)
	}
	if len(columns) == 0 { // a list of plain values
		for _, item := range items {
			fmt.Fprintln(e.Out, indent+cell("", item))
		}
		return
	}
	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = c.head
	}
	rows := make([][]string, 0, len(items))
	right := make([]bool, len(columns))
	for i := range right {
		right[i] = true
	}
	for _, item := range items {
		m, _ := item.(map[string]any)
		row := make([]string, len(columns))
		for i, c := range columns {
			v := m[c.key]
			row[i] = cell(c.key, v)
			if m, nested := v.(map[string]any); nested {
				if said, both := bilingual(m, e.Lang); both {
					row[i] = clean(said)
				}
			}
			if _, number := v.(json.Number); v != nil && (!number || strings.HasSuffix(c.key, "_us")) {
				right[i] = false
			}
		}
		rows = append(rows, row)
	}
	writeTable(e.Out, indent, heads, rows, right)
}

// spread names the values of rows by the columns of their page, so that a table
// shows rows as people know them.
func spread(page map[string]any, items []any) {
	names, _ := page["columns"].([]any)
	for _, item := range items {
		m, _ := item.(map[string]any)
		values, _ := m["values"].([]any)
		if len(names) == 0 || len(values) > len(names) {
			continue
		}
		named := make(map[string]any, len(values))
		for i, v := range values {
			named[fmt.Sprint(names[i])] = v
		}
		m["values"] = named
		m["columns"] = names
	}
}

const valuePrefix = "values."

// spreadColumns are the columns of rows with named values, in the order of the
// page or else by name; each value becomes a member of its item.
func spreadColumns(items []any) (columns []column) {
	seen := map[string]bool{}
	for _, item := range items {
		m, _ := item.(map[string]any)
		values, named := m["values"].(map[string]any)
		if !named {
			continue // its columns, if any, are its own
		}
		names, ordered := m["columns"].([]any)
		if !ordered {
			for _, key := range slices.Sorted(maps.Keys(values)) {
				names = append(names, key)
			}
		}
		for _, name := range names {
			key := fmt.Sprint(name)
			m[valuePrefix+key] = values[key]
			if !seen[key] {
				seen[key] = true
				columns = append(columns, column{valuePrefix + key, key})
			}
		}
	}
	return columns
}

// guessed takes the plain members that the items have, by name.
func guessed(items []any, lang string) (columns []column) {
	keys := map[string]bool{}
	for _, item := range items {
		m, _ := item.(map[string]any)
		for key, v := range m {
			switch v := v.(type) {
			case map[string]any:
				if _, both := bilingual(v, ""); both {
					keys[key] = true
				}
			case []any:
			default:
				keys[key] = true
			}
		}
	}
	for key := range keys {
		columns = append(columns, column{key, heading(key, lang)})
	}
	slices.SortFunc(columns, func(a, b column) int { return strings.Compare(a.key, b.key) })
	return columns
}

// keysOf lists the members of a JSON object as they were written.
func keysOf(object []byte) (keys []string) {
	decoder := json.NewDecoder(bytes.NewReader(object))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return keys
		}
		keys = append(keys, key.(string)) // inside an object every other token is a name
		var skipped json.RawMessage
		if decoder.Decode(&skipped) != nil {
			return keys
		}
	}
	return keys
}

// record prints one thing: plain members aligned, then what is nested. keys
// orders members that t does not know; the others come by name.
func (e *Env) record(m map[string]any, t reflect.Type, keys []string, indent string) {
	order := []column{}
	types := map[string]reflect.Type{}
	known := map[string]bool{}
	if t != nil && t.Kind() == reflect.Struct {
		for _, f := range reflect.VisibleFields(t) {
			key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous || !f.IsExported() || key == "-" {
				continue
			}
			if key == "" {
				key = f.Name
			}
			known[key] = true
			head := heading(key, e.Lang)
			switch tag := f.Tag.Get("table"); tag {
			case "":
			case "-":
				continue
			default:
				head = texts(tag).In(e.Lang)
			}
			order = append(order, column{key, head})
			types[key] = deref(f.Type)
		}
	}
	rest := []column{}
	for key := range m {
		if !known[key] {
			rest = append(rest, column{key, heading(key, e.Lang)})
		}
	}
	slices.SortFunc(rest, func(a, b column) int {
		return cmp.Or(cmp.Compare(slices.Index(keys, a.key), slices.Index(keys, b.key)), strings.Compare(a.key, b.key))
	})
	order = append(order, rest...)
	width := 0
	for _, c := range order {
		if _, there := m[c.key]; there && plain(m[c.key]) {
			width = max(width, displayWidth(c.head))
		}
	}
	for _, c := range order {
		if v, there := m[c.key]; there && plain(v) {
			fmt.Fprintf(e.Out, "%s%s  %s\n", indent, pad(c.head, width), cell(c.key, v))
		}
	}
	for _, c := range order {
		v := m[c.key]
		switch v := v.(type) {
		case map[string]any:
			if said, ok := bilingual(v, e.Lang); ok {
				fmt.Fprintf(e.Out, "%s%s  %s\n", indent, pad(c.head, width), clean(said))
			} else if len(v) > 0 {
				fmt.Fprintf(e.Out, "%s%s\n", indent, c.head)
				e.record(v, types[c.key], nil, indent+"  ")
			}
		case []any:
			if plain(v) || len(v) == 0 {
				continue
			}
			fmt.Fprintf(e.Out, "%s%s (%d)\n", indent, c.head, len(v))
			e.table(v, itemType(types[c.key]), indent+"  ")
		}
	}
}

// bilingual recognises a spec.Text.
func bilingual(m map[string]any, lang string) (string, bool) {
	zh, okZH := m["zh"].(string)
	en, okEN := m["en"].(string)
	return spec.Text{ZH: zh, EN: en}.In(lang), okZH && okEN && len(m) == 2
}

// plain tells whether a value fits one line.
func plain(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return false
	case []any:
		return !slices.ContainsFunc(v, func(x any) bool { return !plain(x) })
	}
	return true
}

// cell writes one value for people.
func cell(key string, v any) string {
	switch v := v.(type) {
	case nil:
		return "–"
	case bool:
		if v {
			return "✓"
		}
		return "–"
	case string:
		return clean(v)
	case json.Number:
		return number(key, v)
	case []any:
		if len(v) == 0 {
			return "–"
		}
		words := make([]string, len(v))
		for i, x := range v {
			words[i] = cell("", x)
		}
		return strings.Join(words, ", ")
	case map[string]any:
		text, _ := json.Marshal(v)
		return clean(string(text))
	}
	return fmt.Sprint(v)
}

// number writes times (…_us) as local time and fractions with four digits.
func number(key string, n json.Number) string {
	if whole, err := n.Int64(); err == nil {
		if strings.HasSuffix(key, "_us") {
			if whole == 0 {
				return "–"
			}
			return time.UnixMicro(whole).Local().Format("2006-01-02 15:04:05")
		}
		return n.String()
	}
	f, err := n.Float64()
	if err != nil || f != 0 && (math.Abs(f) < 1e-4 || math.Abs(f) >= 1e15) {
		return n.String()
	}
	return strconv.FormatFloat(math.Round(f*1e4)/1e4, 'f', -1, 64)
}
