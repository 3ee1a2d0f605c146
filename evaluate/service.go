package evaluate

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/text"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this stage, as New brings them up to date.
func Migrations() fs.FS { return migrations }

// Needs is what the stage is built from.
type Needs struct {
	DB     *db.DB
	Jobs   *jobs.Runner
	Now    func() time.Time
	Bench  Bench
	Models Models // nil: there are no cards
	Signer Signer // nil: Sign gives CannotSign
	Sheets Sheets // nil: there are no batch tests
	Voices Voices // nil: there are no batch tests
}

// Service keeps suites, gates, reports and batch tests.
type Service struct {
	needs     Needs
	perturber *Perturber
}

// New makes the service and brings its tables up to date.
func New(ctx context.Context, n Needs) (*Service, error) {
	if err := n.DB.Migrate(ctx, "evaluate", migrations); err != nil {
		return nil, err
	}
	s := &Service{needs: n, perturber: NewPerturber(text.Traditional)}
	n.Jobs.Handle(jobKind, s.work)
	n.Jobs.Handle(curveKind, s.curveJob)
	n.Jobs.Handle(batchKind, s.batchJob)
	n.Jobs.Handle(weighKind, s.weighJob)
	return s, nil
}

// Perturber holds the perturbations that this service tests with.
func (s *Service) Perturber() *Perturber { return s.perturber }

// standardGate is used until a product has its own.
const standardGate = `name: 默认门禁
rules:
  - {id: exact, metric: exact, min: 0.5}
  - {id: not_worse, metric: exact, drop: 0.01}
`

// Rules gives the product's newest suite (empty when there is none) and gate
// (the standard one when there is none).
func (s *Service) Rules(ctx context.Context, product string) (Suite, Gate, error) {
	var suite Suite
	saved, err := s.text(ctx, product, kindSuite)
	if err != nil {
		return suite, Gate{}, err
	}
	if saved.Text != "" {
		if suite, err = ParseSuite([]byte(saved.Text), nil); err != nil {
			return suite, Gate{}, err
		}
	}
	saved, err = s.text(ctx, product, kindGate)
	if err != nil {
		return suite, Gate{}, err
	}
	if saved.Text == "" {
		saved.Text = standardGate
	}
	gate, err := ParseGate([]byte(saved.Text))
	return suite, gate, err
}

// SaveSuite keeps a new version of the product's suite. Fault: BrokenSuite.
func (s *Service) SaveSuite(ctx context.Context, product, actor, yaml string) (Saved, error) {
	if _, err := ParseSuite([]byte(yaml), nil); err != nil {
		return Saved{}, err
	}
	return s.saveText(ctx, product, kindSuite, actor, yaml)
}

// SaveGate keeps a new version of the product's gate. Fault: BrokenGate.
func (s *Service) SaveGate(ctx context.Context, product, actor, yaml string) (Saved, error) {
	if _, err := ParseGate([]byte(yaml)); err != nil {
		return Saved{}, err
	}
	return s.saveText(ctx, product, kindGate, actor, yaml)
}
