package ensemble

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/learn/calibrate"
)

const (
	// mostJudged is on how many rows weights and calibration are found.
	mostJudged = 6000
	// mostKept bounds the numbers that are kept of them, 256 MiB.
	mostKept = 1 << 26
	// homeWeight is what members' share of being at home weighs beside the pooled log probability.
	homeWeight = 1
	noneWeight = .5
)

// usual is the scale of pooled evidence: probabilities already.
var usual = calibrate.Usual{Temperature: 1, Slope: 1}

// judged are rows with what members say that were not taught them.
type judged struct {
	of       [][]float32 // by member: evidence, row after row
	familiar []float32
	labels   [][]int
}

// fitting is one fit of all members and of their weights.
type fitting struct {
	data    learn.Data
	team    []member
	filled  []spec.Values // of each member
	options learn.Options // of each member's fit
	tell    func(done, total int)
	done    int // fits that are over
	fits    int
}

// fit learns: members on parts, weights on what was left out, members on all.
//
// Order:  members and parts in turn; workers only inside one member's fit.
// Cost:   (folds + 1) fits of every member; one with dev.
func fit(ctx context.Context, data learn.Data, values spec.Values, o learn.Options) (*model, error) {
	f := &fitting{data: data, team: members(values.String("members"), data.Task), options: o, tell: o.Progress}
	f.options.Rest = nil
	for _, t := range f.team {
		set := maps.Clone(t.set)
		for _, p := range t.learner.Spec().Params {
			if v, named := values[p.Name]; named {
				set[p.Name] = v
			}
		}
		filled, err := t.learner.Spec().Fill(set)
		if err != nil {
			return nil, fmt.Errorf("settings of a member: %w", err)
		}
		f.filled = append(f.filled, filled)
	}
	folds := values.Int("folds")
	f.fits = len(f.team)
	if o.Dev == nil {
		f.fits *= folds + 1
	}
	seen := &judged{of: make([][]float32, len(f.team))}
	if o.Dev == nil {
		if err := f.cross(ctx, folds, seen); err != nil {
			return nil, err
		}
	}
	m := &model{header: header{
		Task: data.Task, Labels: slices.Clone(data.Labels), Params: maps.Clone(values), Seed: o.Seed, Examples: len(data.Examples),
	}}
	var err error
	if m.members, err = f.teach(ctx, data); err != nil {
		return nil, err
	}
	if o.Dev != nil {
		if err := f.judge(ctx, m.members, o.Dev.Examples[:min(len(o.Dev.Examples), f.most())], seen); err != nil {
			return nil, err
		}
	}
	if err := m.settle(ctx, seen, values); err != nil {
		return nil, err
	}
	m.named = true
	f.report(0, 0)
	return m, m.write()
}

// most is how many rows can be judged.
func (f *fitting) most() int {
	return min(mostJudged, mostKept/(len(f.team)*len(f.data.Labels)))
}

// cross teaches on all parts but one and judges that one, in turn. A part whose
// others have too few labels to teach is not judged.
func (f *fitting) cross(ctx context.Context, folds int, seen *judged) error {
	examples := f.data.Examples
	_, chosen := learn.HoldBack(len(examples), min(1, float64(f.most())/float64(len(examples))), f.options.Seed,
		func(i int) (group, id string) { return "", examples[i].RowID })
	judge := make([]bool, len(examples))
	for _, i := range chosen {
		judge[i] = !examples[i].Guessed
	}
	part := learn.Parts(examples, len(f.data.Labels), folds)
	for fold := range folds {
		taught := f.data
		taught.Examples = nil
		var out []learn.Example
		for i, e := range examples {
			switch {
			case part[i] != fold:
				taught.Examples = append(taught.Examples, e)
			case judge[i]:
				out = append(out, e)
			}
		}
		if len(out) == 0 || taught.Check() != nil {
			f.done += len(f.team)
			continue
		}
		models, err := f.teach(ctx, taught)
		if err != nil {
			return err
		}
		if err := f.judge(ctx, models, out, seen); err != nil {
			return err
		}
	}
	return nil
}

// teach fits every member.
func (f *fitting) teach(ctx context.Context, data learn.Data) ([]learn.Model, error) {
	models := make([]learn.Model, len(f.team))
	for k, t := range f.team {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		o := f.options
		o.Progress = f.report
		var err error
		if models[k], err = t.learner.Fit(ctx, data, f.filled[k], o); err != nil {
			return nil, err
		}
		f.done++
	}
	return models, nil
}

// report passes a member's progress on: 100 steps for each fit.
func (f *fitting) report(done, total int) {
	if f.tell != nil {
		f.tell(f.done*100+done*99/max(1, total), f.fits*100)
	}
}

// judge adds what models say about examples.
func (f *fitting) judge(ctx context.Context, models []learn.Model, examples []learn.Example, seen *judged) error {
	single := f.data.Task == learn.Single
	place := places(f.data.Labels)
	for from := 0; from < len(examples); from += chunk {
		part := examples[from:min(len(examples), from+chunk)]
		in := make([]learn.Input, len(part))
		for i, e := range part {
			in[i] = e.Input()
			seen.labels = append(seen.labels, e.Labels)
		}
		of, familiar, err := ask(ctx, single, models, place, in)
		if err != nil {
			return err
		}
		for k := range of {
			seen.of[k] = append(seen.of[k], of[k]...)
		}
		seen.familiar = append(seen.familiar, familiar...)
	}
	return nil
}

// settle finds weights and calibration on rows that no member was taught.
func (m *model) settle(ctx context.Context, seen *judged, values spec.Values) (err error) {
	single, count := m.single(), len(m.header.Labels)
	if m.Weights, err = weigh(ctx, single, seen.of, count, seen.labels); err != nil {
		return err
	}
	scores := make([]float32, len(seen.labels)*count)
	of := make([][]float32, len(m.members))
	for i := range seen.labels {
		for k := range of {
			of[k] = seen.of[k][i*count:][:count]
		}
		pool(m.Weights, of, scores[i*count:][:count])
	}
	none := slices.Index(m.header.Labels, values.String("none_label"))
	if none >= 0 && !slices.ContainsFunc(seen.labels, func(own []int) bool { return slices.Contains(own, none) }) {
		none = -1
	}
	always := !slices.ContainsFunc(seen.labels, func(own []int) bool { return len(own) == 0 })
	c := calibrate.Fit(usual, single, always, scores, count, seen.labels)
	c.Settle(calibrate.Scope{Familiar: homeWeight, None: none, Weight: noneWeight}, values.Float("scope_rejects"), scores, count, seen.familiar, seen.labels)
	m.Held = c.Figures(single, scores, count, seen.labels)
	c.ScopeFigures(m.Held, scores, count, seen.familiar, seen.labels)
	m.Calibration = c
	return nil
}
