package tune

import (
	"context"

	"zhuomo/internal/spec"
)

// TaughtRows is the figure by which an objective tells how many rows were learnt from;
// a recipe decides it.
const TaughtRows = "rows_taught"

type tunablesIn struct{ ProductPath }

func (s *Service) listTunables(ctx context.Context, in *tunablesIn) (*out[Tunables], error) {
	all, err := s.Tunables(ctx, in.Product)
	return &out[Tunables]{all}, err
}

// Tunables lists what can be tuned in a product, the default first.
func (s *Service) Tunables(ctx context.Context, product string) (Tunables, error) {
	if s.needs.Bench == nil {
		return Tunables{Items: []spec.Spec{}}, nil
	}
	return s.needs.Bench.Tunables(ctx, product)
}

type applyIn struct {
	ProductPath
	Study  string `path:"study" doc:"实验：s3 或编号|study: s3 or an id"`
	Number int    `path:"number" minimum:"0" doc:"第几次试验|which trial"`
}

func (s *Service) apply(ctx context.Context, in *applyIn) (*out[Applied], error) {
	applied, err := s.Apply(ctx, in.Product, in.Study, in.Number)
	return &out[Applied]{applied}, err
}

// Apply makes of what a trial tried something that can be used, beside what is there.
// Faults: NoSuchStudy, NotOurs, NotMeasured, those of Bench.Apply.
func (s *Service) Apply(ctx context.Context, product, id string, number int) (Applied, error) {
	study, err := s.Study(ctx, product, id)
	if err != nil {
		return Applied{}, err
	}
	if study.Component == Outside {
		return Applied{}, NotOurs.With("study", study.Number)
	}
	if s.needs.Bench == nil {
		return Applied{}, NoObjective.With()
	}
	space, err := s.space(ctx, study)
	if err != nil {
		return Applied{}, err
	}
	trials, err := s.TrialsOf(ctx, study.ID, number-1, 1)
	if err != nil {
		return Applied{}, err
	}
	if len(trials) == 0 || trials[0].Number != number || trials[0].State != Done {
		return Applied{}, NotMeasured.With("study", study.Number, "number", number)
	}
	trial := trials[0]
	if trial.Values, err = space.Of.Fill(trial.Values); err != nil {
		return Applied{}, err
	}
	return s.needs.Bench.Apply(ctx, study, trial)
}
