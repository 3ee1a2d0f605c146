package format

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// CSV returns the format of comma separated values.
func CSV() dataset.Format {
	return delimited{describe("csv", "CSV 表格", "CSV",
		"逗号等符号分隔的文本。自动判断编码、分隔符和表头，能读缺列、多列和引号不配对的行。",
		"Text with fields separated by commas or other marks. Encoding, delimiter and header are detected; ragged rows and stray quotes are read.",
		"text/csv; charset=utf-8", true, ".csv"), ","}
}

// TSV returns the format of tab separated values.
func TSV() dataset.Format {
	return delimited{describe("tsv", "TSV 表格", "TSV", "制表符分隔的文本，其余与 CSV 相同。", "Text with fields separated by tabs, otherwise like CSV.",
		"text/tab-separated-values; charset=utf-8", true, ".tsv", ".tab"), "\t"}
}

type delimited struct {
	spec     dataset.FormatSpec
	standard string // delimiter
}

func (d delimited) Spec() dataset.FormatSpec { return d.spec }

func (d delimited) Sniff(b []byte, name string) dataset.Guess {
	g := text.Detect(b)
	if _, binary := binaryAt(b, g.Name); binary {
		return dataset.Guess{}
	}
	if named(d.spec, name) {
		return dataset.Guess{Confidence: 0.9, Why: spec.Text{ZH: "文件名以 " + d.spec.Endings[0] + " 结尾，内容是文本", EN: "its name ends in " + d.spec.Endings[0] + " and it is text"}}
	}
	decoded, _, _, err := text.Decode(b, g.Name)
	if err != nil {
		return dataset.Guess{}
	}
	lines := strings.Split(decoded, "\n")
	if len(lines) > 1 && len(b) >= headBytes {
		lines = lines[:len(lines)-1]
	}
	count, share := usual(cut(lines[:min(len(lines), sampleRecords)], d.standard))
	if count < 2 || share < 0.9 || len(lines) < 2 {
		return dataset.Guess{}
	}
	return dataset.Guess{Confidence: 0.3 + 0.3*share, Why: spec.Text{
		ZH: fmt.Sprintf("多数行都能切成 %d 个字段", count), EN: fmt.Sprintf("most lines can be cut into %d fields", count)}}
}

func (d delimited) Read(ctx context.Context, in dataset.File, o dataset.ReadOptions, out dataset.Sink) error {
	f, err := openText(in, o, out)
	if err != nil {
		return err
	}
	way, err := settle(f, d.standard, out)
	if err != nil {
		return err
	}
	lines, err := f.lines()
	if err != nil {
		return err
	}
	r := &csvReader{ctx: ctx, file: f, lines: lines, way: way, out: out, fields: fields{delimiter: way.delimiter}}
	return r.read()
}

// Continued records end after so many lines: past that the quote was a stray one.
const recordLines = 4096

type csvReader struct {
	ctx     context.Context
	file    *textFile
	lines   *text.Lines
	ahead   []text.Line // read in search of a closing quote, not yet used
	way     dialect
	out     dataset.Sink
	fields  fields
	columns int
	record  int
	padded  []string
}

func (r *csvReader) next() (text.Line, error) {
	if len(r.ahead) > 0 {
		line := r.ahead[0]
		r.ahead = r.ahead[1:]
		return line, nil
	}
	return r.lines.Next()
}

func (r *csvReader) read() error {
	for range r.way.skip {
		if _, err := r.next(); err != nil {
			return r.file.place(err)
		}
	}
	named := false
	for n := 0; ; n++ {
		if n%1024 == 0 && r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		first, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return r.file.place(err)
		}
		if first.Text == "" && first.Bad == 0 {
			continue
		}
		length, err := r.cut(first)
		if err != nil {
			return err
		}
		if !named {
			named = true
			if err := r.name(); err != nil {
				return err
			}
			if r.way.header {
				r.file.note(first, 0, r.out)
				continue
			}
		}
		r.record++
		r.file.note(first, r.record, r.out)
		record := dataset.Record{Number: r.record, Offset: first.Offset, Length: length, Values: r.fit(first, length)}
		if err := r.out.Record(record); err != nil {
			return err
		}
	}
	return nil
}

// name gives the columns from the first record, which fields holds.
func (r *csvReader) name() error {
	names := make([]string, max(r.way.columns, 1))
	if r.way.header {
		names = append([]string(nil), r.fields.values...)
		for len(names) < r.way.columns {
			names = append(names, "")
		}
	}
	if limit := r.file.o.Limits.Columns; len(names) > limit {
		return dataset.TooManyColumns.With("name", r.file.o.Name, "limit", limit)
	}
	r.columns = len(names)
	return r.out.Part("", columnNames(names))
}

