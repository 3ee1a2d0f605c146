// Command hostile writes a script into every text that a data folder keeps in
// its database, as if an attacker had got it into every field there is. The
// browser test web/e2e/hostile.spec.ts then opens every page.
//
//	go run ./internal/testkit/hostile DATA-FOLDER
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	_ "modernc.org/sqlite"
)

// script needs no quotes and no colon, so JSON and YAML stay what they were.
const script = "<img src=x onerror=hit(1)>"

var words = regexp.MustCompile(`\p{Han}+`)

func main() {
	n, err := spoil(context.Background(), filepath.Join(os.Args[1], "zhuomo.db"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(n)
}

// spoil puts the script behind each Chinese word of each text, and gives how many
// texts it changed.
func spoil(ctx context.Context, path string) (changed int64, err error) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	columns, err := texts(ctx, db)
	if err != nil {
		return 0, err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	for _, c := range columns {
		n, err := spoilColumn(ctx, tx, c)
		if err != nil {
			return 0, fmt.Errorf("%s.%s: %w", c.table, c.name, err)
		}
		changed += n
	}
	return changed, tx.Commit()
}

type column struct{ table, name string }

func texts(ctx context.Context, db *sql.DB) (found []column, err error) {
	rows, err := db.QueryContext(ctx, `SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '%goose%' AND c.type = 'TEXT' ORDER BY 1, 2`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.table, &c.name); err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, rows.Err()
}

func spoilColumn(ctx context.Context, tx *sql.Tx, c column) (changed int64, err error) {
	rows, err := tx.QueryContext(ctx, fmt.Sprintf(`SELECT DISTINCT %q FROM %q WHERE %q IS NOT NULL`, c.name, c.table, c.name))
	if err != nil {
		return 0, err
	}
	var values []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return 0, errors.Join(err, rows.Close())
		}
		if words.MatchString(v) {
			values = append(values, v)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return 0, err
	}
	for _, v := range values {
		done, err := tx.ExecContext(ctx, fmt.Sprintf(`UPDATE %q SET %q = $1 WHERE %q = $2`, c.table, c.name, c.name), words.ReplaceAllString(v, "$0"+script), v)
		if err != nil {
			return 0, err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return 0, err
		}
		changed += n
	}
	return changed, nil
}
