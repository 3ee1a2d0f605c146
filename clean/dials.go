package clean

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
)

// Dialled is a saved recipe as something that can be tuned: each step on or off, and
// the numbers, switches and choices of its operators. Steps that guard privacy are no
// dials: what helps a model most may not decide them. Nor are steps that reshape, for
// without them the columns are others.
type Dialled struct {
	Spec   spec.Spec
	source SavedRecipe
	recipe Recipe
	dials  []dial
	s      *Service
}

// dial is where a parameter of the Spec stands in the recipe; param "" is the step itself.
type dial struct {
	name, param string
	step        int // from 0
}

// DialPrefix begins the names under which recipes are tuned; the recipe's name follows.
const DialPrefix = "clean/"

// Dials gives a saved recipe with its dials. Faults: NoSuchRecipe, those of DialsOf.
func (s *Service) Dials(ctx context.Context, productID, name string) (Dialled, error) {
	saved, err := s.Recipe(ctx, productID, name)
	if err != nil {
		return Dialled{}, err
	}
	return s.DialsOf(ctx, saved)
}

// DialsOf is Dials of a recipe at hand. Faults: NothingToTurn, those of Resolve.
func (s *Service) DialsOf(ctx context.Context, saved SavedRecipe) (Dialled, error) {
	recipe, _, err := Resolve(ctx, []byte(saved.Source), s.operators, s.library(saved.ProductID))
	if err != nil {
		return Dialled{}, err
	}
	d := Dialled{source: saved, recipe: recipe, s: s, Spec: spec.Spec{
		Name:  DialPrefix + recipe.Name,
		Title: spec.Text{ZH: "清洗方案 " + recipe.Name, EN: "recipe " + recipe.Name},
		Help: spec.Text{
			ZH: "每一步开或关、参数取多少，按洗出来的数据训练后在开发集上的得分比较。护住个人信息的步骤和改变列的步骤不动。",
			EN: "Each step on or off and its parameters, compared by the score on the dev part after learning from the rows that it makes. Steps that guard privacy or change the columns stay.",
		},
	}}
	for i, line := range recipe.Steps {
		if line.Recipe != "" {
			d.add(i, "", spec.Param{Kind: spec.Bool, Default: !line.Off, Tune: true, Title: stepTitle(i, line.Recipe, line.Recipe),
				Help: spec.Text{ZH: "开或关整个方案「" + line.Recipe + "」", EN: "the whole recipe " + line.Recipe + ", on or off"}})
			continue
		}
		op, err := s.operators.Find(line.Use, i+1)
		if err != nil {
			return Dialled{}, err
		}
		of := op.Spec()
		if of.Family == Privacy || of.Family == Reshape {
			continue
		}
		values, err := of.Fill(line.With)
		if err != nil {
			return Dialled{}, err
		}
		d.add(i, "", spec.Param{Kind: spec.Bool, Default: !line.Off, Tune: true, Title: stepTitle(i, of.Title.ZH, of.Title.EN), Help: of.Help})
		for _, p := range of.Params {
			if p.Kind == spec.String || p.Kind == spec.Strings {
				continue
			}
			within := around(p, values[p.Name])
			within.Tune = p.Kind == spec.Int || p.Kind == spec.Float
			within.Title = stepTitle(i, of.Title.ZH+" · "+p.Title.ZH, of.Title.EN+" · "+p.Title.EN)
			d.add(i, p.Name, within)
		}
	}
	if len(d.dials) == 0 {
		return Dialled{}, NothingToTurn.With("recipe", recipe.Name)
	}
	return d, nil
}

// around is a parameter whose default is what the recipe says. Ranges without an end in
// practice, such as that of a length, reach from an eighth of it to eight times it.
func around(p spec.Param, value any) spec.Param {
	p.Default = value
	if n, is := value.(int); is && p.Max-p.Min > widest {
		p.Min, p.Max = max(p.Min, math.Floor(float64(n)/8)), min(p.Max, max(8, float64(n)*8))
		p.Log = p.Min > 0
	}
	return p
}

const widest = 1000

func stepTitle(step int, zh, en string) spec.Text {
	return spec.Text{ZH: fmt.Sprintf("第 %d 步 %s", step+1, zh), EN: fmt.Sprintf("step %d %s", step+1, en)}
}

