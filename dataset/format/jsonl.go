package format

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// JSONL returns the format of one JSON value a line.
func JSONL() dataset.Format {
	return jsonl{describe("jsonl", "JSONL", "JSON lines", "每行一个 JSON 对象；坏行单独报告，不影响其他行。",
		"One JSON object a line; a broken line is reported and stops nothing.", "application/x-ndjson", true, ".jsonl", ".ndjson")}
}

type jsonl struct{ spec dataset.FormatSpec }

func (j jsonl) Spec() dataset.FormatSpec { return j.spec }

func (j jsonl) Sniff(b []byte, name string) dataset.Guess {
	line, _, _ := bytes.Cut(bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("\n"))
	first := len(line) > 0 && line[0] == '{' && json.Valid(line)
	switch {
	case named(j.spec, name):
		return dataset.Guess{Confidence: 0.95, Why: spec.Text{ZH: "文件名以 .jsonl 结尾", EN: "its name ends in .jsonl"}}
	case first && bytes.Count(b, []byte("\n")) > 1:
		return dataset.Guess{Confidence: 0.93, Why: spec.Text{ZH: "第一行就是完整的 JSON 对象", EN: "its first line is a whole JSON object"}}
	}
	return dataset.Guess{}
}

func (j jsonl) Read(ctx context.Context, in dataset.File, o dataset.ReadOptions, out dataset.Sink) error {
	rows := newObjects("", o, out)
	return eachLine(ctx, in, o, out, func(line text.Line) error {
		value := []byte(line.Text)
		if !json.Valid(value) {
			out.Finding(brokenJSON(value, line.Number, line.Offset, line.Length))
			return nil
		}
		return rows.add(value, line.Offset, line.Length)
	})
}

// brokenJSON says where a JSON text is wrong; its bytes stay in the raw file.
func brokenJSON(value []byte, line int, offset, length int64) dataset.Finding {
	at := int64(len(value))
	var probe any
	var syntax *json.SyntaxError
	if err := json.Unmarshal(value, &probe); errors.As(err, &syntax) {
		at = syntax.Offset
	}
	return dataset.Finding{Kind: "broken_json", Line: line, Offset: offset, Length: length, Why: spec.Text{
		ZH: fmt.Sprintf("不是合法的 JSON（第 %d 字节处出错），没有成为行；原文可按位置取回", at),
		EN: fmt.Sprintf("not valid JSON (wrong at byte %d); it made no row, its bytes can be had by their place", at)}}
}

func (j jsonl) Write(ctx context.Context, to io.Writer, schema dataset.Schema, rows func(each func(dataset.Row) error) error, o dataset.WriteOptions) error {
	return writeObjects(ctx, to, schema, rows, "", "\n", "")
}

// writeObjects writes each row as an object with every column as a text.
func writeObjects(ctx context.Context, to io.Writer, schema dataset.Schema, rows func(each func(dataset.Row) error) error, before, after, between string) error {
	w := bufio.NewWriterSize(to, 64<<10)
	names := make([][]byte, len(schema.Columns))
	for i, c := range schema.Columns {
		names[i] = append(quoteJSON(c.Name), ':')
	}
	first := true
	err := rows(func(row dataset.Row) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !first {
			w.WriteString(between)
		}
		first = false
		w.WriteString(before + "{")
		for i, v := range row.Values {
			if i > 0 {
				w.WriteByte(',')
			}
			w.Write(names[i])
			w.Write(quoteJSON(v))
		}
		_, err := w.WriteString("}" + after)
		return err
	})
	if err := errors.Join(err, w.Flush()); err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	return nil
}

// quoteJSON writes s as a JSON string and leaves < > & readable.
func quoteJSON(s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic("a string cannot fail to encode: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
