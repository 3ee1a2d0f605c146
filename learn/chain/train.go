package chain

import (
	"context"
	"runtime"
	"slices"
	"sync"

	"zhuomo/internal/jobs"
	"zhuomo/internal/spec"
	"zhuomo/learn"
)

// trainer holds examples until the next fit.
type trainer struct {
	labels   []string
	values   spec.Values
	settings settings
	options  learn.Options
	items    []learn.Example
	known    *lists // those of the fit under way
	rules    *rules
}

// Put adds or replaces examples. See learn.Trainer.
func (t *trainer) Put(examples ...learn.Example) error {
	for i := range examples {
		if err := learn.CheckExample(learn.Spans, t.labels, &examples[i], i); err != nil {
			return err
		}
	}
	place := make(map[string]int, len(t.items))
	for i := range t.items {
		place[t.items[i].RowID] = i
	}
	for _, e := range examples {
		e.Spans = slices.Clone(e.Spans)
		if at, held := place[e.RowID]; held && e.RowID != "" {
			t.items[at] = e
			continue
		}
		place[e.RowID] = len(t.items)
		t.items = append(t.items, e)
	}
	return nil
}

// Drop removes examples. See learn.Trainer.
func (t *trainer) Drop(rowIDs ...string) {
	t.items = slices.DeleteFunc(t.items, func(e learn.Example) bool { return e.RowID != "" && slices.Contains(rowIDs, e.RowID) })
}

// Len is the number of examples held.
func (t *trainer) Len() int { return len(t.items) }

// Fit fits on all that is held. See learn.Trainer.
func (t *trainer) Fit(ctx context.Context) (learn.Model, error) {
	if err := (learn.Data{Task: learn.Spans, Labels: t.labels, Examples: t.items}).Check(); err != nil {
		return nil, err
	}
	workers := t.options.Workers
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	fine := t.fine()
	given, err := t.chosenLists()
	if err != nil {
		return nil, err
	}
	t.known = newLists(given, fine)
	if t.rules, err = newRules(t.settings, t.labels, t.known); err != nil {
		return nil, err
	}
	texts, err := t.readAll(ctx, t.items, fine, workers)
	if err != nil {
		return nil, err
	}
	gold, widened := t.gold(t.items, texts)
	kept, held := t.part()
	fits := 1
	if t.settings.way == passiveWay {
		fits = t.settings.fits
	}
	rounds := fits
	if len(held) > 0 {
		rounds++ // the rehearsal, which is one fit
	}
	tell, finish := t.teller(rounds * len(gold) * t.settings.passes)

	m := t.newModel(fine, widened)
	var c calibration
	var figures map[string]float64
	var trial error
	rehearse := func(workers int) {
		var part *model
		if part, _, trial = t.solve(ctx, t.newModel(fine, widened), texts, gold, kept, 1, workers, tell); trial == nil {
			c, figures, trial = part.calibrate(ctx, pick(t.items, held), pick(texts, held), pickGold(gold, held), workers)
		}
	}
	var wait sync.WaitGroup
	half := workers / 2
	if len(held) > 0 && half > 0 {
		wait.Go(func() { rehearse(half) })
		workers -= half
	}
	m, support, err := t.solve(ctx, m, texts, gold, all(len(t.items)), fits, workers, tell)
	wait.Wait()
	if err == nil && len(held) > 0 && half == 0 {
		rehearse(workers)
	}
	if err == nil {
		err = trial
	}
	if err == nil && len(held) == 0 {
		c, figures, err = t.onDev(ctx, m, workers)
	}
	if err != nil {
		return nil, err
	}
	m.Calibration, m.Held, m.support = c, figures, support
	finish()
	return m, nil
}

