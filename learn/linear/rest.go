package linear

import (
	"context"
	"math"
	"slices"

	"zhuomo/learn"
	"zhuomo/learn/calibrate"
	"zhuomo/learn/kernel"
)

// leastSure is the least that a guessed row counts, as a share of rest_weight.
const leastSure = 0.05

// guesses is how often the labels of the rest are guessed and learnt from.
const guesses = 2

// fitWithRest learns from labelled rows, guesses the labels of the rest, and
// learns from all, a guessed row counting as much as the guess is sure; then
// guesses anew. The rest also tells which pieces are rare. What else was tried stands in
// docs/adr/0016-knowing.md.
//
// Order:  as Learner.Fit.
// Cost:   two fits on the labelled rows, 2·guesses on all.
// Source: Scudder 1965 (learning from one's own guesses); Lee 2013, "Pseudo-label".
func (t *trainer) fitWithRest(ctx context.Context, workers int) (learn.Model, error) {
	wide, err := t.widened(ctx, workers)
	if err != nil {
		return nil, err
	}
	sp, err := newSpace(wide.rows, len(wide.items), len(t.labels), t.settings, t.dense)
	if err != nil {
		return nil, err
	}
	x, err := encodeAll(ctx, wide.texts, t.settings.shape().groups(), sp, nil, workers)
	if err != nil {
		return nil, err
	}
	kept, held := t.part()
	fits := 1 + guesses
	if len(held) > 0 {
		fits *= 2
	}
	tell := t.teller(fits * t.settings.passes).tell
	var c calibrated
	if len(held) > 0 {
		_, s, err := wide.guided(ctx, x, sp, kept, len(t.items), tell)
		if err != nil {
			return nil, err
		}
		if c, err = wide.onHeld(ctx, s.w, sp, held, workers); err != nil {
			return nil, err
		}
	}
	guessed, s, err := wide.guided(ctx, x, sp, all(len(t.items)), len(t.items), tell)
	if err != nil {
		return nil, err
	}
	if len(held) == 0 {
		if c, err = wide.onDev(ctx, s.w, sp, workers); err != nil {
			return nil, err
		}
	}
	m := newModel(guessed, sp, s, x, c)
	m.Examples = len(t.items)
	return m, nil
}

// widened is a trainer that also holds the rest, without labels; it shares what
// t holds and must not be changed.
func (t *trainer) widened(ctx context.Context, workers int) (*trainer, error) {
	texts, err := readAll(ctx, t.options.Rest, t.settings.shape(), workers)
	if err != nil {
		return nil, err
	}
	wide := *t
	wide.items, wide.texts, wide.rows = slices.Clone(t.items), slices.Concat(t.texts, texts), slices.Clone(t.rows)
	for i, e := range t.options.Rest {
		wide.items = append(wide.items, item{id: e.RowID, group: e.Group, weight: 1})
		wide.remember(len(t.items) + i)
	}
	return &wide, nil
}

// guided fits on the labelled rows, guesses rows from place rest on, fits on
// both, guesses again, and so on; it gives the trainer whose items carry the guesses.
func (t *trainer) guided(ctx context.Context, x *matrix, sp *space, labelled []int32, rest int, tell func()) (*trainer, *solution, error) {
	first := t.problem(x, sp, labelled)
	first.tell = tell
	s, err := t.solve(ctx, first, 1)
	if err != nil {
		return nil, nil, err
	}
	classes, stride := len(t.labels), kernel.Pad(len(t.labels))
	lanes, p := make([]float32, stride), make([]float64, classes)
	sharp := calibrate.Calibration{Temperature: usual.Temperature}
	rows := slices.Clone(labelled)
	for i := rest; i < len(t.items); i++ {
		rows = append(rows, int32(i))
	}
	guessed := *t
	for range guesses {
		guessed.items = slices.Clone(t.items)
		for i := rest; i < len(t.items); i++ {
			idx, val := x.row(i)
			clear(lanes)
			kernel.Gather(lanes, s.w, stride, idx, val)
			best := calibrate.Best(lanes[:classes])
			sharp.Probabilities(true, lanes[:classes], p)
			guessed.items[i].labels = []int{best}
			guessed.items[i].weight = t.settings.restWeight * float32(math.Max(leastSure, p[best]))
		}
		both := guessed.problem(x, sp, rows)
		both.tell = tell
		if s, err = t.solve(ctx, both, 1); err != nil {
			return nil, nil, err
		}
	}
	return &guessed, s, nil
}
