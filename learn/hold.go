package learn

import (
	"context"
	"slices"

	"zhuomo/internal/spec"
)

// hold is a Trainer of a learner that has nothing to keep between fits.
type hold struct {
	learner Learner
	data    Data
	place   map[string]int // row id → place in data.Examples; rows without id are not in it
	values  spec.Values
	options Options
}

// Hold makes a Trainer that holds examples and fits anew each time. Faults: BadLabel
// for examples of o.Dev. The caller has checked the task.
func Hold(l Learner, task Task, labels []string, values spec.Values, o Options) (Trainer, error) {
	if o.Dev != nil {
		if err := CheckExamples(task, labels, o.Dev.Examples); err != nil {
			return nil, err
		}
	}
	return &hold{learner: l, data: Data{Task: task, Labels: slices.Clone(labels)}, place: map[string]int{}, values: values, options: o}, nil
}

// CheckExamples checks the labels and weights of all examples. Fault: BadLabel.
func CheckExamples(task Task, labels []string, examples []Example) error {
	for i := range examples {
		if err := CheckExample(task, labels, &examples[i], i); err != nil {
			return err
		}
	}
	return nil
}

// Put adds or replaces examples. See Trainer.
func (t *hold) Put(examples ...Example) error {
	if err := CheckExamples(t.data.Task, t.data.Labels, examples); err != nil {
		return err
	}
	for _, e := range examples {
		e.Labels = slices.Clone(e.Labels)
		if at, held := t.place[e.RowID]; held && e.RowID != "" {
			t.data.Examples[at] = e
			continue
		}
		if e.RowID != "" {
			t.place[e.RowID] = len(t.data.Examples)
		}
		t.data.Examples = append(t.data.Examples, e)
	}
	return nil
}

// Drop removes examples. See Trainer.
func (t *hold) Drop(rowIDs ...string) {
	gone := make(map[string]bool, len(rowIDs))
	for _, id := range rowIDs {
		gone[id] = id != ""
	}
	t.data.Examples = slices.DeleteFunc(t.data.Examples, func(e Example) bool { return gone[e.RowID] })
	clear(t.place)
	for i, e := range t.data.Examples {
		if e.RowID != "" {
			t.place[e.RowID] = i
		}
	}
}

// Len is the number of examples held. See Trainer.
func (t *hold) Len() int { return len(t.data.Examples) }

// Fit fits on all that is held. See Trainer.
func (t *hold) Fit(ctx context.Context) (Model, error) {
	return t.learner.Fit(ctx, t.data, t.values, t.options)
}

// SameVectors tells whether all examples have vectors of one length, and which it is.
// Fault: BadVector.
func SameVectors(parts ...[]Example) (dense int, err error) {
	dense = -1
	for _, part := range parts {
		for i, e := range part {
			if dense < 0 {
				dense = len(e.Vector)
			}
			if len(e.Vector) != dense {
				return 0, BadVector.With("record", i+1, "row", e.RowID, "got", len(e.Vector), "want", dense)
			}
		}
	}
	return max(dense, 0), nil
}
