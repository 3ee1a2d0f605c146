package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
	"zhuomo/label"
	"zhuomo/learn"
	"zhuomo/tune"
)

// tuning measures what can be tuned: a learner by the model that its values make, a
// recipe by the model learnt from the rows that it leaves.
type tuning struct {
	gold     gold
	learners []learn.Learner
	clean    *clean.Service
	data     *dataset.Service
}

// subject is something tuned: what it declares, the learner that judges it, and what
// its values make of the rows to learn from and of the learner's own values.
type subject struct {
	spec    spec.Spec
	learner learn.Learner
	at      func(ctx context.Context, values spec.Values, from learn.Data) (learn.Data, spec.Values, error)
}

// learning is a learner whose own values are tuned.
func learning(l learn.Learner) subject {
	return subject{l.Spec(), l, func(_ context.Context, values spec.Values, from learn.Data) (learn.Data, spec.Values, error) {
		return from, values, nil
	}}
}

// Spec gives the Spec of a component.
func (t tuning) Spec(ctx context.Context, product, component string) (spec.Spec, error) {
	if recipe, is := clean.IsDialled(component); is {
		d, err := t.clean.Dials(ctx, product, recipe)
		return d.Spec, err
	}
	l, err := t.learner(component)
	if err != nil {
		return spec.Spec{}, err
	}
	return l.Spec(), nil
}

func (t tuning) learner(name string) (learn.Learner, error) {
	if name == "" {
		return t.learners[0], nil
	}
	return learn.Find(t.learners, name)
}

// Tunables lists the learners that answer with labels and the recipes of a product. A
// recipe that is not right any more, or has nothing to turn, is left out with its reason.
func (t tuning) Tunables(ctx context.Context, product string) (tune.Tunables, error) {
	all := tune.Tunables{Items: []spec.Spec{}}
	for _, l := range t.learners {
		if tasks := l.Tasks(); len(tasks) == 1 && tasks[0] == learn.Spans {
			continue
		}
		all.Items = append(all.Items, l.Spec())
	}
	standard, err := t.clean.Recipe(ctx, product, "standard")
	if err != nil {
		return tune.Tunables{}, err
	}
	var recipes []clean.SavedRecipe // the product's own first
	for after := ""; ; {
		page, err := t.clean.Recipes(ctx, product, after, recipePage)
		if err != nil {
			return tune.Tunables{}, err
		}
		for _, r := range page {
			if after = r.Name; r.Name != standard.Name {
				recipes = append(recipes, r)
			}
		}
		if len(page) < recipePage {
			break
		}
	}
	for _, r := range append(recipes, standard) {
		d, err := t.clean.DialsOf(ctx, r)
		if err == nil {
			all.Items = append(all.Items, d.Spec)
			continue
		}
		why := fault.Of(err)
		if kind := why.Def.Kind; kind != fault.Invalid && kind != fault.NotFound {
			return tune.Tunables{}, err
		}
		all.Left = append(all.Left, tune.LeftOut{Name: clean.DialPrefix + r.Name,
			Why: spec.Text{ZH: why.Message("zh"), EN: why.Message("en")}, Fix: spec.Text{ZH: why.Fix("zh"), EN: why.Fix("en")}})
	}
	return all, nil
}

const recipePage = 200

// subject gives what a component is, with what measuring it needs.
func (t tuning) subject(ctx context.Context, product, component string, l lesson) (subject, error) {
	recipe, is := clean.IsDialled(component)
	if !is {
		l, err := t.learner(component)
		if err != nil {
			return subject{}, err
		}
		return learning(l), nil
	}
	d, err := t.clean.Dials(ctx, product, recipe)
	if err != nil {
		return subject{}, err
	}
	judge := t.learners[0]
	usual, err := judge.Spec().Fill(nil)
	if err != nil {
		return subject{}, err
	}
	rows, err := t.uncleaned(ctx, product, recipe, l)
	if err != nil {
		return subject{}, err
	}
	kept := &cleaned{recipe: d, rows: rows}
	return subject{d.Spec, judge, func(ctx context.Context, values spec.Values, from learn.Data) (learn.Data, spec.Values, error) {
		texts, err := kept.texts(ctx, values)
		if err != nil {
			return learn.Data{}, nil, err
		}
		return rows.learnt(from, texts), usual, nil
	}}, nil
}

// rawRows are the rows from which those that were labelled came, before their cleaning.
type rawRows struct {
	schema dataset.Schema
	rows   []dataset.Row
	column int // whose text was labelled
	is     map[string]bool
}

