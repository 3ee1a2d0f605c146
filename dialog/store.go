package dialog

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"

	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this stage, as New brings them up to date.
func Migrations() fs.FS { return migrations }

const savedColumns = `id, product_id, name, revision, hash, stories, updated_by, updated_us`

func scanSaved(row interface{ Scan(into ...any) error }) (Saved, error) {
	var s Saved
	err := row.Scan(&s.ID, &s.ProductID, &s.Name, &s.Revision, &s.Hash, &s.Stories, &s.UpdatedBy, &s.UpdatedUS)
	return s, err
}

// savedFlow finds a flow by id or name; the newest of a name.
func savedFlow(ctx context.Context, q db.Reader, product, idOrName string) (Saved, error) {
	s, err := scanSaved(q.QueryRowContext(ctx, `SELECT `+savedColumns+` FROM dialog_flows
		WHERE product_id = $1 AND (id = $2 OR name = $2) ORDER BY id DESC LIMIT 1`, product, idOrName))
	if errors.Is(err, sql.ErrNoRows) {
		return s, NoFlow.With("flow", idOrName)
	}
	return s, db.Explain(err)
}

func savedFlows(ctx context.Context, q db.Reader, product, after string, limit int) (all []Saved, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+savedColumns+` FROM dialog_flows WHERE product_id = $1 AND id > $2 ORDER BY id LIMIT $3`, product, after, limit)
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	for rows.Next() {
		s, err := scanSaved(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, db.Explain(rows.Err())
}

// revisionOf gives the hashes of an earlier revision.
func revisionOf(ctx context.Context, q db.Reader, s Saved, revision int64) (Saved, error) {
	err := q.QueryRowContext(ctx, `SELECT revision, hash, stories, saved_by, saved_us FROM dialog_revisions WHERE flow_id = $1 AND revision = $2`,
		s.ID, revision).Scan(&s.Revision, &s.Hash, &s.Stories, &s.UpdatedBy, &s.UpdatedUS)
	if errors.Is(err, sql.ErrNoRows) {
		return s, NoFlow.With("flow", s.Name)
	}
	return s, db.Explain(err)
}

// putFlow writes s as revision s.Revision, which must be one more than the one
// that is there (1: a new flow). ok is false when it is not.
func putFlow(ctx context.Context, tx db.Tx, s Saved) (ok bool, err error) {
	var result sql.Result
	if s.Revision == 1 {
		result, err = tx.ExecContext(ctx, `INSERT INTO dialog_flows (`+savedColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
			s.ID, s.ProductID, s.Name, s.Revision, s.Hash, s.Stories, s.UpdatedBy, s.UpdatedUS)
	} else {
		result, err = tx.ExecContext(ctx, `UPDATE dialog_flows SET name = $2, revision = $3, hash = $4, stories = $5, updated_by = $6, updated_us = $7
			WHERE id = $1 AND revision = $3 - 1`, s.ID, s.Name, s.Revision, s.Hash, s.Stories, s.UpdatedBy, s.UpdatedUS)
	}
	if err != nil {
		return false, db.Explain(err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO dialog_revisions (flow_id, revision, hash, stories, saved_by, saved_us) VALUES ($1, $2, $3, $4, $5, $6)`,
		s.ID, s.Revision, s.Hash, s.Stories, s.UpdatedBy, s.UpdatedUS)
	return err == nil, db.Explain(err)
}

// Erase deletes what the product has in this stage, and tells how many rows went.
func (s *Service) Erase(ctx context.Context, product string) (int, error) {
	return s.n.DB.Erase(ctx, product,
		`DELETE FROM dialog_revisions WHERE flow_id IN (SELECT id FROM dialog_flows WHERE product_id = $1)`,
		`DELETE FROM dialog_flows WHERE product_id = $1`)
}

// Blobs calls each with the blobs that the product's rows name; those of all products when it is "".
func (s *Service) Blobs(ctx context.Context, product string, each func(blob.Hash) error) error {
	return db.Texts(ctx, s.n.DB.Reader(), each, `SELECT hash FROM dialog_flows WHERE product_id = $1 OR $1 = '' UNION
		SELECT stories FROM dialog_flows WHERE product_id = $1 OR $1 = '' UNION
		SELECT hash FROM dialog_revisions WHERE flow_id IN (SELECT id FROM dialog_flows WHERE product_id = $1 OR $1 = '') UNION
		SELECT stories FROM dialog_revisions WHERE flow_id IN (SELECT id FROM dialog_flows WHERE product_id = $1 OR $1 = '')`, product)
}
