package dataset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"zhuomo/internal/blob"
)

// A segment is one Parquet file of at most segmentRows rows. Its columns are
// _id _blob _part _record _offset _length and then the schema's columns as
// optional UTF-8, empty cells as null. A column of the data whose name begins
// with an underscore gets one more, so that the two kinds never collide.
const (
	segmentRows  = 64 << 10
	segmentBytes = 32 << 20 // text in one segment, so that long rows stay in bounds
	readBatch    = 1024     // rows decoded at a time
)

// Segment is one file of a version's manifest.
type Segment struct {
	Blob     blob.Hash `json:"blob"`
	Rows     int       `json:"rows"`
	Bytes    int64     `json:"bytes"`
	FirstRow RowID     `json:"first_row"`
	Columns  []string  `json:"columns"` // those of the schema when it was written
}

// place is where a row of a version lies: at is counted within the segment.
// Rows that an edit added have segment -1.
type place struct{ segment, at int }

// deltaRow is one row of a delta segment.
type deltaRow struct {
	Row
	place    place
	gone     bool
	revision int64
}

func stored(column string) string {
	if strings.HasPrefix(column, "_") {
		return "_" + column
	}
	return column
}

// ordered keeps the order of columns, which parquet.Group would sort.
type ordered struct {
	parquet.Group
	names []string
}

func (o ordered) Fields() []parquet.Field {
	fields := o.Group.Fields()
	slices.SortStableFunc(fields, func(a, b parquet.Field) int {
		return slices.Index(o.names, a.Name()) - slices.Index(o.names, b.Name())
	})
	return fields
}

var fixedColumns = []string{"_id", "_blob", "_part", "_record", "_offset", "_length"}
var deltaColumns = []string{"_segment", "_at", "_gone", "_revision"}

func segmentSchema(columns []string, delta bool) *parquet.Schema {
	o := ordered{Group: parquet.Group{}, names: slices.Clone(fixedColumns)}
	number := parquet.Encoded(parquet.Int(64), &parquet.DeltaBinaryPacked)
	o.Group["_id"] = parquet.String()
	o.Group["_blob"] = parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	o.Group["_part"] = parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	o.Group["_record"], o.Group["_offset"], o.Group["_length"] = number, number, number
	if delta {
		for _, name := range deltaColumns {
			o.names = append(o.names, name)
			o.Group[name] = number
		}
	}
	for _, c := range columns {
		o.names = append(o.names, stored(c))
		o.Group[stored(c)] = parquet.Optional(parquet.String())
	}
	return parquet.NewSchema("rows", o)
}

