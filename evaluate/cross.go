package evaluate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"

	"zhuomo/learn"
)

// Crossed is what a model's settings do by cross-validation: all gold in folds,
// each fold answered by a model that learnt from the others. The model itself
// learns from more than those did.
type Crossed struct {
	Folds   int               `json:"folds" table:"折|folds"`
	Rows    int               `json:"rows" table:"行|rows"`
	Figures map[string]Figure `json:"figures"` // as in Measured
}

// CrossedModel is a model's settings judged by all gold, where its test part is
// too small to tell.
type CrossedModel struct {
	TestRows int      `json:"test_rows" table:"测试行|test rows"`
	Cross    *Crossed `json:"cross,omitempty"` // absent from FewTestRows test rows on, or where there is too little gold
}

const (
	// FewTestRows is the size of a test part below which all gold is judged by
	// cross-validation too. On samples of banking77 with ten labels the error of
	// the accuracy was .16 on a test part of 6 rows and .11 by cross-validation,
	// .05 and .03 at 24, and from 100 rows on the same, .01.
	FewTestRows = 100
	crossFolds  = 5
	leastGroups = 2 * crossFolds // fewer say nothing
)

// Cross judges by cross-validation. Groups stay together; rows without a group,
// corrections of live turns, are only learnt from. It answers nil where there
// are too few groups, or where a fold leaves nothing to learn.
//
// Order:  the same rows in any order, the same fit → the same figures.
// Cost:   five times fit.
// Source: Stone 1974 (cross-validation); the interval of exact is Wilson's over
//
//	all rows, which is a little narrow, as the folds share rows to learn from.
func Cross(ctx context.Context, data learn.Data, fit func(context.Context, learn.Data) (learn.Model, error)) (*Crossed, error) {
	judged, answers, err := crossAnswers(ctx, data, fit, func(int) {})
	if err != nil || answers == nil {
		return nil, err
	}
	m := Measure(judged, answers, measureSeed)
	return &Crossed{Folds: crossFolds, Rows: m.Rows, Figures: m.Figures}, nil
}

// crossAnswers gives the rows that Cross judges, fold by fold, with their answers;
// none where there is too little to learn from. folded is told how many folds are done.
func crossAnswers(ctx context.Context, data learn.Data, fit func(context.Context, learn.Data) (learn.Model, error), folded func(int)) (judged learn.Data, answers []learn.Prediction, err error) {
	examples := slices.Clone(data.Examples)
	slices.SortStableFunc(examples, func(a, b learn.Example) int { return cmp.Compare(a.RowID, b.RowID) })
	judged = data
	judged.Examples = nil
	foldOf := Deal(examples, crossFolds)
	if len(foldOf) < leastGroups {
		return judged, nil, nil
	}
	for fold := range crossFolds {
		rest := data
		rest.Examples = nil
		var inputs []learn.Input
		for _, e := range examples {
			if at, judges := foldOf[e.Group]; judges && at == fold {
				judged.Examples = append(judged.Examples, e)
				inputs = append(inputs, e.Input())
			} else {
				rest.Examples = append(rest.Examples, e)
			}
		}
		model, err := fit(ctx, rest)
		if errors.Is(err, learn.OneLabel) || errors.Is(err, learn.NoExamples) {
			return judged, nil, nil
		}
		if err != nil {
			return judged, nil, fmt.Errorf("learn without fold %d: %w", fold+1, err)
		}
		said, err := model.Predict(ctx, inputs)
		if err != nil {
			return judged, nil, fmt.Errorf("answer fold %d: %w", fold+1, err)
		}
		answers = append(answers, said...)
		folded(fold + 1)
	}
	return judged, answers, nil
}

// CrossModel cross-validates a model's settings where its test part has fewer
// than FewTestRows rows. Faults: those of the bench.
func (s *Service) CrossModel(ctx context.Context, product, model string) (CrossedModel, error) {
	c, err := s.needs.Bench.Candidate(ctx, product, model)
	if err != nil {
		return CrossedModel{}, err
	}
	out := CrossedModel{TestRows: len(c.Test.Examples)}
	if c.Cross != nil && out.TestRows < FewTestRows {
		out.Cross, err = c.Cross(ctx)
	}
	return out, err
}

// Deal gives every group a fold: in the order of a hash of their names, so that
// neither names nor the order of rows decide which come together. Rows without a
// group have none.
func Deal(examples []learn.Example, folds int) map[string]int {
	type hashed struct {
		group string
		hash  uint64
	}
	var groups []hashed
	fold := map[string]int{}
	for _, e := range examples {
		if _, seen := fold[e.Group]; seen || e.Group == "" {
			continue
		}
		fold[e.Group] = 0
		h := fnv.New64a()
		h.Write([]byte(e.Group))
		groups = append(groups, hashed{e.Group, h.Sum64()})
	}
	slices.SortFunc(groups, func(a, b hashed) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.group, b.group)) })
	for i, g := range groups {
		fold[g.group] = i % folds
	}
	return fold
}
