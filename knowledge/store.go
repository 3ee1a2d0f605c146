package knowledge

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"zhuomo/internal/api"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this stage, as New brings them up to date.
func Migrations() fs.FS { return migrations }

// readEntry takes an entry out of the JSON that holds it whole.
func readEntry(body string, product string) (Entry, error) {
	var e Entry
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		return e, fmt.Errorf("decode entry: %w", err)
	}
	e.ProductID = product
	return e, nil
}

func selectEntry(ctx context.Context, r db.Reader, product, id string) (Entry, error) {
	var body string
	err := r.QueryRowContext(ctx, `SELECT body_json FROM knowledge_entries WHERE product_id = $1 AND id = $2`, product, id).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return Entry{}, NoEntry.With("entry", id)
	}
	if err != nil {
		return Entry{}, fmt.Errorf("read entry: %w", err)
	}
	return readEntry(body, product)
}

func selectRevision(ctx context.Context, r db.Reader, product, id string, revision int64) (Entry, error) {
	var body string
	err := r.QueryRowContext(ctx, `SELECT body_json FROM knowledge_entry_revisions
		WHERE product_id = $1 AND entry_id = $2 AND revision = $3`, product, id, revision).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return Entry{}, NoRevision.With("entry", id, "revision", revision)
	}
	if err != nil {
		return Entry{}, fmt.Errorf("read revision: %w", err)
	}
	return readEntry(body, product)
}

// selectEntries lists entries by id; "" for state, category means any, and any
// state leaves removed ones out.
func selectEntries(ctx context.Context, r db.Reader, product string, f EntryFilter, after string, limit int) ([]Entry, error) {
	return bodies(ctx, r, product, `SELECT body_json FROM knowledge_entries WHERE product_id = $1 AND id > $2
		AND ($3 = state OR $3 = '' AND state <> 'removed') AND ($4 = '' OR $4 = category) ORDER BY id LIMIT $5`,
		product, after, string(f.State), f.Category, limit)
}

func selectRevisions(ctx context.Context, r db.Reader, product, id string) ([]Entry, error) {
	return bodies(ctx, r, product, `SELECT body_json FROM knowledge_entry_revisions
		WHERE product_id = $1 AND entry_id = $2 ORDER BY revision DESC`, product, id)
}

func bodies(ctx context.Context, r db.Reader, product, query string, args ...any) ([]Entry, error) {
	rows, err := r.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list entries: %w", err)
	}
	defer rows.Close()
	out := []Entry{}
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return nil, fmt.Errorf("list entries: %w", err)
		}
		e, err := readEntry(body, product)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// putEntry writes an entry as its revision; seen is the revision that it
