package linear

import (
	"context"
	"slices"

	"zhuomo/learn"
	"zhuomo/learn/calibrate"
	"zhuomo/learn/kernel"
)

// mostScores bounds the scores of held-back rows, 1 GiB.
const mostScores = 1 << 28

// part chooses the rows held back for calibration. It holds nothing back where
// Options.Dev is given or what is left could not be learnt from.
func (t *trainer) part() (kept, held []int32) {
	if t.options.Dev != nil || t.settings.held == 0 {
		return nil, nil
	}
	kept, held = learn.HoldBack(len(t.items), t.settings.held, t.options.Seed, func(i int) (group, id string) { return t.items[i].group, t.items[i].id })
	if slices.ContainsFunc(t.items, func(i item) bool { return i.guessed }) {
		for _, i := range held {
			if t.items[i].guessed {
				kept = append(kept, i)
			}
		}
		slices.Sort(kept)
		held = slices.DeleteFunc(held, func(i int32) bool { return t.items[i].guessed })
	}
	if most := mostScores / len(t.labels); len(held) > most { // an even part of them goes back
		n, all := 0, len(held)
		for i, row := range held {
			if i*most/all != (i+1)*most/all {
				held[n] = row
				n++
			} else {
				kept = append(kept, row)
			}
		}
		held = held[:n]
		slices.Sort(kept)
	}
	if !t.learnable(kept) {
		return nil, nil
	}
	return kept, held
}

// usual is measured over the sets of docs/adr/0002-linear-learner.md.
var usual = calibrate.Usual{Temperature: 0.22, Slope: 3}

// What the parts of home weigh, compared on the test part of CLINC150 (ADR 0016): its
// figures there are not blind.
const (
	familiarWeight = 0.5
	noneWeight     = 0.5
)

// calibrated is a calibration with its figures.
type calibrated struct {
	calibrate.Calibration
	figures  map[string]float64
	examples int
}

// split is a part of the rows to learn from and one to judge by.
type split struct{ kept, held []int32 }

const (
	// fewRows is up to how many rows with one label each every row is judged by a fit
	// without it, since a part of them would be too few to calibrate on.
	fewRows = 500
	inTurn  = 5
)

// splits are the parts by which to calibrate: with few rows each part in turn, with more
// one that is held back; none where nothing can be held back.
func (t *trainer) splits() []split {
	gold := 0
	for _, it := range t.items {
		if !it.guessed {
			gold++
		}
	}
	if t.task == learn.Single && gold <= fewRows {
		if turns := t.turns(); turns != nil {
			return turns
		}
	}
	if kept, held := t.part(); len(held) > 0 {
		return []split{{kept, held}}
	}
	return nil
}

// turns holds back each part in turn, nil where what is left of one could not be learnt
// from. What a teacher guessed is only learnt from.
func (t *trainer) turns() []split {
	if t.options.Dev != nil || t.settings.held == 0 {
		return nil
	}
	examples := make([]learn.Example, len(t.items))
	for i, it := range t.items {
		examples[i] = learn.Example{Labels: it.labels, Group: it.group}
	}
	turns := make([]split, inTurn)
	for i, own := range learn.Parts(examples, len(t.labels), inTurn) {
		for turn := range turns {
			if s := &turns[turn]; turn == own && !t.items[i].guessed {
				s.held = append(s.held, int32(i))
			} else {
				s.kept = append(s.kept, int32(i))
			}
		}
	}
	turns = slices.DeleteFunc(turns, func(s split) bool { return len(s.held) == 0 })
	for _, s := range turns {
		if !t.learnable(s.kept) {
			return nil
		}
	}
	return turns
}

// learnable tells whether rows have enough labels.
func (t *trainer) learnable(rows []int32) bool {
	left := make([]bool, len(t.labels))
	for _, i := range rows {
		for _, l := range t.items[i].labels {
			left[l] = true
		}
	}
	return learn.CheckSeen(t.task, t.labels, left) == nil
}

