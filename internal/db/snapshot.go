package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// Snapshot lets do ask questions that all see one committed state, while others
// write on. It has a connection of its own.
//
// Order:  on PostgreSQL the state is one that a serial order of all writes comes
// through; for that it may wait until writes under way have ended.
// Cost:   SQLite's log cannot shrink, nor PostgreSQL clean up, before do ends.
func (d *DB) Snapshot(ctx context.Context, do func(ctx context.Context, r Reader) error) error {
	return d.engine.snapshot(ctx, do)
}

func (d *sqliteDB) snapshot(ctx context.Context, do func(ctx context.Context, r Reader) error) error {
	p, err := pool(dsn(d.path, writerCacheKiB, "query_only(1)"), 1)
	if err != nil {
		return Explain(err)
	}
	defer p.Close()
	tx, err := p.BeginTx(ctx, nil)
	if err != nil {
		return Explain(err)
	}
	defer tx.Rollback()
	var n int // the first read fixes the state
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&n); err != nil {
		return Explain(err)
	}
	return do(ctx, tx)
}

func (d *postgresDB) snapshot(ctx context.Context, do func(ctx context.Context, r Reader) error) error {
	p := sqlPool(d.config, 1) // one that has planned nothing yet: columns may have come since
	defer p.Close()
	tx, err := p.BeginTx(ctx, nil)
	if err != nil {
		return Explain(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE"); err != nil {
		return Explain(err)
	}
	var n int // the first read fixes the state
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM pg_class").Scan(&n); err != nil {
		return Explain(err)
	}
	return do(ctx, tx)
}

// Tables are the tables of all stages, each after those that it refers to; those
// in which versions and River's offers are kept are not among them.
func (d *DB) Tables(ctx context.Context, r Reader) ([]string, error) {
	tables, references := d.engine.catalogue()
	rows, err := r.QueryContext(ctx, tables)
	names, err := All(rows, err, func(s *string) []any { return []any{s} })
	if err != nil {
		return nil, Explain(err)
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		return strings.HasPrefix(name, "schema_") || strings.HasPrefix(name, "river_") || strings.HasPrefix(name, "sqlite_")
	})
	type reference struct{ from, to string }
	rows, err = r.QueryContext(ctx, references)
	all, err := All(rows, err, func(x *reference) []any { return []any{&x.from, &x.to} })
	if err != nil {
		return nil, Explain(err)
	}
	after := map[string][]string{}
	for _, x := range all {
		if x.from != x.to {
			after[x.from] = append(after[x.from], x.to)
		}
	}
	slices.Sort(names)
	var sorted []string
	var add func(name string)
	seen := map[string]bool{}
	add = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		for _, first := range after[name] {
			add(first)
		}
		sorted = append(sorted, name)
	}
	for _, name := range names {
		add(name)
	}
	return sorted, nil
}

func (d *sqliteDB) catalogue() (tables, references string) {
	return "SELECT name FROM sqlite_master WHERE type = 'table'",
		`SELECT m.name, f."table" FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`
}

func (d *postgresDB) catalogue() (tables, references string) {
	return "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace",
		`SELECT a.relname::text, b.relname::text FROM pg_constraint c JOIN pg_class a ON a.oid = c.conrelid JOIN pg_class b ON b.oid = c.confrelid
			WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace`
}

// Kind is what a column holds.
type Kind string

// The kinds of columns that both engines have.
const (
	Text   Kind = "text"
	Bigint Kind = "bigint"
	Double Kind = "double"
	Bool   Kind = "boolean"
)

var kindNames = map[string]Kind{
	"TEXT": Text, "BIGINT": Bigint, "INT8": Bigint, "DOUBLE PRECISION": Double, "FLOAT8": Double, "BOOLEAN": Bool, "BOOL": Bool,
}

// Column is one column of a table.
type Column struct {
	Name string
	Kind Kind
}

// Rows calls each with every row of a table, in no order: a value is a string,
// int64, float64, bool or nil. columns is called first. The values are valid
// until each returns.
func (d *DB) Rows(ctx context.Context, r Reader, table string, columns func([]Column) error, each func(values []any) error) error {
	rows, err := r.QueryContext(ctx, "SELECT * FROM "+table) // all of it, whatever the migrations made of it
	if err != nil {
		return fmt.Errorf("read %s: %w", table, Explain(err))
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return fmt.Errorf("read %s: %w", table, Explain(err))
	}
	all := make([]Column, len(types))
	for i, t := range types {
		kind, known := kindNames[strings.ToUpper(t.DatabaseTypeName())]
		if !known {
			return fmt.Errorf("column %s of %s is of the kind %s, which not both databases have", t.Name(), table, t.DatabaseTypeName())
		}
		all[i] = Column{t.Name(), kind}
	}
	if err := columns(all); err != nil {
		return err
	}
	values, places := make([]any, len(all)), make([]any, len(all))
	for i := range values {
		places[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return fmt.Errorf("read %s: %w", table, Explain(err))
		}
		for i, v := range values {
			values[i] = plain(all[i].Kind, v)
		}
		if err := each(values); err != nil {
			return err
		}
	}
	return Explain(rows.Err())
}

// plain gives a value as its column's kind, where SQLite has kept it as another.
func plain(kind Kind, v any) any {
	switch v := v.(type) {
	case []byte:
		return string(v)
	case int64:
		switch kind {
		case Bool:
			return v != 0
		case Double:
			return float64(v)
		}
	}
	return v
}

// Version is how far the tables of a stage have been brought, 0 if there are none.
func (d *DB) Version(ctx context.Context, stage string) (int64, error) {
	n, err := d.engine.migrated(ctx, versionTable(stage))
	return n, Explain(err)
}

var _ Reader = (*sql.Tx)(nil)
