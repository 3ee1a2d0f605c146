package mlflow

import (
	"context"
	"encoding/json"

	"zhuomo/internal/db"
	"zhuomo/track"
)

// Ledger keeps what came of what. It may be nil.
type Ledger interface {
	LinkIn(ctx context.Context, tx db.Tx, product string, edges ...track.Edge) error
	RenameIn(ctx context.Context, tx db.Tx, product string, from, to track.Ref) error
}

// RunRef names a logged run.
func RunRef(id string) track.Ref { return track.Ref{Kind: track.KindLoggedRun, ID: id} }

func loggedRef(id string) track.Ref { return track.Ref{Kind: track.KindLoggedModel, ID: id} }

func versionRef(name, version string) track.Ref {
	return track.Ref{Kind: track.KindRegistered, ID: name + "/" + version}
}

// madeFrom keeps that a thing was made from others; those without an id are left out.
func (s *Service) madeFrom(ctx context.Context, tx db.Tx, product string, made track.Ref, from ...track.Ref) error {
	var edges []track.Edge
	for _, of := range from {
		if of.ID != "" && made.ID != "" {
			edges = append(edges, track.Edge{From: made, Relation: track.MadeFrom, To: of})
		}
	}
	if s.ledger == nil || len(edges) == 0 {
		return nil
	}
	return s.ledger.LinkIn(ctx, tx, product, edges...)
}

// readBy are the things that the inputs of a run name: data sets by name and digest,
// logged models.
func readBy(datasets, models json.RawMessage) (refs []track.Ref) {
	var data []struct {
		Dataset struct{ Name, Digest string } `json:"dataset"`
	}
	_ = json.Unmarshal(datasets, &data) // what has another shape names nothing
	for _, d := range data {
		if d.Dataset.Name != "" || d.Dataset.Digest != "" {
			refs = append(refs, track.Ref{Kind: track.KindOutsideData, ID: d.Dataset.Name + "@" + d.Dataset.Digest})
		}
	}
	return append(refs, modelsIn(models)...)
}

func modelsIn(models json.RawMessage) (refs []track.Ref) {
	var list []struct {
		ID string `json:"model_id"`
	}
	_ = json.Unmarshal(models, &list)
	for _, m := range list {
		refs = append(refs, loggedRef(m.ID))
	}
	return refs
}
