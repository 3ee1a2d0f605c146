package db

import (
	"context"
	"fmt"
)

// Erase deletes what belongs to owner, the $1 of every statement, and tells how
// many rows went. Each statement commits by itself, so that nobody waits behind
// a large one for long; what a crash leaves is deleted by doing it again, if
// rows stand before those that they are found by.
func (d *DB) Erase(ctx context.Context, owner string, statements ...string) (rows int, err error) {
	for _, statement := range statements {
		var gone int64
		err := d.Write(ctx, func(ctx context.Context, tx Tx) error {
			done, err := tx.ExecContext(ctx, statement, owner)
			if err != nil {
				return err
			}
			gone, err = done.RowsAffected()
			return err
		})
		if err != nil {
			return rows, fmt.Errorf("erase: %s: %w", statement, err)
		}
		rows += int(gone)
	}
	return rows, nil
}

// Texts calls each with the values of a query of one column.
func Texts[T ~string](ctx context.Context, r Reader, each func(T) error, query string, args ...any) error {
	rows, err := r.QueryContext(ctx, query, args...)
	values, err := All(rows, err, func(v *T) []any { return []any{v} })
	if err != nil {
		return err
	}
	for _, v := range values {
		if v == "" {
			continue
		}
		if err := each(v); err != nil {
			return err
		}
	}
	return nil
}
