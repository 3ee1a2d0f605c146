// Package track keeps the ledger: what ran with which inputs, parameters and
// seed, what it measured, and from what every thing was made. From the ledger
// and the stages' own records it draws the thread of an answer back to the raw
// line, and of a raw line forward to the answers that it shaped.
//
//	in:   what the stages report (Ledger)     out: Run, Thread
//	read: track.go → run.go → ledger.go → lineage.go → thread.go
package track

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"zhuomo/internal/db"
)

// Service keeps runs and edges and draws threads.
type Service struct {
	store store
	now   func() time.Time
	from  Sources
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this stage, as New brings them up to date.
func Migrations() fs.FS { return migrations }

// New makes the service and brings its tables up to date.
func New(ctx context.Context, d *db.DB, now func() time.Time, from Sources) (*Service, error) {
	if err := d.Migrate(ctx, "track", migrations); err != nil {
		return nil, err
	}
	return &Service{store: store{db: d}, now: now, from: from}, nil
}

// Kind names a kind of thing in the ledger.
type Kind string

const (
	KindRow       Kind = "row"
	KindVersion   Kind = "version"
	KindRecipeRun Kind = "recipe_run"
	KindGuideline Kind = "guideline"
	KindModel     Kind = "model"
	KindStudy     Kind = "study"
	KindReport    Kind = "report"
	KindKnowledge Kind = "knowledge"
	KindFlow      Kind = "flow"
	KindRelease   Kind = "release"
	KindTurn      Kind = "turn"
	KindFix       Kind = "fix"

	// What programs outside logged.
	KindLoggedRun   Kind = "logged_run"
	KindLoggedModel Kind = "logged_model"
	KindRegistered  Kind = "registered"   // a version of a registered model, name/number
	KindOutsideData Kind = "outside_data" // a data set that such a run read, name@digest
)

// Ref names one thing.
type Ref struct {
	Kind Kind   `json:"kind" table:"类别|kind"`
	ID   string `json:"id" table:"编号|id"`
}