// writeSegment encodes rows. Same rows and columns, same bytes. deltas is nil
// for a plain segment, else it runs beside rows.
func writeSegment(rows []Row, columns []string, deltas []deltaRow) ([]byte, error) {
	var out bytes.Buffer
	w := parquet.NewWriter(&out, segmentSchema(columns, deltas != nil),
		parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest}),
		parquet.CreatedBy("zhuomo", "1", ""),
		parquet.PageBufferSize(256<<10), parquet.DataPageStatistics(false),
		parquet.BloomFilters(parquet.SplitBlockFilter(10, "_id")))
	values := make([]parquet.Value, len(rows))
	at := 0
	column := func(cell func(i int) parquet.Value, defined int) error {
		for i := range rows {
			v := cell(i)
			if defined > 0 && v.IsNull() {
				values[i] = v.Level(0, 0, at)
			} else {
				values[i] = v.Level(0, defined, at)
			}
		}
		// Small batches let the writer cut pages at its page size.
		for part := range slices.Chunk(values, readBatch) {
			if _, err := w.ColumnWriters()[at].WriteRowValues(part); err != nil {
				return err
			}
		}
		at++
		return nil
	}
	cells := []func(i int) parquet.Value{
		func(i int) parquet.Value { return textValue(string(rows[i].ID)) },
		func(i int) parquet.Value { return textValue(rows[i].Source.Blob) },
		func(i int) parquet.Value { return textValue(rows[i].Source.Part) },
		func(i int) parquet.Value { return parquet.Int64Value(int64(rows[i].Source.Record)) },
		func(i int) parquet.Value { return parquet.Int64Value(rows[i].Source.Offset) },
		func(i int) parquet.Value { return parquet.Int64Value(rows[i].Source.Length) },
	}
	if deltas != nil {
		cells = append(cells,
			func(i int) parquet.Value { return parquet.Int64Value(int64(deltas[i].place.segment)) },
			func(i int) parquet.Value { return parquet.Int64Value(int64(deltas[i].place.at)) },
			func(i int) parquet.Value {
				if deltas[i].gone {
					return parquet.Int64Value(1)
				}
				return parquet.Int64Value(0)
			},
			func(i int) parquet.Value { return parquet.Int64Value(deltas[i].revision) })
	}
	for _, cell := range cells {
		if err := column(cell, 0); err != nil {
			return nil, fmt.Errorf("encode segment: %w", err)
		}
	}
	for c := range columns {
		err := column(func(i int) parquet.Value {
			if c >= len(rows[i].Values) || rows[i].Values[c] == "" {
				return parquet.Value{}
			}
			return textValue(rows[i].Values[c])
		}, 1)
		if err != nil {
			return nil, fmt.Errorf("encode column %d: %w", c, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("close segment: %w", err)
	}
	return out.Bytes(), nil
}

// segmentFile is an open segment.
type segmentFile struct {
	blob.Reader
	file *parquet.File
	leaf map[string]int // column name as stored → leaf index
}

func openSegment(ctx context.Context, blobs blob.Store, s Segment) (*segmentFile, error) {
	r, err := blobs.Open(ctx, s.Blob)
	if err != nil {
		return nil, fmt.Errorf("open segment: %w", err)
	}
	f, err := parquet.OpenFile(r, r.Size(), parquet.ReadBufferSize(256<<10))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read segment %s: %w", s.Blob, err), r.Close())
	}
	open := &segmentFile{Reader: r, file: f, leaf: map[string]int{}}
	for i, path := range f.Schema().Columns() {
		open.leaf[path[0]] = i
	}
	return open, nil
}

// each gives the rows [from,to) in order, values in the order of schema; a
// column that the segment lacks is empty. It stops when each answers an error.
func (f *segmentFile) each(ctx context.Context, schema Schema, from, to int, each func(at int, row Row) error) error {
	columns := slices.Clone(fixedColumns)
	for _, c := range schema.Columns {
		columns = append(columns, stored(c.Name))
	}
	return f.batches(ctx, columns, from, to, func(first, n int, cells [][]parquet.Value) error {
		texts := arena(n, cells)
		for i := range n {
			row := Row{
				ID: RowID(texts(0, i)),
				Source: Source{Blob: texts(1, i), Part: texts(2, i), Record: int(cells[3][i].Int64()),
					Offset: cells[4][i].Int64(), Length: cells[5][i].Int64()},
				Values: make([]string, len(schema.Columns)),
			}
			for c := range row.Values {
				row.Values[c] = texts(len(fixedColumns)+c, i)
			}
			if err := each(first+i, row); err != nil {
				return err
			}
		}
		return nil
	})
}

// deltas gives every delta row of a delta segment.
func (f *segmentFile) deltas(ctx context.Context, schema Schema, each func(deltaRow)) error {
	var rows []Row
	total := int(f.file.NumRows())
	if err := f.each(ctx, schema, 0, total, func(_ int, row Row) error { rows = append(rows, row); return nil }); err != nil {
		return err
	}
	return f.batches(ctx, deltaColumns, 0, total, func(first, n int, cells [][]parquet.Value) error {
		for i := range n {
			each(deltaRow{Row: rows[first+i], place: place{int(cells[0][i].Int64()), int(cells[1][i].Int64())},
				gone: cells[2][i].Int64() == 1, revision: cells[3][i].Int64()})
		}
		return nil
	})
}

