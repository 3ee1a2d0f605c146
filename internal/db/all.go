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

// Holders knows, by the first word of its address, the query that gives the id of
// the product that has a thing; its one argument is the thing's id.
type Holders map[string]string

// ProductOf answers the product of a thing, "" when there is none such.
func (h Holders) ProductOf(ctx context.Context, r Reader, collection, id string) (product string, err error) {
	query, known := h[collection]
	if !known {
		return "", nil
	}
	err = r.QueryRowContext(ctx, query, id).Scan(&product)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return product, Explain(err)
}
