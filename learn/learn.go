// Package learn turns examples into a model that answers with calibrated
// probabilities, shows which characters it leaned on, and names the training
// rows that weighed most.
//
//	in:   Data (examples with labels)        out: Model, one file of bytes, and its rows beside it
//	read: learn.go → example.go → model.go → linear/linear.go
//
// A learner lives in a folder of its own, is listed in internal/builtin, and
// must pass learntest.
package learn

import (
	"context"
	"io"

	"zhuomo/internal/spec"
)

// Learner is one way to learn. It keeps no state; everything that decides the
// outcome is in the arguments of Fit.
type Learner interface {
	// Spec tells everything about the learner. It is constant.
	Spec() spec.Spec
	// Tasks lists what it can learn.
	Tasks() []Task
	// Fit learns from data with filled parameters.
	//
	// Order:  same examples in the same order, same values, same Seed → same
	//         bytes of the saved model, on any number of Workers.
	// Errors: NoExamples, OneLabel, BadLabel, NotThisTask; ctx.Err() if
	//         cancelled, within a second (no model then).
	// The data is only read and not kept.
	Fit(ctx context.Context, data Data, values spec.Values, o Options) (Model, error)
	// Trainer begins a fit that will be repeated with few changed examples. It
	// keeps what it can between fits; the models are the same as from Fit.
	Trainer(task Task, labels []string, values spec.Values, o Options) (Trainer, error)
	// Load opens the bytes that Model.Save wrote; rows are those of SaveRows, or
	// nil. Both may be memory-mapped and must stay as they are while the model
	// is in use. Strangers' files are safe to load. Fault: Damaged.
	Load(model, rows []byte) (Model, error)
}

// Options are what a fit needs beside data and parameters.
type Options struct {
	Seed     uint64
	Workers  int                   // goroutines to use; < 1 means one for each core. Never changes the answer.
	Progress func(done, total int) // called from one goroutine at a time, may be nil
	// Dev are examples to calibrate on. Without them the learner holds back a
	// part of the data, calibrates on it, and then fits on all.
	Dev *Data
	// Rest are rows that nobody has labelled; their labels are not read. A learner
	// that can learn from them does (learn.linear.v1 for Single), others ignore them.
	Rest []Example
	// Lists are named lists of values, such as the cities that a product knows. A
	// learner that can lean on them does (learn.chain.v1), others ignore them.
	Lists []List
	// Encoder names what made the vectors of the examples, "" where there are none.
	// The model keeps the name: it can only be asked with vectors of the same.
	Encoder string
	// Said takes, line by line, what a learner that is a program of its own prints; may be nil.
	Said func(line string)
	// Environ are variables, name=value, for such a program.
	Environ []string
}

// List is a named list of values.
type List struct {
	Name   string
	Values []string
}

// Trainer holds examples and what was computed from them.
type Trainer interface {
	// Put adds examples. One whose RowID is already held takes its place; new
	// ones go to the end. Fault: BadLabel; nothing is changed then.
	Put(examples ...Example) error
	// Drop removes examples by row id; unknown ids are ignored.
	Drop(rowIDs ...string)
	// Len is the number of examples held.
	Len() int
	// Fit fits on all that is held: the same bytes as Learner.Fit on the same
	// examples in the order held. Errors as Learner.Fit.
	Fit(ctx context.Context) (Model, error)
}

// Refiner is a Trainer that can take single examples up at once.
type Refiner interface {
	Trainer
	// Refine puts examples, as Put, and gives a model near that which Fit would give,
	// in a small part of its time. It goes on from the last Fit or Refine; after Put
	// or Drop, or before a first fit, it fits anew. The same calls in the same order
	// give the same model. Errors as Put and Fit.
	Refine(ctx context.Context, examples ...Example) (Model, error)
}

// Model is what was learnt. It never changes; all methods may be called from
// many goroutines at once.
type Model interface {
	// Learner is the Spec's name of the learner that made it.
	Learner() string
	Task() Task
	// Labels in index order. The caller must not change them.
	Labels() []string
	// Card tells how the model came to be.
	Card() Card
	// Predict answers inputs in their order.
	Predict(ctx context.Context, inputs []Input) ([]Prediction, error)
	// Explain tells how much each character spoke for label. Fault: UnknownLabel.
	Explain(ctx context.Context, input Input, label string) (Explanation, error)
	// Witnesses are the training rows that weighed most for or against label at
	// this input, the heaviest first. Faults: UnknownLabel; NoRows when the
	// model was loaded without its rows.
	Witnesses(ctx context.Context, input Input, label string, most int) ([]Witness, error)
	// Save writes the model: no ids, no times, same seed same bytes.
	Save(w io.Writer) error
	// SaveRows writes what Witnesses needs. It holds row ids and features, no
	// text. Fault: NoRows.
	SaveRows(w io.Writer) error
}

// Reader is a Model of Spans that can tell several whole readings of a text.
type Reader interface {
	Model
	// Readings gives up to most readings, the likeliest first; there is always one.
	// Predict may choose another, where that misses less. most is held to 1…MostReadings.
	Readings(ctx context.Context, in Input, most int) ([]Reading, error)
}

// Readings asks a model for several readings. Fault: NoReadings.
func Readings(ctx context.Context, m Model, in Input, most int) ([]Reading, error) {
	r, can := m.(Reader)
	if !can {
		return nil, NoReadings.With("learner", m.Learner())
	}
	return r.Readings(ctx, in, most)
}

// MostReadings is how many readings one text is given at most.
const MostReadings = 50

// Find gives the learner of that name. Fault: UnknownLearner.
func Find(learners []Learner, name string) (Learner, error) {
	for _, l := range learners {
		if l.Spec().Name == name {
			return l, nil
		}
	}
	return nil, UnknownLearner.With("learner", name)
}
