package external

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"runtime"
	"slices"

	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/learn/calibrate"
)

// learner is one trainer as the contract sees it.
type learner struct {
	trainers   *Trainers
	definition *Definition
}

// Spec tells everything about the learner.
func (l *learner) Spec() spec.Spec { return l.definition.spec }

// RunsOutside tells that it is a program of its own. See learn.Program.
func (l *learner) RunsOutside() {}

// Tasks lists what it can learn.
func (l *learner) Tasks() []learn.Task { return slices.Clone(l.definition.Tasks) }

// Fit learns from data. See learn.Learner; that the same seed gives the same bytes is
// the program's own duty.
func (l *learner) Fit(ctx context.Context, data learn.Data, values spec.Values, o learn.Options) (learn.Model, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := l.check(data, o); err != nil {
		return nil, err
	}
	if o.Workers < 1 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	taught, dev := part(data, values.Float("held_share"), o)
	x := lesson{
		orders: orders{Trainer: l.definition.Name, Task: data.Task, Params: map[string]any{}, Seed: o.Seed, Workers: o.Workers},
		labels: data.Labels, train: taught, dev: dev, rest: o.Rest,
	}
	for _, p := range l.definition.Params {
		x.Params[p.Name] = values[p.Name]
	}
	if o.Progress != nil {
		o.Progress(0, fitSteps)
	}
	archive, err := l.definition.fit(ctx, x, o)
	if err != nil {
		return nil, err
	}
	m := &model{
		header: header{
			Task: data.Task, Labels: slices.Clone(data.Labels), Params: maps.Clone(values), Seed: o.Seed, Examples: len(data.Examples),
			Dense: len(data.Examples[0].Vector), Encoder: o.Encoder, Trainer: l.definition.hash,
		},
		trainers: l.trainers, definition: l.definition, archive: archive,
	}
	m.key = m.sum()
	if err := m.calibrate(ctx, data, dev, values); err != nil {
		return nil, err
	}
	m.Signature = m.sign()
	m.rows = newLikeness(data.Examples)
	if o.Progress != nil {
		o.Progress(fitSteps, fitSteps)
	}
	return m, nil
}

// check finds what cannot be learnt. Faults: those of Data.Check; NotThisTask, BadVector.
func (l *learner) check(data learn.Data, o learn.Options) error {
	if !slices.Contains(l.definition.Tasks, data.Task) {
		return l.notThis(data.Task)
	}
	if err := data.Check(); err != nil {
		return err
	}
	var dev []learn.Example
	if o.Dev != nil {
		dev = o.Dev.Examples
	}
	if _, err := learn.SameVectors(data.Examples, dev, o.Rest); err != nil {
		return err
	}
	return learn.CheckExamples(data.Task, data.Labels, dev)
}

func (l *learner) notThis(task learn.Task) error {
	known := ""
	for _, t := range l.definition.Tasks {
		known += " " + string(t)
	}
	return learn.NotThisTask.With("learner", l.definition.Name, "task", string(task), "known", known)
}

// part chooses what is taught and what is held back to calibrate on. Nothing is held
// back where what is left could not be learnt from.
func part(data learn.Data, share float64, o learn.Options) (taught, dev []learn.Example) {
	if o.Dev != nil {
		return data.Examples, o.Dev.Examples
	}
	kept, held := learn.HoldBack(len(data.Examples), share, o.Seed, func(i int) (group, id string) {
		return data.Examples[i].Group, data.Examples[i].RowID
	})
	left := make([]bool, len(data.Labels))
	for _, i := range kept {
		data.Examples[i].Mark(left)
		taught = append(taught, data.Examples[i])
	}
	for _, i := range held {
		if data.Examples[i].Guessed { // nothing is calibrated on what a teacher said
			taught = append(taught, data.Examples[i])
			continue
		}
		dev = append(dev, data.Examples[i])
	}
	if learn.CheckSeen(data.Task, data.Labels, left) != nil {
		return data.Examples, nil
	}
	return taught, dev
}

// Trainer begins a fit that will be repeated: each time anew. See learn.Learner.
func (l *learner) Trainer(task learn.Task, labels []string, values spec.Values, o learn.Options) (learn.Trainer, error) {
	if !slices.Contains(l.definition.Tasks, task) {
		return nil, l.notThis(task)
	}
	return learn.Hold(l, task, labels, values, o)
}

// usual belongs to log probabilities: those of a program that is sure of itself as
// much as it is right stay as they are.
var usual = calibrate.Usual{Temperature: 1, Slope: 1}

// noneWeight is what the score of the label of none of these counts, as in learn/linear.
const noneWeight = 0.5

// calibrate asks the program about rows that it was not taught. Without them it asks
// about one text, so that no model is kept that cannot answer.
func (m *model) calibrate(ctx context.Context, data learn.Data, dev []learn.Example, values spec.Values) error {
	inputs, labels := make([]learn.Input, len(dev)), make([][]int, len(dev))
	for i, e := range dev {
		inputs[i], labels[i] = e.Input(), e.Labels
	}
	if len(inputs) == 0 {
		inputs = []learn.Input{data.Examples[0].Input()}
	}
	rows, err := m.score(ctx, inputs)
	if err != nil {
		return err
	}
	classes, single := len(data.Labels), data.Task == learn.Single
	var scores []float32
	for _, row := range rows[:len(dev)] {
		scores = append(scores, row...)
	}
	always := !slices.ContainsFunc(data.Examples, func(e learn.Example) bool { return len(e.Labels) == 0 })
	none := slices.Index(data.Labels, values.String("none_label"))
	if none >= 0 && !slices.ContainsFunc(data.Examples, func(e learn.Example) bool { return slices.Contains(e.Labels, none) }) {
		none = -1
	}
	c := calibrate.Fit(usual, single, always, scores, classes, labels)
	familiar := make([]float32, len(dev))
	c.Settle(calibrate.Scope{None: none, Weight: noneWeight}, values.Float("scope_rejects"), scores, classes, familiar, labels)
	m.Calibration, m.Held = c, c.Figures(single, scores, classes, labels)
	c.ScopeFigures(m.Held, scores, classes, familiar, labels)
	return nil
}

// sum names a model by what it answers from.
func (m *model) sum() string {
	sum := sha256.New()
	sum.Write([]byte(m.definition.Name + " " + m.header.Trainer + "\n"))
	for _, label := range m.header.Labels {
		sum.Write([]byte(label + "\x00"))
	}
	sum.Write(m.archive)
	return hex.EncodeToString(sum.Sum(nil))
}