// ids gives the row ids in order.
func (f *segmentFile) ids(ctx context.Context, each func(at int, id RowID)) error {
	return f.batches(ctx, []string{"_id"}, 0, int(f.file.NumRows()), func(first, n int, cells [][]parquet.Value) error {
		for i := range n {
			each(first+i, RowID(cells[0][i].ByteArray()))
		}
		return nil
	})
}

// mayHold asks the segment's Bloom filter: false means that id is not inside.
func (f *segmentFile) mayHold(id RowID) bool {
	for _, group := range f.file.RowGroups() {
		filter := group.ColumnChunks()[f.leaf["_id"]].BloomFilter()
		if filter == nil {
			return true
		}
		if found, err := filter.Check(textValue(string(id))); err != nil || found {
			return true
		}
	}
	return false
}

// batches reads the named columns in step, n rows at a time. The values are
// valid during the call only.
func (f *segmentFile) batches(ctx context.Context, columns []string, from, to int, each func(first, n int, cells [][]parquet.Value) error) error {
	for _, group := range f.file.RowGroups() { // a segment has one
		pages := make([]*columnCells, len(columns))
		for i, name := range columns {
			leaf, ok := f.leaf[name]
			if !ok {
				continue
			}
			pages[i] = &columnCells{pages: group.ColumnChunks()[leaf].Pages()}
			defer pages[i].close()
			if err := pages[i].pages.SeekToRow(int64(from)); err != nil {
				return fmt.Errorf("seek to row %d: %w", from, err)
			}
		}
		nulls := make([]parquet.Value, readBatch)
		for first := from; first < to; first += readBatch {
			if err := ctx.Err(); err != nil {
				return err
			}
			n := min(readBatch, to-first)
			cells := make([][]parquet.Value, len(columns))
			for i := range columns {
				if pages[i] == nil {
					cells[i] = nulls[:n]
					continue
				}
				got, err := pages[i].read(n)
				if err != nil {
					return fmt.Errorf("read column %s at row %d: %w", columns[i], first, err)
				}
				cells[i] = got
			}
			if err := each(first, n, cells); err != nil {
				return err
			}
		}
	}
	return nil
}

// columnCells reads one flat column: one value a row.
type columnCells struct {
	pages  parquet.Pages
	page   parquet.Page
	values parquet.ValueReader
	done   []parquet.Page // pages whose values the current batch still names
	buffer []parquet.Value
}

func (c *columnCells) read(n int) ([]parquet.Value, error) {
	if c.buffer == nil {
		c.buffer = make([]parquet.Value, readBatch)
	}
	for _, p := range c.done {
		parquet.Release(p)
	}
	c.done = c.done[:0]
	for got := 0; got < n; {
		if c.values == nil {
			page, err := c.pages.ReadPage()
			if err != nil {
				return nil, err
			}
			c.page, c.values = page, page.Values()
		}
		k, err := c.values.ReadValues(c.buffer[got:n])
		got += k
		if errors.Is(err, io.EOF) {
			c.done = append(c.done, c.page)
			c.values, c.page = nil, nil
		} else if err != nil {
			return nil, err
		}
	}
	return c.buffer[:n], nil
}

func (c *columnCells) close() {
	for _, p := range c.done {
		parquet.Release(p)
	}
	if c.page != nil {
		parquet.Release(c.page)
	}
	c.pages.Close()
}

// arena copies the text cells of a batch into one string and gives slices of it.
func arena(n int, cells [][]parquet.Value) func(column, i int) string {
	var all strings.Builder
	ends := make([]int, 0, n*len(cells))
	for _, column := range cells {
		for i := range n {
			if v := column[i]; v.Kind() == parquet.ByteArray && !v.IsNull() {
				all.Write(v.ByteArray())
			}
			ends = append(ends, all.Len())
		}
	}
	text := all.String()
	return func(column, i int) string {
		k := column*n + i
		if k == 0 {
			return text[:ends[0]]
		}
		return text[ends[k-1]:ends[k]]
	}
}
