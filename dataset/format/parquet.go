package format

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
	"github.com/parquet-go/parquet-go/format"

	"zhuomo/dataset"
)

// Parquet returns the format of Parquet files. Nested columns become JSON.
func Parquet() dataset.Format {
	return columnar{describe("parquet", "Parquet", "Parquet", "列式文件，可直接用 DuckDB、pandas、Spark 打开；嵌套列读成 JSON。",
		"A columnar file that DuckDB, pandas and Spark open; nested columns are read as JSON.", "application/vnd.apache.parquet", true, ".parquet")}
}

type columnar struct{ spec dataset.FormatSpec }

func (c columnar) Spec() dataset.FormatSpec { return c.spec }

func (c columnar) Sniff(b []byte, name string) dataset.Guess {
	return sure(bytes.HasPrefix(b, []byte("PAR1")), "以 Parquet 的文件头开始", "it begins with the header of Parquet")
}

func (c columnar) Read(ctx context.Context, in dataset.File, o dataset.ReadOptions, out dataset.Sink) (err error) {
	damaged := func(where string, cause error) error {
		return dataset.Damaged.With("name", o.Name, "format", "Parquet", "where", where).Because(cause)
	}
	// The library panics on some hostile files; a bad file must not end the process.
	defer func() {
		if p := recover(); p != nil {
			err = damaged("pages", fmt.Errorf("%v", p))
		}
	}()
	if err := checkFooter(in, in.Size()); err != nil {
		return damaged("footer", err)
	}
	// Neither index is needed to read all rows, and both hold lists of their own.
	file, err := parquet.OpenFile(in, in.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return damaged("footer", err)
	}
	fields := file.Schema().Fields()
	if len(fields) > o.Limits.Columns {
		return dataset.TooManyColumns.With("name", o.Name, "limit", o.Limits.Columns)
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name()
	}
	if err := out.Part("", columnNames(names)); err != nil {
		return err
	}
	r := &parquetRows{ctx: ctx, schema: file.Schema(), fields: fields, out: out}
	for g, group := range file.RowGroups() {
		rows := group.Rows()
		err := r.read(rows)
		rows.Close()
		var stopped stop
		if errors.As(err, &stopped) {
			return stopped.error
		}
		if err != nil {
			return damaged("row group "+itoa(g+1), err)
		}
	}
	return nil
}

// stop is an error that came from the sink or the context, not from the file.
type stop struct{ error }

type parquetRows struct {
	ctx    context.Context
	schema *parquet.Schema
	fields []parquet.Field
	out    dataset.Sink
	record int
}