// cut reads the record that begins with first into fields and gives its bytes.
func (r *csvReader) cut(first text.Line) (int64, error) {
	r.fields.reset()
	state := r.fields.feed(first.Text, "")
	length := first.Length
	if state == whole {
		if r.fields.loose {
			r.stray(first, r.columns > 0 && len(r.fields.values) != r.columns)
		}
		return length, nil
	}
	var taken []text.Line
	size, end := len(first.Text), first.End
	for state == open && len(taken) < recordLines && size < r.file.o.Limits.RecordBytes {
		line, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, r.file.place(err)
		}
		taken = append(taken, line)
		length += line.Length
		size += len(line.Text)
		state = r.fields.feed(line.Text, end)
		end = line.End
	}
	if state == whole && (r.columns == 0 || len(r.fields.values) == r.columns || !r.singleFits(first)) {
		for _, line := range taken {
			r.file.note(line, r.record+1, r.out)
		}
		return length, nil
	}
	// The quote was a stray one: the record is its first line, reading goes on
	// with the next.
	r.ahead = append(taken, r.ahead...)
	r.stray(first, true)
	return first.Length, nil
}

// singleFits reports whether the first line alone has the right number of fields
// when its quotes mean nothing.
func (r *csvReader) singleFits(first text.Line) bool {
	alone := fields{delimiter: r.way.delimiter}
	alone.plain(first.Text)
	return len(alone.values) == r.columns
}

// stray notes a quote that does not belong; plain takes the line as it stands.
func (r *csvReader) stray(line text.Line, plain bool) {
	if plain {
		r.fields.plain(line.Text)
	}
	r.out.Finding(dataset.Finding{Kind: "quote", Line: line.Number, Record: r.record + 1, Offset: line.Offset, Length: line.Length,
		Why: spec.Text{ZH: "引号不配对，已按原样保留", EN: "a quote has no partner; it was kept as it stands"}})
}

// fit makes the values as many as the columns and notes where they were not.
func (r *csvReader) fit(line text.Line, length int64) []string {
	values := r.fields.values
	n := len(values)
	if n == r.columns {
		return values
	}
	finding := dataset.Finding{Line: line.Number, Record: r.record, Offset: line.Offset, Length: length}
	if n < r.columns {
		finding.Kind = "ragged_short"
		finding.Why = spec.Text{ZH: fmt.Sprintf("只有 %d 个字段，应有 %d 个，其余留空", n, r.columns), EN: fmt.Sprintf("%d of %d fields; the rest is empty", n, r.columns)}
		r.out.Finding(finding)
		r.padded = append(r.padded[:0], values...)
		for len(r.padded) < r.columns {
			r.padded = append(r.padded, "")
		}
		return r.padded
	}
	rest := strings.Join(values[r.columns-1:], r.way.delimiter)
	if strings.Trim(strings.Join(values[r.columns:], ""), " ") == "" {
		return values[:r.columns] // delimiters at the end of the line carry nothing
	}
	finding.Kind = "ragged_long"
	finding.Why = spec.Text{ZH: fmt.Sprintf("有 %d 个字段，应有 %d 个，多出的已并入最后一列", n, r.columns), EN: fmt.Sprintf("%d fields instead of %d; the surplus was joined to the last column", n, r.columns)}
	r.out.Finding(finding)
	r.padded = append(append(r.padded[:0], values[:r.columns-1]...), rest)
	return r.padded
}

func (d delimited) Write(ctx context.Context, to io.Writer, schema dataset.Schema, rows func(each func(dataset.Row) error) error, o dataset.WriteOptions) error {
	w := csv.NewWriter(to)
	w.Comma = rune(d.standard[0])
	if err := w.Write(safe(schema.Names(), o)); err != nil {
		return fmt.Errorf("write header: %w", err)
	}
	err := rows(func(row dataset.Row) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		values := safe(row.Values, o)
		if len(values) == 1 && values[0] == "" {
			w.Flush() // a lone empty cell must be quoted, or the line reads as blank
			_, err := io.WriteString(to, "\"\"\n")
			return err
		}
		return w.Write(values)
	})
	w.Flush()
	if err := errors.Join(err, w.Error()); err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	return nil
}

// safe makes cells that a spreadsheet would run as formulas begin with an
// apostrophe.
func safe(values []string, o dataset.WriteOptions) []string {
	if !o.Safe {
		return values
	}
	out := values
	for i, v := range values {
		if v == "" || bytes.IndexByte([]byte("=+-@\t\r"), v[0]) < 0 || numeric.MatchString(v) {
			continue
		}
		if &out[0] == &values[0] {
			out = append([]string(nil), values...)
		}
		out[i] = "'" + v
	}
	return out
}
