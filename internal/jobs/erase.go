package jobs

import (
	"context"
	"errors"

	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

// Erase deletes the jobs of a product except one, and tells how many there were.
// They have ended before: see End.
func (r *Runner) Erase(ctx context.Context, product, except string) (int, error) {
	ids, err := r.unfinished(ctx, product, except)
	if err != nil {
		return 0, err
	}
	if len(ids) > 0 { // one that was asked for meanwhile
		if err := r.End(ctx, product, except); err != nil {
			return 0, err
		}
	}
	rows := 0
	err = r.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		done, err := tx.ExecContext(ctx, "DELETE FROM jobs WHERE product_id = $1 AND id <> $2 AND state NOT IN ('queued', 'running')", product, except)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		rows = int(n)
		return err
	})
	return rows, err
}

// End cancels the unfinished jobs of a product except one, and waits for them.
func (r *Runner) End(ctx context.Context, product, except string) error {
	for {
		ids, err := r.unfinished(ctx, product, except)
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if err := r.Cancel(ctx, id); err != nil && !isOver(err) {
				return err
			}
		}
		for _, id := range ids {
			if _, err := r.Wait(ctx, id); err != nil {
				return err
			}
		}
	}
}

func (r *Runner) unfinished(ctx context.Context, product, except string) (ids []string, err error) {
	err = db.Texts(ctx, r.db.Reader(), func(id string) error { ids = append(ids, id); return nil },
		"SELECT id FROM jobs WHERE product_id = $1 AND id <> $2 AND state IN ('queued', 'running')", product, except)
	return ids, err
}

// Blobs calls each with the blobs that jobs of a product name in what they were
// asked, have kept or gave; of all products when it is "".
func (r *Runner) Blobs(ctx context.Context, product string, each func(blob.Hash) error) error {
	return db.Texts(ctx, r.db.Reader(), func(text string) error {
		for _, h := range blob.Named(text) {
			if err := each(h); err != nil {
				return err
			}
		}
		return nil
	}, "SELECT args || ' ' || checkpoint || ' ' || result FROM jobs WHERE product_id = $1 OR $1 = ''", product)
}

func isOver(err error) bool { return errors.Is(err, Over) || errors.Is(err, NotFound) }
