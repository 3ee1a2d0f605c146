package dataset

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go"

	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

// hideProduct lets a product be seen no more, and notes who asked.
func hideProduct(ctx context.Context, tx db.Tx, d Deletion) error {
	// The name must be another one than any living product's: the id is.
	done, err := tx.ExecContext(ctx, `UPDATE products SET deleting = TRUE, name = $1 WHERE id = $1 AND NOT deleting`, d.ProductID)
	if err != nil {
		return fmt.Errorf("hide product: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, NoSuchProduct.With("product", d.Name))
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO product_deletions (id, product_id, name, actor_id, actor, asked_us) VALUES ($1, $2, $3, $4, $5, $6)`,
		d.ID, d.ProductID, d.Name, d.ActorID, d.Actor, d.AskedUS)
	return err
}

// removeProduct deletes the row of a hidden product; done twice it only adds.
func removeProduct(ctx context.Context, tx db.Tx, deletion string, rows, files int, nowUS int64) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM products WHERE deleting AND id = (SELECT product_id FROM product_deletions WHERE id = $1)`, deletion); err != nil {
		return fmt.Errorf("delete product: %w", err)
	}
	_, err := tx.ExecContext(ctx, `UPDATE product_deletions SET row_count = row_count + $2, file_count = file_count + $3, ended_us = $4 WHERE id = $1`,
		deletion, rows, files, nowUS)
	return err
}

func (s *Service) selectDeletions(ctx context.Context, before string, limit int) ([]Deletion, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT id, product_id, name, actor_id, actor, row_count, file_count, asked_us, ended_us
		FROM product_deletions WHERE id < $1 OR $1 = '' ORDER BY id DESC LIMIT $2`, before, limit)
	return db.All(rows, err, func(d *Deletion) []any {
		return []any{&d.ID, &d.ProductID, &d.Name, &d.ActorID, &d.Actor, &d.RowCount, &d.FileCount, &d.AskedUS, &d.EndedUS}
	})
}

// Erase deletes the datasets of a product, and tells how many rows went.
func (s *Service) Erase(ctx context.Context, product string) (int, error) {
	rows, err := s.db.Erase(ctx, product,
		`DELETE FROM versions WHERE product_id = $1`,
		`DELETE FROM datasets WHERE product_id = $1`)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cache, s.foundIn = nil, nil
	return rows, err
}

// Blobs calls each with the blobs of a product's versions: manifest, report,
// profile, segments, and the raw files that their rows come from; those of all
// products when it is "". One may come more than once.
// Cost: reads one column of each segment.
func (s *Service) Blobs(ctx context.Context, product string, each func(blob.Hash) error) error {
	const of = ` FROM versions WHERE product_id = $1 OR $1 = ''`
	err := db.Texts(ctx, s.db.Reader(), each, `SELECT report_blob`+of+` UNION SELECT profile_blob`+of, product)
	if err != nil {
		return err
	}
	seen := map[blob.Hash]bool{}
	return db.Texts(ctx, s.db.Reader(), func(version blob.Hash) error {
		body, err := blob.ReadAll(ctx, s.blobs, version)
		if errors.Is(err, blob.NotFound) {
			return nil // deleted before: what it named was too
		}
		if err != nil {
			return fmt.Errorf("read manifest %s: %w", version, err)
		}
		for _, h := range append(blob.Named(string(body)), version) {
			if err := each(h); err != nil {
				return err
			}
		}
		var m Manifest
		if err := json.Unmarshal(body, &m); err != nil {
			return fmt.Errorf("decode manifest %s: %w", version, err)
		}
		for _, segment := range append(m.Segments, m.Deltas...) {
			if seen[segment.Blob] { // versions share them
				continue
			}
			seen[segment.Blob] = true
			if err := s.rawOf(ctx, segment, each); err != nil {
				return err
			}
		}
		return nil
	}, `SELECT id`+of, product)
}

// rawOf calls each with the raw files that the rows of a segment come from.
func (s *Service) rawOf(ctx context.Context, segment Segment, each func(blob.Hash) error) error {
	f, err := openSegment(ctx, s.blobs, segment)
	if errors.Is(err, blob.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	last := ""
	return f.batches(ctx, []string{"_blob"}, 0, int(f.file.NumRows()), func(_, _ int, cells [][]parquet.Value) error {
		for _, v := range cells[0] {
			if raw := v.ByteArray(); string(raw) != last {
				last = string(raw)
				if err := each(blob.Hash(last)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
