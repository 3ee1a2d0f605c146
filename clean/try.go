package clean

import (
	"context"
	"slices"

	"zhuomo/dataset"
	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
)

// Preview shows what a recipe does to n rows of a version, drawn by seed, and the
// texts that line focus of the recipe (from 1; 0: any) changed. A step that cannot
// run says why and is left out, so that the steps after it still show.
// Faults: those of ParseRecipe, dataset.NoSuchVersion.
func (s *Service) Preview(ctx context.Context, productID, source, versionID string, n int, seed uint64, focus int) (Preview, error) {
	recipe, err := ParseRecipe([]byte(source))
	if err != nil {
		return Preview{}, err
	}
	rows, schema, err := s.sample(ctx, productID, versionID, n, seed)
	if err != nil {
		return Preview{}, err
	}
	plan := &Plan{Schema: schema}
	var lineOf []int // the line of the recipe, from 1, of each step of the plan
	broken := map[int]*StepFault{}
	for i := range recipe.Steps {
		var steps []Planned
		err := includeStep(ctx, recipe, i, []byte(source), false, []string{recipe.Name}, s.operators, s.library(productID), &steps)
		var part *Plan
		if err == nil {
			part, err = Bind(steps, schema)
		}
		if err != nil {
			if fault.Of(err).Def == fault.Internal {
				return Preview{}, err
			}
			broken[i+1] = stepFault(err)
			continue
		}
		for _, b := range part.steps {
			plan.steps, lineOf = append(plan.steps, b), append(lineOf, i+1)
		}
	}
	return plan.preview(ctx, rows, lineOf, broken, focus)
}

func stepFault(err error) *StepFault {
	f := fault.Of(err)
	return &StepFault{Code: f.Def.Code, Message: spec.Text{ZH: f.Message("zh"), EN: f.Message("en")}, Fix: spec.Text{ZH: f.Fix("zh"), EN: f.Fix("en")}}
}

// preview adds to the plan's own preview which lines of the recipe its steps are,
// the lines that are broken, and the merged texts.
func (p *Plan) preview(ctx context.Context, rows []dataset.Row, lineOf []int, broken map[int]*StepFault, focus int) (Preview, error) {
	result, err := p.Run(ctx, rows, 0, nil)
	if err != nil {
		return Preview{}, err
	}
	out := p.listed(result, rows)
	for i := range out.Steps {
		out.Steps[i].RecipeStep = lineOf[i]
	}
	for line, f := range broken {
		out.Steps = append(out.Steps, PreviewStep{RecipeStep: line, Fault: f, StepCount: StepCount{Codes: map[string]int{}}, Changes: []PreviewCell{}, Left: []PreviewAside{}})
	}
	slices.SortStableFunc(out.Steps, func(a, b PreviewStep) int { return a.RecipeStep - b.RecipeStep })
	out.Lines, out.MoreLines = p.lines(result, rows, lineOf, focus)
	return out, nil
}

// keptSamples bounds the cache of samples; one holds at most 20,000 rows.
const keptSamples = 4

type sampleKey struct {
	version string
	n       int
	seed    uint64
}

type sampled struct {
	key    sampleKey
	rows   []dataset.Row
	schema dataset.Schema
}

// sample draws rows of a version. A version does not change, so the last samples
// are kept: a preview while somebody types does not read the version again.
func (s *Service) sample(ctx context.Context, productID, versionID string, n int, seed uint64) ([]dataset.Row, dataset.Schema, error) {
	v, err := s.version(ctx, productID, versionID)
	if err != nil {
		return nil, dataset.Schema{}, err
	}
	key := sampleKey{versionID, n, seed}
	s.mu.Lock()
	for _, k := range s.samples {
		if k.key == key {
			s.mu.Unlock()
			return k.rows, k.schema, nil
		}
	}
	s.mu.Unlock()
	sample := NewSample(n, seed)
	err = s.data.Rows(ctx, versionID, func(row dataset.Row) error {
		sample.Add(row, clone)
		return ctx.Err()
	})
	if err != nil {
		return nil, dataset.Schema{}, err
	}
	kept := sampled{key, sample.Rows(), v.Schema}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.samples) >= keptSamples {
		s.samples = slices.Delete(s.samples, 0, 1)
	}
	s.samples = append(s.samples, kept)
	return kept.rows, kept.schema, nil
}