func (d *Dialled) add(step int, param string, p spec.Param) {
	p.Name = fmt.Sprintf("step%d", step+1)
	if param != "" {
		p.Name += "." + param
	}
	d.Spec.Params = append(d.Spec.Params, p)
	d.dials = append(d.dials, dial{p.Name, param, step})
}

// With writes the recipe with its dials at values, under a name; what nobody turned,
// comments too, stays as it was written.
func (d Dialled) With(values spec.Values, name string) ([]byte, error) {
	changed := Recipe{Name: name, Version: d.recipe.Version, Note: d.recipe.Note, Steps: slices.Clone(d.recipe.Steps)}
	file, err := parser.ParseBytes([]byte(d.source.Source), parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("read recipe %s: %w", d.recipe.Name, err)
	}
	put := func(path, key string, value any) {
		var at *yaml.Path
		var text []byte
		if err == nil {
			at, err = yaml.PathString(path)
		}
		if err == nil {
			text, err = yaml.Marshal(map[string]any{key: value})
		}
		if err == nil { // the marshaller quotes off, which the merger takes for another key
			err = at.MergeFromReader(file, bytes.NewReader(bytes.Replace(text, []byte(`"off":`), []byte("off:"), 1)))
		}
	}
	if name != d.recipe.Name {
		put("$", "name", name)
	}
	for i, at := range d.dials {
		value, set := values[at.name]
		if !set || reflect.DeepEqual(value, d.Spec.Params[i].Default) {
			continue
		}
		line, path := &changed.Steps[at.step], fmt.Sprintf("$.steps[%d]", at.step)
		if at.param == "" {
			line.Off = !value.(bool)
			put(path, "off", line.Off)
			continue
		}
		if line.With = maps.Clone(line.With); line.With == nil {
			line.With = map[string]any{}
			put(path, "with", map[string]any{at.param: value})
		} else {
			put(path+".with", at.param, value)
		}
		line.With[at.param] = value
	}
	plain, errPlain := changed.YAML()
	if errPlain != nil {
		return nil, errPlain
	}
	// That it reads as before is a convenience; that it says what was asked is not.
	if out := []byte(file.String()); err == nil && sameRecipe(out, plain) {
		return out, nil
	}
	return plain, nil
}

// sameRecipe tells whether two files say the same.
func sameRecipe(a, b []byte) bool {
	x, errX := ParseRecipe(a)
	y, errY := ParseRecipe(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

// Run cleans rows of a schema with the dials at values: just what the recipe that With
// writes would do. Faults: those of Bind and Plan.Run.
func (d Dialled) Run(ctx context.Context, values spec.Values, schema dataset.Schema, rows []dataset.Row) (Result, error) {
	source, err := d.With(values, d.recipe.Name)
	if err != nil {
		return Result{}, err
	}
	_, steps, err := Resolve(ctx, source, d.s.operators, d.s.library(d.source.ProductID))
	if err != nil {
		return Result{}, err
	}
	plan, err := Bind(steps, schema)
	if err != nil {
		return Result{}, err
	}
	return plan.Run(ctx, rows, 0, nil)
}

// SaveWith keeps the recipe with its dials at values as a new one of that name, or of that
// name and a number where another recipe has it; one that says the same is given back.
// Faults: those of Save.
func (d Dialled) SaveWith(ctx context.Context, values spec.Values, name, actorID string) (SavedRecipe, error) {
	for free, n := name, 2; ; free, n = fmt.Sprintf("%s-%d", name, n), n+1 {
		source, err := d.With(values, free)
		if err != nil {
			return SavedRecipe{}, err
		}
		kept, found, err := d.s.selectRecipe(ctx, d.source.ProductID, free)
		switch {
		case err != nil:
			return SavedRecipe{}, err
		case !found:
			return d.s.Save(ctx, d.source.ProductID, string(source), 0, actorID)
		case kept.Source == string(source):
			return kept, nil
		}
	}
}

// IsDialled tells whether a component is a recipe, and which.
func IsDialled(component string) (recipe string, is bool) {
	return strings.CutPrefix(component, DialPrefix)
}
