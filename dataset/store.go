package dataset

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

func (s *Service) insertProduct(ctx context.Context, p Product) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		done, err := tx.ExecContext(ctx, `INSERT INTO products (id, name, created_us) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO NOTHING`, p.ID, p.Name, p.CreatedUS)
		return taken(done, err, p.Name)
	})
}

func (s *Service) insertDataset(ctx context.Context, d Dataset) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var known int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(id) FROM products WHERE id = $1 AND NOT deleting`, d.ProductID).Scan(&known); err != nil {
			return fmt.Errorf("look for product: %w", err)
		}
		if known == 0 {
			return NoSuchProduct.With("product", d.ProductID)
		}
		done, err := tx.ExecContext(ctx, `INSERT INTO datasets (id, product_id, name, created_us) VALUES ($1, $2, $3, $4)
			ON CONFLICT (product_id, name) DO NOTHING`, d.ID, d.ProductID, d.Name, d.CreatedUS)
		return taken(done, err, d.Name)
	})
}

// taken turns an insert that hit the name of another row into a fault.
func taken(done sql.Result, err error, name string) error {
	if err != nil {
		return fmt.Errorf("insert %q: %w", name, err)
	}
	n, err := done.RowsAffected()
	if err != nil {
		return fmt.Errorf("count inserted: %w", err)
	}
	if n == 0 {
		return NameTaken.With("name", name).At("name")
	}
	return nil
}

func (s *Service) selectProducts(ctx context.Context, after string, limit int) ([]Product, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT id, name, created_us FROM products WHERE id > $1 AND NOT deleting ORDER BY id LIMIT $2`, after, limit)
	return db.All(rows, err, func(p *Product) []any { return []any{&p.ID, &p.Name, &p.CreatedUS} })
}

func (s *Service) selectProduct(ctx context.Context, name string) (Product, error) {
	var p Product
	err := s.db.Reader().QueryRowContext(ctx, `SELECT id, name, created_us FROM products WHERE (id = $1 OR name = $1) AND NOT deleting
		ORDER BY id LIMIT 1`, name).Scan(&p.ID, &p.Name, &p.CreatedUS)
	if errors.Is(err, sql.ErrNoRows) {
		return p, NoSuchProduct.With("product", name)
	}
	if err != nil {
		return p, fmt.Errorf("read product: %w", err)
	}
	return p, nil
}

func (s *Service) selectDatasetID(ctx context.Context, productID, name string) (string, error) {
	var id string
	err := s.db.Reader().QueryRowContext(ctx, `SELECT id FROM datasets WHERE product_id = $1 AND (id = $2 OR name = $2)
		AND removed_us = 0 ORDER BY id LIMIT 1`, productID, name).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", NoSuchDataset.With("dataset", name)
	}
	if err != nil {
		return "", fmt.Errorf("read dataset: %w", err)
	}
	return id, nil
}

const datasetColumns = `d.id, d.product_id, CASE WHEN d.removed_us > 0 THEN d.removed_name ELSE d.name END, d.created_us, COUNT(v.id), COALESCE(MAX(v.number), 0),
	COALESCE((SELECT l.row_count FROM versions l WHERE l.dataset_id = d.id ORDER BY l.number DESC LIMIT 1), 0)`

const datasetGroup = `d.id, d.product_id, d.name, d.removed_us, d.removed_name, d.created_us`

func (d *Dataset) scan() []any {
	return []any{&d.ID, &d.ProductID, &d.Name, &d.CreatedUS, &d.VersionCount, &d.Latest, &d.RowCount}
}

func (s *Service) selectDatasets(ctx context.Context, product, after string, limit int) ([]Dataset, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT `+datasetColumns+` FROM datasets d
		LEFT JOIN versions v ON v.dataset_id = d.id WHERE d.product_id = $1 AND d.id > $2 AND d.removed_us = 0
		GROUP BY `+datasetGroup+` ORDER BY d.id LIMIT $3`, product, after, limit)
	return db.All(rows, err, (*Dataset).scan)
}

func (s *Service) selectDataset(ctx context.Context, id string) (Dataset, error) {
	var d Dataset
	err := s.db.Reader().QueryRowContext(ctx, `SELECT `+datasetColumns+` FROM datasets d
		LEFT JOIN versions v ON v.dataset_id = d.id WHERE d.id = $1
		GROUP BY `+datasetGroup, id).Scan(d.scan()...)
	if errors.Is(err, sql.ErrNoRows) {
		return d, NoSuchDataset.With("dataset", id)
	}
	if err != nil {
		return d, fmt.Errorf("read dataset: %w", err)
	}
	return d, nil
}

func (s *Service) removeDatasetAt(ctx context.Context, id string, nowUS int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE datasets SET removed_us = $2, removed_name = name, name = id WHERE id = $1 AND removed_us = 0`, id, nowUS)
		if err != nil {
			return fmt.Errorf("set dataset aside: %w", err)
		}
		if n, err := done.RowsAffected(); err == nil && n == 0 {
			return NoSuchDataset.With("dataset", id)
		}
		return nil
	})
}

