package feedback

import (
	"context"
	"embed"
	"io/fs"
	"sync"
	"time"

	"zhuomo/evaluate"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this stage, as New brings them up to date.
func Migrations() fs.FS { return migrations }

// Service keeps the inbox and runs the fix loop.
type Service struct {
	db        *db.DB
	jobs      *jobs.Runner
	now       func() time.Time
	needs     Needs
	reports   *evaluate.Service
	perturber *evaluate.Perturber

	mu   sync.Mutex
	bays map[string]*bay // under mu, by product
}

// New makes the service and brings its tables up to date.
func New(ctx context.Context, d *db.DB, runner *jobs.Runner, now func() time.Time, reports *evaluate.Service, needs Needs) (*Service, error) {
	if err := d.Migrate(ctx, "feedback", migrations); err != nil {
		return nil, err
	}
	s := &Service{db: d, jobs: runner, now: now, needs: needs, reports: reports, perturber: reports.Perturber(), bays: map[string]*bay{}}
	runner.Handle(jobKind, s.work)
	return s, nil
}

// Gather brings new and newly rated turns of a product into the inbox. It is
// done when somebody looks, not at every turn.
func (s *Service) Gather(ctx context.Context, product string) error {
	const batch = 500
	mark, rated, err := s.mark(ctx, product)
	if err != nil {
		return err
	}
	for {
		seen, err := s.needs.Turns.Sights(ctx, product, mark, batch)
		if err != nil {
			return err
		}
		if len(seen) == 0 {
			break
		}
		mark = seen[len(seen)-1].TurnID
		if err := s.bring(ctx, product, seen, mark); err != nil {
			return err
		}
	}
	// A rating comes after its turn; those since the last look are judged again.
	seen, err := s.needs.Turns.Rated(ctx, product, rated, batch)
	if err != nil || len(seen) == 0 {
		return err
	}
	return s.bring(ctx, product, seen, mark)
}

// Inbox lists open items, the costliest first, and their clusters.
func (s *Service) Inbox(ctx context.Context, product string, status Status, most int) ([]Item, []Cluster, error) {
	if err := s.Gather(ctx, product); err != nil {
		return nil, nil, err
	}
	items, err := s.items(ctx, product, status, most)
	if err != nil {
		return nil, nil, err
	}
	clusters := Group(items)
	Order(items)
	return items, clusters, nil
}
