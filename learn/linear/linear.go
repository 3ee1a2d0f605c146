// Package linear is the default learner: pieces of characters and words, hashed,
// with one weight per piece and label. It learns ten thousand short texts in
// about a second on two cores.
//
//	in:   learn.Data                 out: learn.Model, docs/formats/model-linear.md
//	read: grams.go → space.go → solve.go → train.go → model.go
//
// One label a text is learnt with the multi-class hinge loss of Crammer and
// Singer, several with one class against the rest; both by dual coordinate
// descent, so that a weight is a sum over training rows and the rows that
// weighed most can be named. What was tried: docs/adr/0002-linear-learner.md.
package linear

import (
	"context"
	"slices"

	"zhuomo/internal/spec"
	"zhuomo/learn"
)

type linear struct{}

// New makes the learner.
func New() learn.Learner { return &linear{} }

// Tasks lists what it can learn.
func (*linear) Tasks() []learn.Task { return []learn.Task{learn.Single, learn.Multi} }

// Fit learns from data. See learn.Learner.
func (l *linear) Fit(ctx context.Context, data learn.Data, values spec.Values, o learn.Options) (learn.Model, error) {
	if err := data.Check(); err != nil {
		return nil, err
	}
	t, err := l.trainer(data.Task, data.Labels, values, o)
	if err != nil {
		return nil, err
	}
	if err := t.fits(data.Examples); err != nil {
		return nil, err
	}
	if err := t.read(ctx, data.Examples); err != nil {
		return nil, err
	}
	return t.Fit(ctx)
}

// Trainer begins a fit that will be repeated. See learn.Learner.
func (l *linear) Trainer(task learn.Task, labels []string, values spec.Values, o learn.Options) (learn.Trainer, error) {
	return l.trainer(task, labels, values, o)
}

func (l *linear) trainer(task learn.Task, labels []string, values spec.Values, o learn.Options) (*trainer, error) {
	if !slices.Contains(l.Tasks(), task) {
		return nil, learn.NotThisTask.With("learner", Name, "task", string(task), "known", "single, multi")
	}
	if o.Dev != nil {
		for i := range o.Dev.Examples {
			if err := learn.CheckExample(task, labels, &o.Dev.Examples[i], i); err != nil {
				return nil, err
			}
		}
	}
	s := settingsOf(values)
	if task != learn.Single || s.restWeight == 0 {
		o.Rest = nil
	}
	order, err := s.rising(task, labels)
	if err != nil {
		return nil, err
	}
	return &trainer{
		task: task, labels: slices.Clone(labels), rising: order, values: values, settings: s, options: o,
		place: map[string]int{}, rows: make([]uint32, 1<<s.hashBits), dense: -1,
	}, nil
}
