package format

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
)

// XLSX returns the format of Excel workbooks; each sheet is a part.
func XLSX() dataset.Format {
	return xlsx{describe("xlsx", "Excel 工作簿", "Excel workbook", "每个工作表一部分；公式取保存时的值，并报告有公式的单元格。",
		"Each sheet is a part; a formula gives the value it was saved with and is reported.",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", true, ".xlsx", ".xlsm")}
}

type xlsx struct{ spec dataset.FormatSpec }

func (x xlsx) Spec() dataset.FormatSpec { return x.spec }

func (x xlsx) Sniff(b []byte, name string) dataset.Guess {
	return sure(bytes.HasPrefix(b, []byte("PK\x03\x04")) && (named(x.spec, name) || bytes.Contains(b, []byte("xl/"))),
		"是含有工作表的压缩包", "it is a zip that holds worksheets")
}

func (x xlsx) Read(ctx context.Context, in dataset.File, o dataset.ReadOptions, out dataset.Sink) error {
	if err := checkArchive(in, o); err != nil {
		return err
	}
	book, err := excelize.OpenReader(io.NewSectionReader(in, 0, in.Size()), excelize.Options{
		UnzipSizeLimit: o.Limits.UnpackedBytes, UnzipXMLSizeLimit: 16 << 20, RawCellValue: false})
	if err != nil {
		return dataset.Damaged.With("name", o.Name, "format", "Excel", "where", anywhere).Because(err)
	}
	defer book.Close()
	sheets := book.GetSheetList()
	if err := missing(o, sheets); err != nil {
		return err
	}
	for _, sheet := range sheets {
		if !wanted(o, sheet) {
			continue
		}
		if err := x.sheet(ctx, book, sheet, o, out); err != nil {
			return err
		}
	}
	return formulas(ctx, in, sheets, o, out)
}

// sheet reads one worksheet; the dialect's rules tell whether it has a header.
func (x xlsx) sheet(ctx context.Context, book *excelize.File, sheet string, o dataset.ReadOptions, out dataset.Sink) error {
	rows, err := book.Rows(sheet)
	if err != nil {
		return dataset.Damaged.With("name", o.Name, "format", "Excel", "where", sheet).Because(err)
	}
	defer rows.Close()
	var first [][]string // until the header is settled
	var numbers []int
	g := &grid{ctx: ctx, part: sheet, o: o, out: out}
	for line := 1; rows.Next(); line++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		cells, err := rows.Columns()
		if err != nil {
			return dataset.Damaged.With("name", o.Name, "format", "Excel", "where", fmt.Sprintf("%s!%d", sheet, line)).Because(err)
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" && !(g.started && len(cells) > 0) {
			continue
		}
		if g.started {
			if err := g.row(cells, line); err != nil {
				return err
			}
			continue
		}
		first, numbers = append(first, append([]string(nil), cells...)), append(numbers, line)
		if len(first) == sampleRecords {
			if err := g.begin(first, numbers); err != nil {
				return err
			}
		}
	}
	if err := rows.Error(); err != nil {
		return dataset.Damaged.With("name", o.Name, "format", "Excel", "where", sheet).Because(err)
	}
	if !g.started && len(first) > 0 {
		return g.begin(first, numbers)
	}
	return nil
}

// grid gives rows of cells as records of a part; the width is that of the
// widest row of the sample, later rows may add columns.
type grid struct {
	ctx     context.Context
	part    string
	o       dataset.ReadOptions
	out     dataset.Sink
	started bool
	names   []string
	record  int
}

func (g *grid) begin(first [][]string, lines []int) error {
	g.started = true
	width := 0
	for _, r := range first {
		width = max(width, len(r))
	}
	for i := range first {
		for len(first[i]) < width {
			first[i] = append(first[i], "")
		}
	}
	d := dialect{}
	d.settleHeader(first, g.o.Settings.Header, partSink{g.out, g.part})
	names := make([]string, width)
	if d.header {
		copy(names, first[0])
		first, lines = first[1:], lines[1:]
	}
	g.names = columnNames(names)
	if len(g.names) > g.o.Limits.Columns {
		return dataset.TooManyColumns.With("name", g.o.Name, "limit", g.o.Limits.Columns)
	}
	if err := g.out.Part(g.part, g.names); err != nil {
		return err
	}
	for i, r := range first {
		if err := g.row(r, lines[i]); err != nil {
			return err
		}
	}
	return nil
}

func (g *grid) row(cells []string, line int) error {
	if len(cells) > len(g.names) {
		if len(cells) > g.o.Limits.Columns {
			return dataset.TooManyColumns.With("name", g.o.Name, "limit", g.o.Limits.Columns)
		}
		wider := append([]string(nil), g.names...)
		g.names = columnNames(append(wider, make([]string, len(cells)-len(wider))...))
		if err := g.out.Part(g.part, g.names); err != nil {
			return err
		}
		g.out.Finding(dataset.Finding{Kind: "ragged_long", Part: g.part, Line: line, Record: g.record + 1, Offset: -1, Why: spec.Text{
			ZH: fmt.Sprintf("这一行比表头宽，新增了列，共 %d 列", len(cells)), EN: fmt.Sprintf("this row is wider than the header; columns were added, now %d", len(cells))}})
	}
	for len(cells) < len(g.names) {
		cells = append(cells, "")
	}
	g.record++
	return g.out.Record(dataset.Record{Number: g.record, Offset: -1, Values: cells})
}

// partSink names the part in what is detected.
type partSink struct {
	dataset.Sink
	part string
}

func (p partSink) Detected(d dataset.Detected) {
	d.Part = p.part
	p.Sink.Detected(d)
}

// formulas notes the cells that hold formulas, by a scan of the sheets' XML: the
// row reader gives only their saved values.
func formulas(ctx context.Context, in dataset.File, sheets []string, o dataset.ReadOptions, out dataset.Sink) error {
	z, err := zip.NewReader(in, in.Size())
	if err != nil {
		return dataset.Damaged.With("name", o.Name, "format", "Excel", "where", directory).Because(err)
	}
	paths := sheetPaths(z)
	for _, sheet := range sheets {
		f, err := z.Open(paths[sheet])
		if err != nil || !wanted(o, sheet) {
			continue
		}
		err = scanFormulas(ctx, f, sheet, out)
		if err = errors.Join(err, f.Close()); ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil {
			out.Finding(dataset.Finding{Kind: "truncated", Part: sheet, Offset: -1, Why: spec.Text{
				ZH: "工作表的数据有损坏，公式没有查全", EN: "the sheet's data is damaged; not all formulas were looked for"}})
		}
	}
	return nil
}

func (x xlsx) Write(ctx context.Context, to io.Writer, schema dataset.Schema, rows func(each func(dataset.Row) error) error, o dataset.WriteOptions) (err error) {
	book := excelize.NewFile(excelize.Options{TmpDir: os.TempDir()})
	defer func() { err = errors.Join(err, book.Close()) }()
	w, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return fmt.Errorf("new sheet: %w", err)
	}
	line := 0
	put := func(values []string) error {
		line++
		if line > excelize.TotalRows {
			return dataset.BadSetting.With("setting", "format", "got", "xlsx", "known", "csv, jsonl, parquet")
		}
		cells := make([]any, len(values))
		for i, v := range safe(values, o) {
			cells[i] = v
		}
		at, err := excelize.CoordinatesToCellName(1, line)
		if err != nil {
			return err
		}
		return w.SetRow(at, cells)
	}
	if err := put(schema.Names()); err != nil {
		return fmt.Errorf("write header: %w", err)
	}
	err = rows(func(row dataset.Row) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return put(row.Values)
	})
	if err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("end sheet: %w", err)
	}
	return book.Write(to)
}
