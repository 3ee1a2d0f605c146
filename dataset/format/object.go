package format

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"zhuomo/dataset"
)

// errNotObject: the JSON value is no object.
var errNotObject = errors.New("not a JSON object")

// members gives the members of a JSON object in their order; value is the raw
// JSON text. The object must be valid (json.Valid).
func members(object []byte, each func(name string, value []byte) error) error {
	s := bytes.TrimLeft(object, " \t\r\n")
	if len(s) == 0 || s[0] != '{' {
		return errNotObject
	}
	s = bytes.TrimLeft(s[1:], " \t\r\n,")
	for len(s) > 0 && s[0] != '}' {
		end := valueEnd(s)
		var name string
		if err := json.Unmarshal(s[:end], &name); err != nil {
			return err
		}
		s = bytes.TrimLeft(s[end:], " \t\r\n:")
		end = valueEnd(s)
		if err := each(name, s[:end]); err != nil {
			return err
		}
		s = bytes.TrimLeft(s[end:], " \t\r\n,")
	}
	return nil
}

// valueEnd is the length of the valid JSON value at the start of s.
func valueEnd(s []byte) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			for i++; i < len(s) && s[i] != '"'; i++ {
				if s[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return min(i+1, len(s))
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 && i > 0 {
				return i
			}
		}
	}
	return len(s)
}

// cellText is the text of a JSON value: strings as they are, null empty, numbers
// and booleans as written, lists and objects as compact JSON.
func cellText(value []byte) string {
	switch {
	case len(value) == 0 || value[0] == 'n':
		return ""
	case value[0] == '"':
		if inner := value[1 : len(value)-1]; bytes.IndexByte(inner, '\\') < 0 {
			return string(inner)
		}
		var s string
		if json.Unmarshal(value, &s) != nil {
			return string(value)
		}
		return s
	case value[0] == '{' || value[0] == '[':
		var b bytes.Buffer
		if json.Compact(&b, value) != nil {
			return string(value)
		}
		return b.String()
	}
	return string(value)
}

// objects turns JSON values into records whose columns grow as names turn up.
type objects struct {
	o       dataset.ReadOptions
	out     dataset.Sink
	part    string
	columns []string
	at      map[string]int
	grown   bool
	record  int
	values  []string
}

func newObjects(part string, o dataset.ReadOptions, out dataset.Sink) *objects {
	return &objects{o: o, out: out, part: part, at: map[string]int{}}
}

// add gives one value as a record: an object by its members, anything else in
// the column value.
func (b *objects) add(value []byte, offset, length int64) error {
	b.values = append(b.values[:0], make([]string, len(b.columns))...)
	err := members(value, func(name string, v []byte) error { return b.set(name, cellText(v)) })
	if errors.Is(err, errNotObject) {
		err = b.set("value", cellText(bytes.TrimSpace(value)))
	}
	if err != nil {
		return err
	}
	if b.grown || b.record == 0 {
		b.grown = false
		if err := b.out.Part(b.part, slices.Clone(b.columns)); err != nil {
			return err
		}
	}
	b.record++
	return b.out.Record(dataset.Record{Number: b.record, Offset: offset, Length: length, Values: b.values})
}

func (b *objects) set(name, text string) error {
	i, known := b.at[name]
	if !known {
		if len(b.columns) >= b.o.Limits.Columns {
			return dataset.TooManyColumns.With("name", b.o.Name, "limit", b.o.Limits.Columns)
		}
		i = len(b.columns)
		b.at[strings.Clone(name)] = i
		label := name
		if strings.TrimSpace(name) == "" {
			label = "column_" + itoa(i+1)
		}
		for n := 2; slices.Contains(b.columns, label); n++ {
			label = name + "_" + itoa(n)
		}
		b.columns, b.values, b.grown = append(b.columns, label), append(b.values, ""), true
	}
	b.values[i] = text
	return nil
}
