package format

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// SQLite returns the format of SQLite database files; each table is a part.
func SQLite() dataset.Format {
	return sqlite{describe("sqlite", "SQLite 数据库", "SQLite database", "每张表一部分；以只读方式打开，不执行其中的触发器和视图。",
		"Each table is a part; it is opened read-only, and its triggers and views are not run.", "", false, ".sqlite", ".sqlite3", ".db")}
}

type sqlite struct{ spec dataset.FormatSpec }

func (s sqlite) Spec() dataset.FormatSpec { return s.spec }

func (s sqlite) Sniff(b []byte, name string) dataset.Guess {
	return sure(bytes.HasPrefix(b, []byte("SQLite format 3\x00")), "以 SQLite 的文件头开始", "it begins with the header of SQLite")
}

func (s sqlite) Read(ctx context.Context, in dataset.File, o dataset.ReadOptions, out dataset.Sink) (err error) {
	if in.Size() == 0 {
		return dataset.EmptyFile.With("name", o.Name)
	}
	path, remove, err := onDisk(in)
	if err != nil {
		return err
	}
	defer remove()
	source := (&url.URL{Scheme: "file", Opaque: path, RawQuery: "mode=ro&immutable=1&_pragma=trusted_schema(0)&_pragma=query_only(1)&_pragma=cell_size_check(1)"}).String()
	d, err := sql.Open("sqlite", source)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	d.SetMaxOpenConns(1)
	defer d.Close()
	tables, err := tableNames(ctx, d)
	if err != nil {
		return s.damaged(ctx, o, err)
	}
	if err := missing(o, tables); err != nil {
		return err
	}
	for _, table := range tables {
		if !wanted(o, table) {
			continue
		}
		if err := s.table(ctx, d, table, o, out); err != nil {
			return s.damaged(ctx, o, err)
		}
	}
	return nil
}

// damaged makes errors of the engine about the file a fault.
func (s sqlite) damaged(ctx context.Context, o dataset.ReadOptions, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if strings.Contains(err.Error(), "malformed") || strings.Contains(err.Error(), "not a database") || strings.Contains(err.Error(), "disk I/O") {
		return dataset.Damaged.With("name", o.Name, "format", "SQLite", "where", spec.Text{ZH: "数据库映像", EN: "database image"}).Because(err)
	}
	return err
}

// onDisk copies a file where a library needs a path.
func onDisk(in dataset.File) (path string, remove func(), err error) {
	f, err := os.CreateTemp("", "zhuomo-read-*")
	if err != nil {
		return "", nil, fmt.Errorf("make a temporary file: %w", err)
	}
	_, err = io.Copy(f, io.NewSectionReader(in, 0, in.Size()))
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return "", nil, fmt.Errorf("copy to a temporary file: %w", err)
	}
	return f.Name(), func() { os.Remove(f.Name()) }, nil
}

func tableNames(ctx context.Context, d *sql.DB) ([]string, error) {
	rows, err := d.QueryContext(ctx, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
		AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY rowid`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

func (s sqlite) table(ctx context.Context, d *sql.DB, table string, o dataset.ReadOptions, out dataset.Sink) error {
	rows, err := d.QueryContext(ctx, `SELECT * FROM "`+strings.ReplaceAll(table, `"`, `""`)+`"`)
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	if err := out.Part(table, columnNames(names)); err != nil {
		return err
	}
	cells, into, values := make([]any, len(names)), make([]any, len(names)), make([]string, len(names))
	for i := range cells {
		into[i] = &cells[i]
	}
	for n := 1; rows.Next(); n++ {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, c := range cells {
			values[i] = sqlText(c, table, n, o, out)
		}
		if err := out.Record(dataset.Record{Number: n, Offset: -1, Values: values}); err != nil {
			return err
		}
	}
	return rows.Err()
}

// sqlText is the text of a cell. Text that is not UTF-8 is decoded by what it
// looks like; bytes that are no text become base64.
func sqlText(cell any, table string, record int, o dataset.ReadOptions, out dataset.Sink) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return v.Format(time.RFC3339Nano)
	case []byte:
		if _, binary := binaryAt(v, text.Detect(v).Name); binary {
			return base64.StdEncoding.EncodeToString(v)
		}
		return decodeCell(string(v), table, record, o, out)
	case string:
		return decodeCell(v, table, record, o, out)
	}
	return fmt.Sprint(cell)
}

func decodeCell(s, table string, record int, o dataset.ReadOptions, out dataset.Sink) string {
	if utf8.ValidString(s) {
		return s
	}
	decoded, g, bad, err := text.Decode([]byte(s), o.Settings.Encoding)
	if err != nil {
		decoded, g, bad = strings.ToValidUTF8(s, "\uFFFD"), text.Guess{Name: text.UTF8}, 1
	}
	out.Finding(dataset.Finding{Kind: "mixed_encoding", Part: table, Record: record, Offset: -1, Why: spec.Text{
		ZH: fmt.Sprintf("单元格不是 UTF-8，已按 %s 解码，坏字节 %d 处", g.Name, bad),
		EN: fmt.Sprintf("a cell is not UTF-8 and was decoded as %s, with %d damaged places", g.Name, bad)}})
	return decoded
}