func (r *parquetRows) read(rows parquet.Rows) error {
	first := make([]int, len(r.fields)) // leaf index at which each field begins
	leaves := 0
	for i, f := range r.fields {
		first[i] = leaves
		leaves += leafCount(f)
	}
	batch := make([]parquet.Row, 256)
	values := make([]string, len(r.fields))
	for {
		if err := r.ctx.Err(); err != nil {
			return stop{err}
		}
		n, err := rows.ReadRows(batch)
		for _, row := range batch[:n] {
			if err := r.cells(row, first, values); err != nil {
				return err
			}
			r.record++
			if err := r.out.Record(dataset.Record{Number: r.record, Offset: -1, Values: values}); err != nil {
				return stop{err}
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// cells turns a row into texts: flat columns at once, nested ones through the
// library's reconstruction.
func (r *parquetRows) cells(row parquet.Row, first []int, values []string) error {
	var nested map[string]any
	for i, f := range r.fields {
		if f.Leaf() && !f.Repeated() {
			values[i] = ""
			for _, v := range row {
				if v.Column() == first[i] && !v.IsNull() {
					values[i] = leafText(v, f)
				}
			}
			continue
		}
		if nested == nil {
			if err := r.schema.Reconstruct(&nested, row); err != nil {
				return err
			}
		}
		body, err := json.Marshal(plainJSON(nested[f.Name()]))
		if err != nil {
			return err
		}
		values[i] = string(body)
		if values[i] == "null" {
			values[i] = ""
		}
	}
	return nil
}

func leafCount(n parquet.Node) int {
	if n.Leaf() {
		return 1
	}
	count := 0
	for _, f := range n.Fields() {
		count += leafCount(f)
	}
	return count
}

// plainJSON makes bytes that are text strings, so that JSON shows them.
func plainJSON(v any) any {
	switch x := v.(type) {
	case []byte:
		return bytesText(x)
	case map[string]any:
		for k := range x {
			x[k] = plainJSON(x[k])
		}
	case []any:
		for i := range x {
			x[i] = plainJSON(x[i])
		}
	}
	return v
}

func bytesText(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// leafText is the text of a flat value, by its logical type.
func leafText(v parquet.Value, f parquet.Field) string {
	switch v.Kind() {
	case parquet.Boolean:
		return strconv.FormatBool(v.Boolean())
	case parquet.Int32, parquet.Int64:
		n := v.Int64()
		if v.Kind() == parquet.Int32 {
			n = int64(v.Int32())
		}
		if logical := f.Type().LogicalType(); logical != nil {
			return numberText(n, v.Kind() == parquet.Int32, logical.Value)
		}
		return strconv.FormatInt(n, 10)
	case parquet.Float:
		return strconv.FormatFloat(float64(v.Float()), 'g', -1, 32)
	case parquet.Double:
		return strconv.FormatFloat(v.Double(), 'g', -1, 64)
	case parquet.ByteArray, parquet.FixedLenByteArray:
		return bytesText(v.ByteArray())
	}
	return v.String()
}

// numberText is the text of an integer by its logical type.
func numberText(n int64, short bool, logical format.LogicalTypeValue) string {
	switch t := logical.(type) {
	case *format.DateType:
		return time.Unix(n*86400, 0).UTC().Format(time.DateOnly)
	case *format.TimestampType:
		switch t.Unit.Value.(type) {
		case *format.MilliSeconds:
			return time.UnixMilli(n).UTC().Format(time.RFC3339Nano)
		case *format.MicroSeconds:
			return time.UnixMicro(n).UTC().Format(time.RFC3339Nano)
		}
		return time.Unix(0, n).UTC().Format(time.RFC3339Nano)
	case *format.IntType:
		if !t.IsSigned && short {
			return strconv.FormatUint(uint64(uint32(n)), 10)
		}
		if !t.IsSigned {
			return strconv.FormatUint(uint64(n), 10)
		}
	}
	return strconv.FormatInt(n, 10)
}

func (c columnar) Write(ctx context.Context, to io.Writer, schema dataset.Schema, rows func(each func(dataset.Row) error) error, o dataset.WriteOptions) error {
	group := parquet.Group{}
	for _, col := range schema.Columns {
		group[col.Name] = parquet.String()
	}
	s := parquet.NewSchema("rows", inOrder{group, schema.Names()})
	w := parquet.NewWriter(to, s, parquet.Compression(&zstd.Codec{}), parquet.CreatedBy("zhuomo", "1", ""), parquet.MaxRowsPerRowGroup(64<<10))
	cells := make(parquet.Row, len(schema.Columns))
	err := rows(func(row dataset.Row) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, v := range row.Values {
			cells[i] = parquet.ByteArrayValue([]byte(v)).Level(0, 0, i)
		}
		_, err := w.WriteRows([]parquet.Row{cells})
		return err
	})
	if err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	return w.Close()
}

// inOrder keeps the order of columns, which parquet.Group would sort.
type inOrder struct {
	parquet.Group
	names []string
}

func (o inOrder) Fields() []parquet.Field {
	byName := map[string]parquet.Field{}
	for _, f := range o.Group.Fields() {
		byName[f.Name()] = f
	}
	fields := make([]parquet.Field, len(o.names))
	for i, name := range o.names {
		fields[i] = byName[name]
	}
	return fields
}
