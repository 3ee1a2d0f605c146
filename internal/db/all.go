package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// All reads and closes the rows of a query, given as the query gave them; into
// names the places of one row's columns. No rows are an empty list, never nil.
func All[T any](rows *sql.Rows, err error, into func(*T) []any) ([]T, error) {
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	defer rows.Close()
	out := []T{}
	for rows.Next() {
		var one T
		if err := rows.Scan(into(&one)...); err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
		out = append(out, one)
	}
	return out, rows.Err()
}

// FindText answers the one text that a query gives, "" when it gives no row.
func FindText(ctx context.Context, r Reader, query string, args ...any) (text string, err error) {
	err = r.QueryRowContext(ctx, query, args...).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return text, Explain(err)
}
