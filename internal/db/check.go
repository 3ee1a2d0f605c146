package db

import (
	"context"
	"fmt"
)

// Check asks the engine whether all that it keeps is whole, and tells in the
// engine's words what is not; nothing when all is well. deep compares the
// indexes with their tables too. PostgreSQL checks its pages as it reads them
// and has nothing more to ask.
//
// Cost: SQLite reads the whole file.
func (d *DB) Check(ctx context.Context, deep bool) (wrong []string, err error) {
	wrong, err = d.engine.check(ctx, deep)
	return wrong, Explain(err)
}

// wrongAtMost is how many faults a check tells.
const wrongAtMost = 100

func (d *sqliteDB) check(ctx context.Context, deep bool) (wrong []string, err error) {
	ask := "PRAGMA quick_check"
	if deep {
		ask = "PRAGMA integrity_check"
	}
	p, err := pool(dsn(d.path, writerCacheKiB, "query_only(1)"), 1)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	rows, err := p.QueryContext(ctx, fmt.Sprintf("%s(%d)", ask, wrongAtMost))
	said, err := All(rows, err, func(s *string) []any { return []any{s} })
	if err != nil {
		return nil, err
	}
	for _, s := range said {
		if s != "ok" {
			wrong = append(wrong, s)
		}
	}
	rows, err = p.QueryContext(ctx, `SELECT "table", parent FROM pragma_foreign_key_check`)
	type dangling struct{ table, parent string }
	loose, err := All(rows, err, func(d *dangling) []any { return []any{&d.table, &d.parent} })
	if err != nil {
		return wrong, err
	}
	for i, l := range loose {
		if i == wrongAtMost {
			break
		}
		wrong = append(wrong, fmt.Sprintf("a row of %s refers to one of %s that is not there", l.table, l.parent))
	}
	return wrong, nil
}

func (d *postgresDB) check(context.Context, bool) (wrong []string, err error) { return nil, nil }