func (s *Service) returnDataset(ctx context.Context, productID, name string) (id string, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var old string
		err := tx.QueryRowContext(ctx, `SELECT id, removed_name FROM datasets WHERE product_id = $1 AND (id = $2 OR removed_name = $2)
			AND removed_us > 0 ORDER BY removed_us DESC, id LIMIT 1`, productID, name).Scan(&id, &old)
		if errors.Is(err, sql.ErrNoRows) {
			return NoSuchDataset.With("dataset", name)
		}
		if err != nil {
			return fmt.Errorf("look for dataset: %w", err)
		}
		var taken int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(id) FROM datasets WHERE product_id = $1 AND name = $2`, productID, old).Scan(&taken); err != nil {
			return fmt.Errorf("look for name: %w", err)
		}
		if taken > 0 {
			return NameTaken.With("name", old).At("dataset")
		}
		if _, err := tx.ExecContext(ctx, `UPDATE datasets SET removed_us = 0, name = removed_name, removed_name = '' WHERE id = $1`, id); err != nil {
			return fmt.Errorf("return dataset: %w", err)
		}
		return nil
	})
	return id, err
}

// errMoved tells that another version became the newest meanwhile.
var errMoved = errors.New("another version was made meanwhile")

// insertVersion makes a version visible under the next number of its dataset and
// fills in Number and ProductID. A version that is there already is answered as
// it is, so that repeated work ends in the same place; also still runs.
// With newest, errMoved is the answer when its parent is no longer the newest.
func (s *Service) insertVersion(ctx context.Context, v *Version, newest bool, also func(ctx context.Context, tx db.Tx, v Version) error) error {
	columns, err := json.Marshal(v.Schema)
	if err != nil {
		return fmt.Errorf("encode schema: %w", err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO versions (id, dataset_id, product_id, number, parent, made_by_kind, made_by_id,
				row_count, column_json, report_blob, profile_blob, created_us)
			SELECT $1, d.id, d.product_id, 1 + COALESCE((SELECT MAX(number) FROM versions WHERE dataset_id = $2), 0),
				$3, $4, $5, $6, $7, $8, $9, $10 FROM datasets d
			WHERE d.id = $2 AND ($11 = FALSE OR $3 = COALESCE((SELECT id FROM versions WHERE dataset_id = $2 ORDER BY number DESC LIMIT 1), ''))
			ON CONFLICT (id) DO NOTHING`,
			v.ID, v.DatasetID, v.Parent, v.MadeBy.Kind, v.MadeBy.ID, v.RowCount, string(columns), string(v.Report), string(v.Profile), v.CreatedUS, newest)
		if err != nil {
			return fmt.Errorf("insert version: %w", err)
		}
		var same string // the schema, which v has already
		err = tx.QueryRowContext(ctx, `SELECT `+versionColumns+` FROM versions WHERE id = $1`, v.ID).Scan(v.scan(&same)...)
		if errors.Is(err, sql.ErrNoRows) {
			var there int
			if newest && tx.QueryRowContext(ctx, `SELECT 1 FROM datasets WHERE id = $1`, v.DatasetID).Scan(&there) == nil {
				return errMoved
			}
			return NoSuchDataset.With("dataset", v.DatasetID)
		}
		if err != nil {
			return fmt.Errorf("read version back: %w", err)
		}
		if also != nil {
			return also(ctx, tx, *v)
		}
		return nil
	})
}

const versionColumns = `id, dataset_id, product_id, number, parent, made_by_kind, made_by_id, row_count, column_json, report_blob, profile_blob, created_us`

func (v *Version) scan(columns *string) []any {
	return []any{&v.ID, &v.DatasetID, &v.ProductID, &v.Number, &v.Parent, &v.MadeBy.Kind, &v.MadeBy.ID, &v.RowCount,
		columns, (*string)(&v.Report), (*string)(&v.Profile), &v.CreatedUS}
}

func (s *Service) selectVersion(ctx context.Context, where string, args ...any) (Version, error) {
	var v Version
	var columns string
	err := s.db.Reader().QueryRowContext(ctx, `SELECT `+versionColumns+` FROM versions `+where, args...).Scan(v.scan(&columns)...)
	if errors.Is(err, sql.ErrNoRows) {
		return v, NoSuchVersion.With("version", fmt.Sprint(args[0]))
	}
	if err != nil {
		return v, fmt.Errorf("read version: %w", err)
	}
	return v, json.Unmarshal([]byte(columns), &v.Schema)
}

func (s *Service) versionExists(ctx context.Context, id string) (bool, error) {
	var n int
	err := s.db.Reader().QueryRowContext(ctx, `SELECT COUNT(id) FROM versions WHERE id = $1`, id).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look for version: %w", err)
	}
	return n > 0, nil
}

func (s *Service) selectVersions(ctx context.Context, datasetID string, after, limit int) ([]Version, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT `+versionColumns+` FROM versions
		WHERE dataset_id = $1 AND number > $2 ORDER BY number LIMIT $3`, datasetID, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list versions: %w", err)
	}
	defer rows.Close()
	out := []Version{}
	for rows.Next() {
		var v Version
		var columns string
		if err := rows.Scan(v.scan(&columns)...); err != nil {
			return nil, fmt.Errorf("read version: %w", err)
		}
		if err := json.Unmarshal([]byte(columns), &v.Schema); err != nil {
			return nil, fmt.Errorf("decode schema of %s: %w", v.ID, err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func (s *Service) updateProfile(ctx context.Context, versionID string, profile blob.Hash) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE versions SET profile_blob = $2 WHERE id = $1`, versionID, string(profile))
		return err
	})
}