// replaces, 0 for a new one. Faults: EntryTaken, api.Stale.
func putEntry(ctx context.Context, tx db.Tx, e Entry, seen int64) error {
	product := e.ProductID
	e.ProductID = ""
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode entry: %w", err)
	}
	var done sql.Result
	if seen == 0 {
		done, err = tx.ExecContext(ctx, `INSERT INTO knowledge_entries (product_id, id, revision, state, category, body_json, updated_us, updated_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (product_id, id) DO NOTHING`,
			product, e.ID, e.Revision, e.State, e.Category, string(body), e.UpdatedUS, e.UpdatedBy)
	} else {
		done, err = tx.ExecContext(ctx, `UPDATE knowledge_entries SET revision = $3, state = $4, category = $5, body_json = $6, updated_us = $7, updated_by = $8
			WHERE product_id = $1 AND id = $2 AND revision = $9`,
			product, e.ID, e.Revision, e.State, e.Category, string(body), e.UpdatedUS, e.UpdatedBy, seen)
	}
	if err != nil {
		return fmt.Errorf("write entry: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		if err == nil && seen == 0 {
			return EntryTaken.With("entry", e.ID).At("id")
		}
		if err == nil {
			return api.Stale.With("revision", e.Revision)
		}
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO knowledge_entry_revisions (product_id, entry_id, revision, body_json, updated_us, updated_by)
		VALUES ($1, $2, $3, $4, $5, $6)`, product, e.ID, e.Revision, string(body), e.UpdatedUS, e.UpdatedBy)
	if err != nil {
		return fmt.Errorf("write revision: %w", err)
	}
	return nil
}

// TableHead is a table without its rows.
type TableHead struct {
	ID        string `json:"id"`
	ProductID string `json:"product_id"`
	Name      string `json:"name" table:"名称|name"`
	RowCount  int    `json:"row_count" table:"行数|rows"`
	Revision  int64  `json:"revision" table:"版次|revision"`
	UpdatedUS int64  `json:"updated_us" table:"修改时间|changed"`
	UpdatedBy string `json:"updated_by,omitempty"`
	blob      string
}

const tableColumnsSQL = `id, product_id, name, row_count, revision, updated_us, updated_by, body_blob`

func (h *TableHead) scan() []any {
	return []any{&h.ID, &h.ProductID, &h.Name, &h.RowCount, &h.Revision, &h.UpdatedUS, &h.UpdatedBy, &h.blob}
}

func selectTables(ctx context.Context, r db.Reader, product string) ([]TableHead, error) {
	rows, err := r.QueryContext(ctx, `SELECT `+tableColumnsSQL+` FROM knowledge_tables WHERE product_id = $1 ORDER BY name`, product)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	defer rows.Close()
	out := []TableHead{}
	for rows.Next() {
		var h TableHead
		if err := rows.Scan(h.scan()...); err != nil {
			return nil, fmt.Errorf("list tables: %w", err)
		}
		out = append(out, h)
	}
	return out, rows.Err()
}

func selectTable(ctx context.Context, r db.Reader, product, name string) (TableHead, error) {
	var h TableHead
	err := r.QueryRowContext(ctx, `SELECT `+tableColumnsSQL+` FROM knowledge_tables WHERE product_id = $1 AND name = $2`, product, name).Scan(h.scan()...)
	if errors.Is(err, sql.ErrNoRows) {
		return h, NoTable.With("table", name)
	}
	if err != nil {
		return h, fmt.Errorf("read table: %w", err)
	}
	return h, nil
}

// putTable replaces a table, whatever its revision, or makes it.
func putTable(ctx context.Context, tx db.Tx, h TableHead) (TableHead, error) {
	err := tx.QueryRowContext(ctx, `INSERT INTO knowledge_tables (`+tableColumnsSQL+`) VALUES ($1, $2, $3, $4, 1, $5, $6, $7)
		ON CONFLICT (product_id, name) DO UPDATE SET row_count = excluded.row_count, revision = knowledge_tables.revision + 1,
			updated_us = excluded.updated_us, updated_by = excluded.updated_by, body_blob = excluded.body_blob
		RETURNING id, revision`, h.ID, h.ProductID, h.Name, h.RowCount, h.UpdatedUS, h.UpdatedBy, h.blob).Scan(&h.ID, &h.Revision)
	if err != nil {
		return h, fmt.Errorf("write table: %w", err)
	}
	return h, nil
}

func deleteTable(ctx context.Context, tx db.Tx, product, name string) error {
	done, err := tx.ExecContext(ctx, `DELETE FROM knowledge_tables WHERE product_id = $1 AND name = $2`, product, name)
	if err != nil {
		return fmt.Errorf("delete table: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		if err == nil {
			return NoTable.With("table", name)
		}
		return err
	}
	return nil
}

// Erase deletes what the product has in this stage, and tells how many rows went.
func (s *Service) Erase(ctx context.Context, product string) (int, error) {
	rows, err := s.db.Erase(ctx, product,
		`DELETE FROM knowledge_entry_revisions WHERE product_id = $1`,
		`DELETE FROM knowledge_entries WHERE product_id = $1`,
		`DELETE FROM knowledge_tables WHERE product_id = $1`,
		`DELETE FROM knowledge_changes WHERE product_id = $1`,
		`DELETE FROM knowledge_imports WHERE product_id = $1`,
		`DELETE FROM knowledge_dismissals WHERE product_id = $1`)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.working, product)
	return rows, err
}

// Blobs calls each with the blobs that the product's rows name; those of all products when it is "".
func (s *Service) Blobs(ctx context.Context, product string, each func(blob.Hash) error) error {
	return db.Texts(ctx, s.db.Reader(), each, `SELECT body_blob FROM knowledge_tables WHERE product_id = $1 OR $1 = ''`, product)
}

// countChange notes that what a product knows has changed.
func countChange(ctx context.Context, tx db.Tx, product string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO knowledge_changes (product_id, change) VALUES ($1, 1)
		ON CONFLICT (product_id) DO UPDATE SET change = knowledge_changes.change + 1`, product)
	return db.Explain(err)
}

// selectChange is how often that was, 0 if never.
func selectChange(ctx context.Context, q db.Reader, product string) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT change FROM knowledge_changes WHERE product_id = $1`, product).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, db.Explain(err)
}
