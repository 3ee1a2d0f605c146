package app

import (
	"cmp"
	"context"
	"slices"

	"zhuomo/evaluate"
	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/tune"
)

// PrepareFolds deals the gold that is not for the test into folds.
func (t tuning) PrepareFolds(ctx context.Context, product, component string, folds int, seed uint64) (spec.Spec, tune.Folds, error) {
	data, err := t.gold.lesson(ctx, product)
	if err != nil {
		return spec.Spec{}, tune.Folds{}, err
	}
	of, err := t.subject(ctx, product, component, data)
	if err != nil {
		return spec.Spec{}, tune.Folds{}, err
	}
	race, err := foldsOf(of, data.all(), folds, seed)
	return of.spec, race, err
}

// foldsOf measures a subject by cross-validation, one fold at a time. Rows without a
// group, corrections of live turns, are only learnt from. Fault: TooFewRows.
func foldsOf(of subject, data learn.Data, folds int, seed uint64) (tune.Folds, error) {
	examples := slices.Clone(data.Examples)
	slices.SortStableFunc(examples, func(a, b learn.Example) int { return cmp.Compare(a.RowID, b.RowID) })
	foldOf := evaluate.Deal(examples, folds)
	if len(foldOf) < 2*folds {
		return tune.Folds{}, tune.TooFewRows.With("count", len(foldOf), "folds", folds)
	}
	rest, judged := make([]learn.Data, folds), make([]learn.Data, folds)
	groups := make([][]int, folds)
	for f := range folds {
		rest[f], judged[f] = data, data
		rest[f].Examples, judged[f].Examples = nil, nil
		number := map[string]int{}
		for _, e := range examples {
			if at, judges := foldOf[e.Group]; !judges || at != f {
				rest[f].Examples = append(rest[f].Examples, e)
				continue
			}
			if _, seen := number[e.Group]; !seen {
				number[e.Group] = len(number)
			}
			judged[f].Examples, groups[f] = append(judged[f].Examples, e), append(groups[f], number[e.Group])
		}
	}
	return tune.Folds{Groups: groups, Measure: func(ctx context.Context, values spec.Values, fold int) ([]bool, error) {
		train, values, err := of.at(ctx, values, rest[fold])
		if err != nil {
			return nil, err
		}
		m, err := of.learner.Fit(ctx, train, values, learn.Options{Seed: seed})
		if err != nil {
			return nil, err
		}
		answers, err := m.Predict(ctx, inputsOf(judged[fold]))
		if err != nil {
			return nil, err
		}
		right := make([]bool, len(answers))
		for i, j := range evaluate.Judgements(judged[fold], answers) {
			right[i] = j.Right
		}
		return right, nil
	}}, nil
}
