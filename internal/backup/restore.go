package backup

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

// Target is the empty place that a backup is restored into.
type Target struct {
	DB    *db.DB
	Blobs blob.Store
	// Migrate brings the tables of a stage to a version.
	Migrate func(ctx context.Context, stage string, version int64) error
	// After ends the transaction that has brought the rows.
	After func(ctx context.Context, tx db.Tx) error
}

// Restore brings back what Verify has found whole: first the blobs, then all rows
// in one transaction, so that they are there whole or not at all. open gives the
// file anew at each call.
//
// Errors: those of Verify; NotEmpty if a table has rows; those of DB and Blobs.
func Restore(ctx context.Context, open func() (io.ReadCloser, error), name string, v Verified, t Target, progress Progress) error {
	for _, stage := range slices.Sorted(maps.Keys(v.Head.Stages)) {
		if err := t.Migrate(ctx, stage, v.Head.Stages[stage]); err != nil {
			return err
		}
	}
	tables, err := t.DB.Tables(ctx, t.DB.Reader())
	if err != nil {
		return err
	}
	for _, table := range tables {
		var n int
		if err := t.DB.Reader().QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM "+table+" LIMIT 1) one").Scan(&n); err != nil {
			return db.Explain(err)
		}
		if n > 0 {
			return NotEmpty.With("place", table)
		}
	}
	err = read(ctx, open, name, progress, func(entry string, size int64, body io.Reader) error {
		digits, ok := strings.CutPrefix(entry, blobsFolder)
		if !ok || slices.Contains(v.Manifest.Damaged, string(blob.FromHex(digits))) {
			return nil
		}
		h, _, err := t.Blobs.Put(ctx, body)
		if err == nil && h != blob.FromHex(digits) {
			err = Damaged.With("file", name, "where", entry)
		}
		return err
	})
	if err != nil {
		return err
	}
	// Long for a transaction; but nobody else is here.
	return t.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		err := read(ctx, open, name, nil, func(entry string, _ int64, body io.Reader) error {
			table, _, ok := strings.Cut(strings.TrimPrefix(entry, rowsFolder), "/")
			if !strings.HasPrefix(entry, rowsFolder) {
				return errEnough // rows come first
			}
			if !ok || !slices.Contains(tables, table) {
				return Damaged.With("file", name, "where", entry)
			}
			if err := insert(ctx, tx, table, body); err != nil {
				return fmt.Errorf("restore %s: %w", entry, err)
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return err
		}
		return t.After(ctx, tx)
	})
}

func read(ctx context.Context, open func() (io.ReadCloser, error), name string, progress Progress, each func(string, int64, io.Reader) error) error {
	file, err := open()
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = walk(ctx, file, name, progress, each)
	return err
}

// rowsAtOnce is how many rows one statement inserts, unless its values were too many.
const (
	rowsAtOnce   = 100
	valuesAtOnce = 3000
)

var columnName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// insert adds the rows of one entry to their table.
func insert(ctx context.Context, tx db.Tx, table string, body io.Reader) error {
	lines := bufio.NewReaderSize(body, 256<<10)
	head, err := lines.ReadBytes('\n')
	if err != nil {
		return err
	}
	var columns []columnHead
	if err := json.Unmarshal(head, &columns); err != nil {
		return err
	}
	if len(columns) == 0 {
		return errors.New("no columns")
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		if names[i] = c.Name; !columnName.MatchString(c.Name) {
			return fmt.Errorf("%q is no name of a column", c.Name)
		}
	}
	into := "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") VALUES "
	atOnce := max(1, min(rowsAtOnce, valuesAtOnce/len(columns)))
	values := make([]any, 0, atOnce*len(columns))
	flush := func() error {
		if len(values) == 0 {
			return nil
		}
		_, err := tx.ExecContext(ctx, into+holes(len(values)/len(columns), len(columns)), values...)
		values = values[:0]
		return err
	}
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF && len(bytes.TrimSpace(line)) == 0 {
			return flush()
		}
		if err != nil {
			return err
		}
		row, err := readRow(line, columns)
		if err != nil {
			return err
		}
		if values = append(values, row...); len(values) == cap(values) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
}

// holes are the places of rows × columns values.
func holes(rows, columns int) string {
	var b strings.Builder
	for i := range rows * columns {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%columns == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", i+1)
	}
	return b.String() + ")"
}