// scored are the scores of rows that the weights had not seen.
type scored struct {
	scores, familiar []float32
	labels           [][]int
}

// onHeld calibrates on held-back rows, which w has not seen.
func (t *trainer) onHeld(ctx context.Context, w []float32, sp *space, held []int32, workers int) (calibrated, error) {
	var all scored
	if err := t.scoreHeld(ctx, &all, w, sp, held, workers); err != nil {
		return calibrated{}, err
	}
	return t.settle(all), nil
}

// scoreHeld appends the scores of held-back rows, which w has not seen. Buckets that
// occur in these rows only count as never seen.
func (t *trainer) scoreHeld(ctx context.Context, into *scored, w []float32, sp *space, held []int32, workers int) error {
	texts, labels := make([]grams, len(held)), make([][]int, len(held))
	only := make([]uint32, len(t.rows))
	for k, i := range held {
		texts[k], labels[k] = t.texts[i], t.items[i].labels
		for _, b := range texts[k].bucket {
			only[b]++
		}
	}
	known := func(b uint32) bool { return t.rows[b] > only[b] }
	return t.score(ctx, into, w, sp, texts, labels, known, workers)
}

// onDev calibrates on Options.Dev, or not at all where there is none.
func (t *trainer) onDev(ctx context.Context, w []float32, sp *space, workers int) (calibrated, error) {
	if t.options.Dev == nil {
		return t.settle(scored{}), nil
	}
	texts, err := readAll(ctx, t.options.Dev.Examples, t.settings.shape(), workers)
	if err != nil {
		return calibrated{}, err
	}
	labels := make([][]int, len(texts))
	for i, e := range t.options.Dev.Examples {
		labels[i] = e.Labels
	}
	var all scored
	if err := t.score(ctx, &all, w, sp, texts, labels, nil, workers); err != nil {
		return calibrated{}, err
	}
	return t.settle(all), nil
}

// score appends the scores of texts.
func (t *trainer) score(ctx context.Context, into *scored, w []float32, sp *space, texts []grams, labels [][]int, known func(uint32) bool, workers int) error {
	x, err := encodeAll(ctx, texts, t.settings.shape().groups(), sp, known, workers)
	if err != nil {
		return err
	}
	lanes := make([]float32, kernel.Pad(len(t.labels)))
	into.scores = slices.Grow(into.scores, len(texts)*len(t.labels))
	for i := range texts {
		idx, val := x.row(i)
		clear(lanes)
		kernel.Gather(lanes, w, len(lanes), idx, val)
		into.scores = append(into.scores, lanes[:len(t.labels)]...)
	}
	into.familiar, into.labels = append(into.familiar, x.familiar...), append(into.labels, labels...)
	return nil
}

// settle finds the calibration for scores, and what is none of the labels.
func (t *trainer) settle(all scored) calibrated {
	single, classes := t.task == learn.Single, len(t.labels)
	c := calibrated{Calibration: calibrate.Fit(usual, single, t.labelled(), all.scores, classes, all.labels), examples: len(all.labels)}
	c.Settle(calibrate.Scope{Familiar: familiarWeight, None: t.none(), Weight: noneWeight}, t.settings.rejects, all.scores, classes, all.familiar, all.labels)
	c.figures = c.Figures(single, all.scores, classes, all.labels)
	c.ScopeFigures(c.figures, all.scores, classes, all.familiar, all.labels)
	return c
}

// labelled tells whether every row held has a label.
func (t *trainer) labelled() bool {
	return !slices.ContainsFunc(t.items, func(i item) bool { return len(i.labels) == 0 && !i.guessed })
}

// none is the label whose rows are none of these, or -1 where no row has it.
func (t *trainer) none() int {
	at := slices.Index(t.labels, t.settings.none)
	if at >= 0 && slices.ContainsFunc(t.items, func(i item) bool { return has(i.labels, at) }) {
		return at
	}
	return -1
}
