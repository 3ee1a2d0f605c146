package clean

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/goccy/go-yaml"

	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// Recipe is an ordered list of steps as people write it in YAML;
// docs/formats/recipe.md describes the file.
type Recipe struct {
	Name    string    `yaml:"name" json:"name"`
	Version int       `yaml:"version,omitempty" json:"version,omitempty"` // the author's own count
	Note    string    `yaml:"note,omitempty" json:"note,omitempty"`
	Steps   []StepUse `yaml:"steps" json:"steps"`
}

// StepUse is one line of a recipe: an operator with its parameters, or all the
// steps of another recipe.
type StepUse struct {
	Use    string         `yaml:"use,omitempty" json:"use,omitempty"`
	Recipe string         `yaml:"recipe,omitempty" json:"recipe,omitempty"`
	With   map[string]any `yaml:"with,omitempty" json:"with,omitempty"`
	Off    bool           `yaml:"off,omitempty" json:"off,omitempty"`
	Note   string         `yaml:"note,omitempty" json:"note,omitempty"`
}

// maxRecipeBytes bounds a recipe file; real ones have a few kilobytes.
const maxRecipeBytes = 256 << 10

// ParseRecipe reads a recipe and checks its form. Faults: BadYAML (with line and
// column), NoName, BadStep.
func ParseRecipe(source []byte) (Recipe, error) {
	var r Recipe
	if len(source) > maxRecipeBytes {
		return r, BadYAML.With("line", 1, "column", 1, "problem", "> "+spec.Size(maxRecipeBytes))
	}
	if line := tooDeep(source); line > 0 {
		return r, BadYAML.With("line", line, "column", 1, "problem", spec.Text{ZH: fmt.Sprintf("嵌套超过 %d 层", maxDepth), EN: fmt.Sprintf("nested deeper than %d", maxDepth)})
	}
	err := spec.DecodeYAML(source, &r)
	if err != nil && !errors.Is(err, io.EOF) {
		line, column, problem := spec.YAMLMistake(err)
		return r, BadYAML.With("line", line, "column", column, "problem", problem)
	}
	if strings.TrimSpace(r.Name) == "" {
		return r, NoName.With().At("name")
	}
	for i, s := range r.Steps {
		if (s.Use == "") == (s.Recipe == "") {
			return r, BadStep.With("step", i+1).At(spec.YAMLPlace(source, fmt.Sprintf("$.steps[%d]", i)))
		}
	}
	return r, nil
}

// maxDepth bounds nesting: the parser's time grows with its square.
const maxDepth = 64

// tooDeep is the line, from 1, where brackets or list marks nest deeper than
// maxDepth; 0 when none does.
func tooDeep(source []byte) int {
	line, depth, marks := 1, 0, 0
	for i, c := range source {
		switch c {
		case '\n':
			line++
			marks = 0
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		case '-', '?', ':':
			if i+1 < len(source) && source[i+1] == ' ' {
				marks++
			}
		}
		if depth > maxDepth || marks > maxDepth {
			return line
		}
	}
	return 0
}

// YAML writes the recipe as a file.
func (r Recipe) YAML() ([]byte, error) {
	out, err := yaml.MarshalWithOptions(r, yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true))
	if err != nil {
		return nil, fmt.Errorf("write recipe %s: %w", r.Name, err)
	}
	return out, nil
}

// Library finds the other recipes that a recipe includes, by name. It answers
// the fault NoSuchRecipe for a name that it does not know.
type Library func(ctx context.Context, name string) ([]byte, error)

// Planned is one step of a recipe after inclusion: the operator and its checked
// parameters.
type Planned struct {
	Operator Operator
	Values   spec.Values
	Off      bool
	From     string // the recipe in which it stands
}

// Operators is the set of operators that recipes may use.
type Operators []Operator

// Find gives the operator of a name. Fault: UnknownOperator.
func (all Operators) Find(name string, step int) (Operator, error) {
	for _, op := range all {
		if op.Spec().Name == name {
			return op, nil
		}
	}
	return nil, UnknownOperator.With("step", step, "operator", name, "nearest", all.nearest(name))
}

func (all Operators) nearest(name string) string {
	best, nearest := 1<<30, ""
	short := strings.TrimPrefix(name, "clean.")
	for _, op := range all {
		known := op.Spec().Name
		middle, _, _ := strings.Cut(strings.TrimPrefix(known, "clean."), ".v")
		d := min(text.EditDistance([]rune(name), []rune(known), 60), 1+text.EditDistance([]rune(short), []rune(middle), 60))
		if d < best {
			best, nearest = d, known
		}
	}
	return nearest
}

// Resolve parses a recipe, follows its inclusions and checks every step.
// Faults: those of ParseRecipe, UnknownOperator, the faults of spec.Fill,
// NoSuchRecipe, CyclicRecipe; the field names the place in the file.
func Resolve(ctx context.Context, source []byte, all Operators, library Library) (Recipe, []Planned, error) {
	r, err := ParseRecipe(source)
	if err != nil {
		return r, nil, err
	}
	var steps []Planned
	err = include(ctx, r, source, false, []string{r.Name}, all, library, &steps)
	return r, steps, err
}

// maxSteps bounds what inclusions add up to: without it, twenty small recipes
// that include each other twice would make a million steps.
const maxSteps = 1000

func include(ctx context.Context, r Recipe, source []byte, off bool, path []string, all Operators, library Library, steps *[]Planned) error {
	for i := range r.Steps {
		if err := includeStep(ctx, r, i, source, off, path, all, library, steps); err != nil {
			return err
		}
	}
	return nil
}

// includeStep adds what line i of a recipe stands for.
func includeStep(ctx context.Context, r Recipe, i int, source []byte, off bool, path []string, all Operators, library Library, steps *[]Planned) error {
	s := r.Steps[i]
	if len(*steps) >= maxSteps {
		return BadStep.With("step", maxSteps+1).At("steps")
	}
	if s.Use != "" {
		op, err := all.Find(s.Use, i+1)
		if err != nil {
			return located(err, source, fmt.Sprintf("$.steps[%d].use", i))
		}
		values, err := op.Spec().Fill(s.With)
		if err != nil {
			field := fault.Of(err).Field
			return located(err, source, fmt.Sprintf("$.steps[%d].with.%s", i, field))
		}
		*steps = append(*steps, Planned{Operator: op, Values: values, Off: off || s.Off, From: r.Name})
		return nil
	}
	for _, name := range path {
		if name == s.Recipe {
			return located(CyclicRecipe.With("cycle", strings.Join(append(path, s.Recipe), " → ")), source, fmt.Sprintf("$.steps[%d].recipe", i))
		}
	}
	if library == nil {
		return located(NoSuchRecipe.With("recipe", s.Recipe), source, fmt.Sprintf("$.steps[%d].recipe", i))
	}
	inner, err := library(ctx, s.Recipe)
	if err != nil {
		return located(err, source, fmt.Sprintf("$.steps[%d].recipe", i))
	}
	included, err := ParseRecipe(inner)
	if err != nil {
		return err
	}
	return include(ctx, included, inner, off || s.Off, append(path[:len(path):len(path)], s.Recipe), all, library, steps)
}

// located names the place of a fault in the recipe file.
func located(err error, source []byte, path string) error {
	f := fault.Of(err)
	if f.Def == fault.Internal {
		return err
	}
	copied := *f
	return copied.At(spec.YAMLPlace(source, path))
}