// solve learns each layer from rows of texts and puts what it found into m.
func (t *trainer) solve(ctx context.Context, m *model, texts []row, gold [][][]uint8, rows []int32, fits, workers int, tell func()) (*model, *support, error) {
	p := &problem{
		unitAt: make([]int, len(texts)+1), rows: rows, weight: make([]float32, len(texts)),
		passes: t.settings.passes, fits: fits, cost: t.settings.cost, seed: t.options.Seed, tell: tell,
	}
	units, keys := 0, 0
	for i := range texts {
		units, keys = units+len(texts[i].units), keys+len(texts[i].keys)
		p.unitAt[i+1] = units
		if p.weight[i] = t.items[i].Weight; p.weight[i] == 0 {
			p.weight[i] = 1
		}
	}
	x := t.count(texts, rows)
	p.at, p.idx = make([]int, 1, units+1), make([]uint32, 0, keys)
	for i := range texts {
		r := &texts[i]
		for u := range r.units {
			for _, key := range r.keys[r.at[u]:r.at[u+1]] {
				if f, known := x.find(key); known {
					p.idx = append(p.idx, f)
				}
			}
			p.at = append(p.at, len(p.idx))
		}
	}
	p.features, p.tags = x.n, m.tags()
	m.index = x
	var duals [][][]multiplier
	for k, layer := range gold {
		if p.gold = layer; k > 0 {
			t.above(p, x, k-1, gold[k-1])
		}
		s, err := t.one(ctx, p, workers)
		if err != nil {
			return nil, nil, err
		}
		s.w.bound()
		m.layers, duals = append(m.layers, s.w), append(duals, s.dual)
	}
	m.settle()
	return m, newSupport(m, p, t.items, duals), nil
}

// above adds what layer j has to the features of all texts, for the layer after it.
func (t *trainer) above(p *problem, x *index, j int, tags [][]uint8) {
	r := &reader{fine: t.fine()}
	at, idx := make([]int, 1, len(p.at)), make([]uint32, 0, len(p.idx)+6*len(p.at))
	learns := make([]bool, len(tags))
	for _, i := range p.rows {
		learns[i] = true
	}
	for i := range tags {
		r.read(t.items[i].Text)
		for u := range tags[i] {
			place := p.unitAt[i] + u
			idx = append(idx, p.idx[p.at[place]:p.at[place+1]]...)
			if learns[i] {
				r.below(j, tags[i], u, func(key uint64, _ reach) { idx = append(idx, x.put(key)) })
			}
			at = append(at, len(idx))
		}
	}
	p.at, p.idx, p.features = at, idx, x.n
}

func (t *trainer) one(ctx context.Context, p *problem, workers int) (*solution, error) {
	switch t.settings.way {
	case descentWay:
		return descent(ctx, p)
	case newtonWay:
		return quasiNewton(ctx, p, workers)
	}
	return meanPassive(ctx, p, p.fits, workers)
}

// count numbers the features that occur often enough, as they come.
func (t *trainer) count(texts []row, rows []int32) *index {
	total := 0
	for _, i := range rows {
		total += len(texts[i].keys)
	}
	if t.settings.leastRows < 2 {
		x := newIndex(total / 4)
		for _, i := range rows {
			for _, key := range texts[i].keys {
				x.put(key)
			}
		}
		return x
	}
	often := newIndex(total / 4)
	var times []int
	for _, i := range rows {
		for _, key := range texts[i].keys {
			if id := often.put(key); int(id) == len(times) {
				times = append(times, 1)
			} else {
				times[id]++
			}
		}
	}
	x := newIndex(len(times))
	for _, i := range rows {
		for _, key := range texts[i].keys {
			if id, _ := often.find(key); times[id] >= t.settings.leastRows {
				x.put(key)
			}
		}
	}
	return x
}

// fine tells whether every character is a unit. Where more than one stretch in
// two hundred would cut a word, words are too coarse.
func (t *trainer) fine() bool {
	if t.settings.unit != autoUnit {
		return t.settings.unit == charUnit
	}
	spans, cuts := 0, 0
	for i := range t.items {
		if len(t.items[i].Spans) == 0 {
			continue
		}
		units := cut([]rune(t.items[i].Text), false, nil)
		for _, s := range t.items[i].Spans {
			spans++
			if from, to, exact := cover(units, s.Start, s.End); from < to && !exact {
				cuts++
			}
		}
	}
	return cuts*200 > spans
}

