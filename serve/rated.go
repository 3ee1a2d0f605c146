package serve

import "context"

// RatedSince lists up to limit turns of a product that were rated at or after a
// time (UTC microseconds), in the order of rating.
func (s *Service) RatedSince(ctx context.Context, product string, sinceUS int64, limit int) ([]Turn, error) {
	rows, err := s.n.DB.Reader().QueryContext(ctx,
		`SELECT `+turnColumns+` WHERE t.product_id = $1 AND r.at_us >= $2 ORDER BY r.at_us, t.id LIMIT $3`, product, sinceUS, limit)
	return collect(rows, err, scanTurn)
}
