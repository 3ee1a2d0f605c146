package app

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

// TestEachEarlierVersionComesUpToTheNewest brings the tables of each stage to
// each version that there has been, fills all of them, and migrates on, step by
// step: no row and no value may be lost, and the tables must become the same as
// in a new database.
func TestEachEarlierVersionComesUpToTheNewest(t *testing.T) {
	engines := map[string]func(testing.TB) *db.DB{"sqlite": testkit.OpenDB, "postgres": testkit.OpenPostgres}
	for stage, files := range migrations() {
		newest, err := db.Newest(files)
		if err != nil {
			t.Fatal(err)
		}
		for engine, open := range engines {
			for from := range newest {
				t.Run(fmt.Sprintf("%s/%s from %d", engine, stage, from), func(t *testing.T) {
					t.Parallel()
					comesUp(t, open(t), stage, files, from, newest)
				})
			}
		}
	}
}

func comesUp(t *testing.T, d *db.DB, stage string, files fs.FS, from, newest int64) {
	if from > 0 {
		migrateTo(t, d, stage, files, from)
		fill(t, d, "一")
	}
	before := values(t, d)
	for to := from + 1; to <= newest; to++ {
		migrateTo(t, d, stage, files, to)
		if version, err := d.Version(t.Context(), stage); err != nil || version != to {
			t.Fatalf("after the step to %d it is at %d, %v", to, version, err)
		}
	}
	after := values(t, d)
	for table, rows := range before {
		for i, row := range rows {
			if i >= len(after[table]) {
				t.Errorf("%s has lost a row", table)
				break
			}
			for column, value := range row {
				if got, there := after[table][i][column]; !there || got != value {
					t.Errorf("%s.%s was %v and is %v (%v)", table, column, value, got, there)
				}
			}
		}
	}
	migrateTo(t, d, stage, files, 0) // once more does nothing
	fresh := testkit.OpenDB(t)
	migrateTo(t, fresh, stage, files, 0)
	if a, b := columns(t, d), columns(t, fresh); !maps.Equal(a, b) {
		t.Errorf("the tables are %v, in a new database %v", a, b)
	}
	fill(t, d, "二") // and takes rows as a new one does
}

func migrateTo(t *testing.T, d *db.DB, stage string, files fs.FS, version int64) {
	t.Helper()
	if err := d.MigrateTo(t.Context(), stage, files, version); err != nil {
		t.Fatal(err)
	}
}

// eachTable calls each with the columns of each table, parents first.
func eachTable(t *testing.T, d *db.DB, each func(table string, columns []db.Column)) {
	t.Helper()
	columns := map[string][]db.Column{}
	var tables []string
	err := d.Snapshot(t.Context(), func(ctx context.Context, r db.Reader) (err error) {
		if tables, err = d.Tables(ctx, r); err != nil {
			return err
		}
		for _, table := range tables {
			err := d.Rows(ctx, r, table, func(c []db.Column) error { columns[table] = c; return nil }, func([]any) error { return nil })
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		each(table, columns[table])
	}
}

// fill adds three rows to each table. All texts of a row are the same, so that
// each row finds the one that it refers to; numbers differ with the text, as they
// may be keys.
func fill(t *testing.T, d *db.DB, text string) {
	t.Helper()
	key := int64([]rune(text)[0])
	eachTable(t, d, func(table string, columns []db.Column) {
		names, holes := make([]string, len(columns)), make([]string, len(columns))
		for i, c := range columns {
			names[i], holes[i] = c.Name, fmt.Sprintf("$%d", i+1)
		}
		into := "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(holes, ", ") + ")"
		for i := range 3 {
			row := make([]any, len(columns))
			for k, c := range columns {
				row[k] = map[db.Kind]any{db.Text: fmt.Sprint(text, i), db.Bigint: int64(i) + 1<<40 + key<<8, db.Double: float64(i) + .1, db.Bool: i == 1}[c.Kind]
			}
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.ExecContext(ctx, into, row...)
				return err
			})
			if err != nil {
				t.Fatalf("%s: %v", table, err)
			}
		}
	})
}

// values are the rows of each table, by column, in the order of their texts.
func values(t *testing.T, d *db.DB) map[string][]map[string]any {
	t.Helper()
	all := map[string][]map[string]any{}
	err := d.Snapshot(t.Context(), func(ctx context.Context, r db.Reader) error {
		tables, err := d.Tables(ctx, r)
		if err != nil {
			return err
		}
		for _, table := range tables {
			rows, err := rowsOf(ctx, d, r, table)
			if err != nil {
				return err
			}
			all[table] = rows
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func rowsOf(ctx context.Context, d *db.DB, r db.Reader, table string) (rows []map[string]any, err error) {
	var names []db.Column
	var keys []string
	err = d.Rows(ctx, r, table, func(c []db.Column) error { names = c; return nil }, func(values []any) error {
		row, key := map[string]any{}, ""
		for i, v := range values {
			row[names[i].Name] = v
			if s, text := v.(string); text {
				key = max(key, s)
			}
		}
		at, _ := slices.BinarySearch(keys, key)
		keys, rows = slices.Insert(keys, at, key), slices.Insert(rows, at, row)
		return nil
	})
	return rows, err
}

// columns are all columns with their kinds.
func columns(t *testing.T, d *db.DB) map[string]db.Kind {
	t.Helper()
	all := map[string]db.Kind{}
	eachTable(t, d, func(table string, columns []db.Column) {
		for _, c := range columns {
			all[table+"."+c.Name] = c.Kind
		}
	})
	if len(all) == 0 {
		t.Error("no columns: nothing was looked at")
	}
	return all
}
