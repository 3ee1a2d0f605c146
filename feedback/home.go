package feedback

import (
	"context"
	"io"

	"zhuomo/internal/db"
)

// Bring takes in what was said to a box and judges every turn of it, those that
// were known too: a process that was cut off in between is made up for, and a
// file that comes twice changes nothing.
func (s *Service) Bring(ctx context.Context, product string, file io.Reader) (Brought, error) {
	out, err := s.needs.Home.Bring(ctx, product, file, func(ctx context.Context, ids []string) error {
		seen := make([]Seen, len(ids))
		for i, id := range ids {
			var err error
			if seen[i], err = s.needs.Turns.Look(ctx, id); err != nil {
				return err
			}
		}
		return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			for _, t := range seen {
				if err := judge(ctx, tx, product, t); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return out, err
	}
	out.Waiting, err = s.Waiting(ctx, product)
	return out, err
}