func (t *trainer) readAll(ctx context.Context, examples []learn.Example, fine bool, workers int) ([]row, error) {
	texts := make([]row, len(examples))
	readers := sync.Pool{New: func() any { return &reader{fine: fine, lists: t.known.desk()} }}
	err := jobs.EachChunk(ctx, len(examples), workers, func(_, from, to int) error {
		r := readers.Get().(*reader)
		defer readers.Put(r)
		for i := from; i < to; i++ {
			texts[i] = r.read(examples[i].Text).clone()
		}
		return ctx.Err()
	})
	return texts, err
}

// gold writes the tags of each layer and text, and counts the stretches that
// were widened to whole words.
func (t *trainer) gold(examples []learn.Example, texts []row) (gold [][][]uint8, widened int) {
	s := (&model{header: header{Labels: t.labels, Ends: t.settings.ends(len(t.labels))}}).tags()
	byText := make([][][]piece, len(examples))
	most := 1
	for i, e := range examples {
		var pieces []piece
		for _, sp := range e.Spans {
			from, to, exact := cover(texts[i].units, sp.Start, sp.End)
			if from >= to {
				continue
			}
			if !exact {
				widened++
			}
			pieces = append(pieces, piece{from, to, sp.Label})
		}
		byText[i] = layers(pieces, t.settings.layers)
		most = max(most, len(byText[i]))
	}
	gold = make([][][]uint8, most)
	for k := range gold {
		gold[k] = make([][]uint8, len(examples))
		for i, l := range byText {
			var own []piece
			if k < len(l) {
				own = l[k]
			}
			gold[k][i] = s.write(len(texts[i].units), own)
		}
	}
	return gold, widened
}

// part chooses the rows held back for calibration; none where Options.Dev is
// given or what is left could not be learnt from.
func (t *trainer) part() (kept, held []int32) {
	if t.options.Dev != nil || t.settings.held == 0 {
		return nil, nil
	}
	kept, held = learn.HoldBack(len(t.items), t.settings.held, t.options.Seed, func(i int) (group, id string) { return t.items[i].Group, t.items[i].RowID })
	left := make([]bool, len(t.labels))
	for _, i := range kept {
		t.items[i].Mark(left)
	}
	if learn.CheckSeen(learn.Spans, t.labels, left) != nil {
		return nil, nil
	}
	return kept, held
}

// onDev calibrates on Options.Dev, or not at all where there is none.
func (t *trainer) onDev(ctx context.Context, m *model, workers int) (calibration, map[string]float64, error) {
	if t.options.Dev == nil {
		return m.calibrate(ctx, nil, nil, make([][][]uint8, len(m.layers)), workers)
	}
	texts, err := t.readAll(ctx, t.options.Dev.Examples, m.Fine, workers)
	if err != nil {
		return calibration{}, nil, err
	}
	gold, _ := t.gold(t.options.Dev.Examples, texts)
	for len(gold) < len(m.layers) { // no stretch lies that deep in dev
		gold = append(gold, make([][]uint8, len(texts)))
		for i := range texts {
			gold[len(gold)-1][i] = make([]uint8, len(texts[i].units))
		}
	}
	return m.calibrate(ctx, t.options.Dev.Examples, texts, gold[:len(m.layers)], workers)
}

// teller counts passes for Progress; finish tells those that were not needed.
func (t *trainer) teller(total int) (tell, finish func()) {
	if t.options.Progress == nil {
		return nil, func() {}
	}
	var mu sync.Mutex // guards done
	done := 0
	tell = func() {
		mu.Lock()
		defer mu.Unlock()
		done = min(done+1, total)
		t.options.Progress(done, total)
	}
	return tell, func() { t.options.Progress(total, total) }
}

func all(n int) []int32 {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

func pick[T any](list []T, rows []int32) []T {
	out := make([]T, len(rows))
	for k, i := range rows {
		out[k] = list[i]
	}
	return out
}

func pickGold(gold [][][]uint8, rows []int32) [][][]uint8 {
	out := make([][][]uint8, len(gold))
	for k := range gold {
		out[k] = pick(gold[k], rows)
	}
	return out
}