// uncleaned finds the rows that the labelled ones were before a recipe cleaned them:
// those that this recipe was run on; else those that any recipe was run on; else the
// labelled ones themselves. Fault: NoLabelledRows.
func (t tuning) uncleaned(ctx context.Context, product, recipe string, l lesson) (rawRows, error) {
	if l.version == "" {
		return rawRows{}, NoLabelledRows.With("recipe", recipe)
	}
	labelled, err := t.data.Version(ctx, l.version)
	if err != nil {
		return rawRows{}, err
	}
	source := l.version
	for v := labelled; ; {
		if v.MadeBy.Kind == "recipe" {
			run, err := t.clean.Get(ctx, v.MadeBy.ID)
			if err != nil && !errors.Is(err, clean.NoSuchRun) {
				return rawRows{}, err
			}
			if err == nil && (source == l.version || run.Recipe == recipe) {
				if source = run.VersionID; run.Recipe == recipe {
					break
				}
			}
		}
		if v.Parent == "" {
			break
		}
		if v, err = t.data.Version(ctx, v.Parent); err != nil {
			return rawRows{}, err
		}
	}
	name, err := t.labelledColumn(ctx, product, labelled)
	if err != nil {
		return rawRows{}, err
	}
	v, err := t.data.Version(ctx, source)
	if err != nil {
		return rawRows{}, err
	}
	r := rawRows{schema: v.Schema, column: v.Schema.Index(name), is: make(map[string]bool, v.RowCount)}
	if name == "" || r.column < 0 {
		return rawRows{}, NoLabelledRows.With("recipe", recipe)
	}
	return r, t.data.Rows(ctx, source, func(row dataset.Row) error {
		r.rows = append(r.rows, row)
		r.is[string(row.ID)] = true
		return ctx.Err()
	})
}

// labelledColumn is the column of a version in which what was labelled stands; "" when
// no row of it was labelled.
func (t tuning) labelledColumn(ctx context.Context, product string, v dataset.Version) (string, error) {
	texts := map[string]string{}
	err := t.gold.label.Gold(ctx, product, func(g label.Gold) error {
		if g.VersionID == v.ID {
			texts[g.RowID] = g.Text
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	hits := make([]int, len(v.Schema.Names()))
	err = t.data.Rows(ctx, v.ID, func(row dataset.Row) error {
		text, is := texts[string(row.ID)]
		for i, value := range row.Values {
			if is && strings.TrimSpace(value) == strings.TrimSpace(text) {
				hits[i]++
			}
		}
		return ctx.Err()
	})
	best := 0
	for i := range hits {
		if hits[i] > hits[best] {
			best = i
		}
	}
	if err != nil || len(hits) == 0 || hits[best] == 0 {
		return "", err
	}
	return v.Schema.Names()[best], nil
}

// learnt is from as it stands after a cleaning: with its texts, and without the rows
// that were set aside. Rows that the cleaning did not see stay.
func (r rawRows) learnt(from learn.Data, texts map[string]string) learn.Data {
	to := from
	to.Examples = make([]learn.Example, 0, len(from.Examples))
	for _, e := range from.Examples {
		if r.is[e.RowID] {
			text, stays := texts[e.RowID]
			if !stays {
				continue
			}
			e.Text = text
		}
		to.Examples = append(to.Examples, e)
	}
	return to
}

// cleaned keeps what the last settings made of the rows: a race asks for the same
// ones fold after fold.
type cleaned struct {
	recipe clean.Dialled
	rows   rawRows

	mu   sync.Mutex
	made map[string]map[string]string // under mu: by the settings, text by row
}

const keptCleaned = 8

func (c *cleaned) texts(ctx context.Context, values spec.Values) (map[string]string, error) {
	key, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("write settings: %w", err)
	}
	c.mu.Lock()
	texts, known := c.made[string(key)]
	c.mu.Unlock()
	if known {
		return texts, nil
	}
	result, err := c.recipe.Run(ctx, values, c.rows.schema, c.rows.rows)
	if err != nil {
		return nil, err
	}
	texts = make(map[string]string, len(result.Rows))
	for _, row := range result.Rows {
		if text := strings.TrimSpace(row.Values[c.rows.column]); text != "" {
			texts[string(row.ID)] = text
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil || len(c.made) >= keptCleaned {
		c.made = map[string]map[string]string{}
	}
	c.made[string(key)] = texts
	return texts, nil
}

// Apply keeps the recipe of a trial under a name of its own.
func (t tuning) Apply(ctx context.Context, study tune.Study, trial tune.Trial) (tune.Applied, error) {
	recipe, is := clean.IsDialled(study.Component)
	if !is {
		return tune.Applied{}, tune.NothingToApply.With("component", study.Component)
	}
	d, err := t.clean.Dials(ctx, study.ProductID, recipe)
	if err != nil {
		return tune.Applied{}, err
	}
	saved, err := d.SaveWith(ctx, trial.Values, fmt.Sprintf("%s-s%d-%d", recipe, study.Number, trial.Number), api.Who(ctx).ID)
	return tune.Applied{Kind: "recipe", Name: saved.Name, Revision: saved.Revision}, err
}
