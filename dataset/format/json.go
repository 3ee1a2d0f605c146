package format

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// JSON returns the format of one JSON document: a list of objects, or an object
// whose lists are its parts.
func JSON() dataset.Format {
	return document{describe("json", "JSON", "JSON", "一个 JSON 列表，或者含有列表的对象（每个列表一部分）。",
		"One JSON list, or an object whose lists are its parts.", "application/json", true, ".json")}
}

type document struct{ spec dataset.FormatSpec }

func (d document) Spec() dataset.FormatSpec { return d.spec }

func (d document) Sniff(b []byte, name string) dataset.Guess {
	s := bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n")
	looks := len(s) > 1 && (s[0] == '[' || s[0] == '{') && bytes.ContainsRune([]byte(" \t\r\n\"{[]}0123456789-"), rune(s[1]))
	switch {
	case named(d.spec, name):
		return dataset.Guess{Confidence: 0.92, Why: spec.Text{ZH: "文件名以 .json 结尾", EN: "its name ends in .json"}}
	case looks:
		return dataset.Guess{Confidence: 0.85, Why: spec.Text{ZH: "以 JSON 的括号开头", EN: "it begins with a bracket of JSON"}}
	}
	return dataset.Guess{}
}

// documentBytes is the largest JSON document; beyond it JSON lines is the format.
const documentBytes = 1 << 30

func (d document) Read(ctx context.Context, in dataset.File, o dataset.ReadOptions, out dataset.Sink) error {
	if in.Size() > documentBytes {
		return dataset.LineTooLong.With("name", o.Name, "line", 1, "byte", 0, "limit", spec.Size(documentBytes))
	}
	f, err := openText(in, o, out)
	if err != nil {
		return err
	}
	raw := make([]byte, in.Size())
	if _, err := in.ReadAt(raw, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read document: %w", err)
	}
	plain := f.guess.Name == text.UTF8 && utf8.Valid(raw)
	if plain {
		blank(raw[:f.guess.BOM]) // offsets stay those of the file
	} else {
		decoded, _, bad, err := text.Decode(raw, f.guess.Name)
		if err != nil {
			return f.place(err)
		}
		if bad > 0 {
			f.note(text.Line{Bad: bad, Length: in.Size()}, 0, out)
		}
		raw = []byte(decoded)
	}
	j := &jsonReader{ctx: ctx, o: o, out: out, raw: raw, exact: plain}
	return j.read()
}

func blank(b []byte) {
	for i := range b {
		b[i] = ' '
	}
}

type jsonReader struct {
	ctx   context.Context
	o     dataset.ReadOptions
	out   dataset.Sink
	raw   []byte
	exact bool // positions in raw are positions in the file
}

func (j *jsonReader) read() error {
	start := skip(j.raw, 0)
	if start == len(j.raw) {
		return dataset.NoRecords.With("name", j.o.Name)
	}
	if j.raw[start] == '{' && json.Valid(j.raw) {
		return j.object(start)
	}
	if j.raw[start] != '[' {
		if json.Valid(j.raw) {
			return newObjects("", j.o, j.out).add(j.raw[start:], int64(start), int64(len(j.raw)-start))
		}
		return dataset.Damaged.With("name", j.o.Name, "format", "JSON", "where", spec.Text{ZH: "第 " + itoa(start) + " 字节", EN: "byte " + itoa(start)})
	}
	return j.list("", start)
}

// object reads each list of objects inside as a part; an object without any is
// one record.
func (j *jsonReader) object(start int) error {
	type part struct {
		name string
		at   int
	}
	var parts []part
	err := members(j.raw, func(name string, value []byte) error {
		if len(value) > 1 && value[0] == '[' {
			if i := skip(value, 1); value[i] == '{' {
				parts = append(parts, part{name, cap(j.raw) - cap(value)})
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("list members: %w", err)
	}
	if len(parts) == 0 {
		return newObjects("", j.o, j.out).add(j.raw[start:], j.at(start), int64(len(j.raw)-start))
	}
	var names []string
	for _, p := range parts {
		names = append(names, p.name)
		if !wanted(j.o, p.name) {
			continue
		}
		if err := j.list(p.name, p.at); err != nil {
			return err
		}
	}
	return missing(j.o, names)
}

func (j *jsonReader) at(i int) int64 {
	if !j.exact {
		return -1
	}
	return int64(i)
}

// list reads the elements of the list that begins at start. A broken element is
// reported and skipped; after one that never ends nothing can follow.
func (j *jsonReader) list(part string, start int) error {
	rows := newObjects(part, j.o, j.out)
	i := skip(j.raw, start+1)
	for n := 0; ; n++ {
		if n%1024 == 0 && j.ctx.Err() != nil {
			return j.ctx.Err()
		}
		if i >= len(j.raw) {
			j.out.Finding(dataset.Finding{Kind: "truncated", Part: part, Record: n, Offset: j.at(i), Why: spec.Text{
				ZH: "列表没有结尾，文件可能不完整", EN: "the list has no end; the file may be cut off"}})
			return nil
		}
		if j.raw[i] == ']' {
			return nil
		}
		size := max(1, valueEnd(j.raw[i:]))
		value := j.raw[i : i+size]
		if json.Valid(value) {
			if err := rows.add(value, j.at(i), int64(size)); err != nil {
				return err
			}
		} else {
			j.out.Finding(brokenJSON(value, 0, j.at(i), int64(size)))
		}
		i = skip(j.raw, i+size)
	}
}

// skip passes white space and commas.
func skip(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n' || b[i] == ',') {
		i++
	}
	return i
}

func (d document) Write(ctx context.Context, to io.Writer, schema dataset.Schema, rows func(each func(dataset.Row) error) error, o dataset.WriteOptions) error {
	if _, err := io.WriteString(to, "[\n"); err != nil {
		return fmt.Errorf("write start: %w", err)
	}
	if err := writeObjects(ctx, to, schema, rows, "", "", ",\n"); err != nil {
		return err
	}
	_, err := io.WriteString(to, "\n]\n")
	return err
}
