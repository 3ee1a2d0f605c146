package track

import (
	"context"

	"zhuomo/internal/db"
)

// Relation says how one thing came of another.
type Relation string

const (
	MadeFrom Relation = "made_from" // an output and an input of a run
	Answered Relation = "answered"  // a turn and the release that answered it
	Weighed  Relation = "weighed"   // a turn and a training row that weighed in it
	Mends    Relation = "mends"     // a fix and the turn it corrects
)

// Edge is one step of lineage. Edges point from the later thing to the earlier.
type Edge struct {
	From     Ref      `json:"from"`
	Relation Relation `json:"relation"`
	To       Ref      `json:"to"`
	Weight   float64  `json:"weight,omitempty"`
}

// Link keeps edges; those that are there already keep their first time.
func (s *Service) Link(ctx context.Context, product string, edges ...Edge) error {
	return s.store.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return s.LinkIn(ctx, tx, product, edges...) })
}

// LinkIn is Link within a transaction.
func (s *Service) LinkIn(ctx context.Context, tx db.Tx, product string, edges ...Edge) error {
	for _, e := range edges {
		if err := insertEdge(ctx, tx, product, e, s.now()); err != nil {
			return err
		}
	}
	return nil
}

// RenameIn gives a thing another id in all edges.
func (s *Service) RenameIn(ctx context.Context, tx db.Tx, product string, from, to Ref) error {
	for _, end := range []string{"from", "to"} {
		if _, err := tx.ExecContext(ctx, `UPDATE edges SET `+end+`_kind = $1, `+end+`_id = $2 WHERE product_id = $3 AND `+end+`_kind = $4 AND `+end+`_id = $5`,
			to.Kind, to.ID, product, from.Kind, from.ID); err != nil {
			return err
		}
	}
	return nil
}

// Below lists the edges that lead from a thing to what it was made of.
func (s *Service) Below(ctx context.Context, product string, from Ref, most int) ([]Edge, error) {
	return s.store.edges(ctx, edgesFrom, product, from, most)
}

// Above lists the edges that lead to a thing from what was made of it.
func (s *Service) Above(ctx context.Context, product string, to Ref, most int) ([]Edge, error) {
	return s.store.edges(ctx, edgesTo, product, to, most)
}
