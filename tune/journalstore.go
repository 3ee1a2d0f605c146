package tune

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"zhuomo/internal/db"
)

// appendLines gives lines the next numbers, unless the key has its lines already.
func appendLines(ctx context.Context, tx db.Tx, product, journal, key string, lines []string) (first int, err error) {
	if key != "" {
		err := tx.QueryRowContext(ctx, `SELECT number FROM journal_lines WHERE product_id = $1 AND journal = $2 AND append_key = $3`, product, journal, key).Scan(&first)
		if err == nil || !errors.Is(err, sql.ErrNoRows) {
			return first, db.Explain(err)
		}
	}
	err = tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), -1) + 1 FROM journal_lines WHERE product_id = $1 AND journal = $2`, product, journal).Scan(&first)
	if err != nil {
		return 0, db.Explain(err)
	}
	for i, line := range lines {
		if i > 0 {
			key = ""
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO journal_lines (product_id, journal, number, append_key, line) VALUES ($1, $2, $3, $4, $5)`,
			product, journal, first+i, key, line); err != nil {
			return 0, db.Explain(err)
		}
	}
	return first, nil
}

// Lines gives up to limit lines of a journal from a number on, fewer where they are
// long; more tells that there are others after them.
func (s *Service) Lines(ctx context.Context, product, journal string, from, limit int) (list []Line, more bool, err error) {
	rows, err := s.needs.DB.Reader().QueryContext(ctx, `
SELECT number, line FROM journal_lines WHERE product_id = $1 AND journal = $2 AND number >= $3 ORDER BY number LIMIT $4`, product, journal, from, limit+1)
	if err != nil {
		return nil, false, db.Explain(err)
	}
	defer rows.Close()
	list = []Line{}
	size := 0
	for rows.Next() {
		var l Line
		if err := rows.Scan(&l.Number, &l.Line); err != nil {
			return nil, false, fmt.Errorf("read a line of a journal: %w", err)
		}
		if size += len(l.Line); len(list) == limit || len(list) > 0 && size > longestPage {
			return list, true, nil
		}
		list = append(list, l)
	}
	return list, false, db.Explain(rows.Err())
}
