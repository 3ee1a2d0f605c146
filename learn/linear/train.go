package linear

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sync"

	"zhuomo/internal/jobs"
	"zhuomo/internal/spec"
	"zhuomo/learn"
)

// trainer holds examples as n-grams and counts in how many examples each bucket
// occurs; both are kept up to date by Put and Drop, so that a fit begins with
// weighing.
type trainer struct {
	task     learn.Task
	labels   []string
	rising   []int // as the model's
	values   spec.Values
	settings settings
	options  learn.Options

	items []item
	texts []grams        // by place in items
	place map[string]int // row id → place in items; rows without id are not in it
	rows  []uint32       // by bucket: examples that have it
	dense int            // numbers of each example's vector; -1 before the first
	last  *going         // what Refine goes on from; nil before a fit, and after Put and Drop
}

// item is an example without its text.
type item struct {
	id, group string
	labels    []int
	weight    float32
	guessed   bool
}

// Put adds or replaces examples. See learn.Trainer.
func (t *trainer) Put(examples ...learn.Example) error {
	for i := range examples {
		if err := learn.CheckExample(t.task, t.labels, &examples[i], i); err != nil {
			return err
		}
	}
	if err := t.fits(examples); err != nil {
		return err
	}
	t.last = nil
	var fresh []learn.Example
	for _, e := range examples {
		at, held := t.place[e.RowID]
		if !held || e.RowID == "" {
			if e.RowID != "" {
				t.place[e.RowID] = len(t.items) + len(fresh)
			}
			fresh = append(fresh, e)
			continue
		}
		if at >= len(t.items) { // twice in this call: the later one counts
			fresh[at-len(t.items)] = e
			continue
		}
		t.forget(at)
		text := newReader(t.settings.shape()).read(e.Input()).clone()
		t.items[at], t.texts[at] = itemOf(e), text
		t.remember(at)
	}
	return t.read(context.Background(), fresh)
}

// fits tells whether examples have vectors of the length that is held. Faults: BadVector.
func (t *trainer) fits(examples []learn.Example) error {
	for i, e := range examples {
		if t.dense < 0 {
			t.dense = len(e.Vector)
		}
		if len(e.Vector) != t.dense {
			return learn.BadVector.With("record", i+1, "row", e.RowID, "got", len(e.Vector), "want", t.dense)
		}
	}
	return nil
}

// Drop removes examples. See learn.Trainer.
func (t *trainer) Drop(rowIDs ...string) {
	gone := make(map[int]bool, len(rowIDs))
	for _, id := range rowIDs {
		if at, held := t.place[id]; held {
			t.forget(at)
			delete(t.place, id)
			gone[at] = true
		}
	}
	if len(gone) == 0 {
		return
	}
	t.last = nil
	kept := 0
	for i := range t.items {
		if gone[i] {
			continue
		}
		t.items[kept], t.texts[kept] = t.items[i], t.texts[i]
		if id := t.items[kept].id; id != "" {
			t.place[id] = kept
		}
		kept++
	}
	clear(t.items[kept:])
	clear(t.texts[kept:])
	t.items, t.texts = t.items[:kept], t.texts[:kept]
}

// Len is the number of examples held.
func (t *trainer) Len() int { return len(t.items) }

// read appends examples as they come.
func (t *trainer) read(ctx context.Context, examples []learn.Example) error {
	base := len(t.items)
	texts, err := readAll(ctx, examples, t.settings.shape(), t.options.Workers)
	if err != nil {
		return err
	}
	t.texts = append(t.texts, texts...)
	for i, e := range examples {
		t.items = append(t.items, itemOf(e))
		if e.RowID != "" {
			t.place[e.RowID] = base + i
		}
		t.remember(base + i)
	}
	return nil
}

func readAll(ctx context.Context, examples []learn.Example, s shape, workers int) ([]grams, error) {
	texts := make([]grams, len(examples))
	readers := sync.Pool{New: func() any { return newReader(s) }}
	err := jobs.EachChunk(ctx, len(examples), workers, func(_, from, to int) error {
		r := readers.Get().(*reader)
		defer readers.Put(r)
		for i := from; i < to; i++ {
			texts[i] = r.read(examples[i].Input()).clone()
		}
		return nil
	})
	return texts, err
}

func itemOf(e learn.Example) item {
	weight := e.Weight
	if weight == 0 {
		weight = 1
	}
	return item{id: e.RowID, group: e.Group, labels: slices.Clone(e.Labels), weight: weight, guessed: e.Guessed}
}

func (t *trainer) remember(at int) {
	for _, b := range t.texts[at].bucket {
		t.rows[b]++
	}
}

func (t *trainer) forget(at int) {
	for _, b := range t.texts[at].bucket {
		t.rows[b]--
	}
}

// Fit fits on all that is held. See learn.Trainer.
func (t *trainer) Fit(ctx context.Context) (learn.Model, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	workers := t.options.Workers
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	if len(t.options.Rest) > 0 {
		return t.fitWithRest(ctx, workers)
	}
	sp, err := newSpace(t.rows, len(t.items), len(t.labels), t.settings, t.dense)
	if err != nil {
		return nil, err
	}
	x, err := encodeAll(ctx, t.texts, t.settings.shape().groups(), sp, nil, workers)
	if err != nil {
		return nil, err
	}
	whole := t.problem(x, sp, all(len(t.items)))
	splits := t.splits()
	rounds := 1 + len(splits)
	progress := t.teller(rounds * whole.passes)
	whole.tell = progress.tell

	var c calibrated
	var trial error
	rehearse := func(workers int, w way) (calibrated, error) {
		var all scored
		for _, split := range splits {
			part := t.problem(x, sp, split.kept)
			part.tell, part.way = progress.tell, w
			s, err := t.solve(ctx, part, workers)
			if err != nil {
				return calibrated{}, err
			}
			if err := t.scoreHeld(ctx, &all, s.w, sp, split.held, workers); err != nil {
				return calibrated{}, err
			}
		}
		return t.settle(all), nil
	}
	// The rehearsal without the held-back rows and the fit on all run side by side.
	var wait sync.WaitGroup
	if half := workers / 2; len(splits) > 0 && half > 0 {
		wait.Go(func() { c, trial = rehearse(half, whole.way) })
		workers -= half
	}
	s, err := t.solve(ctx, whole, workers)
	wait.Wait()
	if err == nil && len(splits) > 0 && c.examples == 0 && trial == nil {
		c, trial = rehearse(workers, whole.way)
	}
	if err != nil || trial != nil {
		return nil, firstOf(err, trial)
	}
	if len(splits) == 0 {
		if c, err = t.onDev(ctx, s.w, sp, workers); err != nil {
			return nil, err
		}
	}
	usual := whole.way
	for _, w := range t.otherWays(c) {
		progress.more((rounds - 1) * whole.passes)
		tried, fitted := calibrated{}, s
		if len(splits) > 0 {
			tried, err = rehearse(workers, w)
		} else {
			anew := *whole
			anew.way = w
			progress.more(whole.passes)
			if fitted, err = t.solve(ctx, &anew, workers); err == nil {
				tried, err = t.onDev(ctx, fitted.w, sp, workers)
			}
		}
		if err != nil {
			return nil, err
		}
		if tried.right(t.task) > c.right(t.task) {
			c, s, whole.way = tried, fitted, w
		}
	}
	if whole.way != usual && len(splits) > 0 {
		progress.more(whole.passes)
		if s, err = t.solve(ctx, whole, workers); err != nil {
			return nil, err
		}
	}
	rowOf := make([]int32, len(t.items))
	for i := range rowOf {
		rowOf[i] = int32(i)
	}
	t.last = &going{space: sp, rows: x, solution: s, calibrated: c, rowOf: rowOf, other: whole.way != usual || whole.softmax}
	m := newModel(t, sp, s, x, c)
	if whole.softmax {
		m.Params["loss"] = "softmax"
	}
	if whole.cost != usual.cost {
		m.Params["cost"] = t.smoother()
	}
	return m, nil
}

// way is how errors count.
type way struct {
	softmax bool // the loss, for one label a row
	cost    float32
}

const (
	// doubtful is the share of held-back rows that are wholly right below which other ways
	// are tried. Above it they differ by less than the time is worth (docs/adr/0043-which-loss.md).
	doubtful = 0.75
	// leastJudges is the least number of held-back rows that can tell two ways apart.
	leastJudges = 200
	// milder and mildest are what a smoother fit's cost is to the usual one, for one label
	// a row and for several.
	milder, mildest = 0.4, 0.25
)

// otherWays are the ways to try beside the usual one, none where that is right enough.
func (t *trainer) otherWays(c calibrated) (ways []way) {
	if !t.settings.eitherLoss || c.examples < leastJudges || c.figures["accuracy"] >= doubtful {
		return nil
	}
	smooth := way{cost: float32(t.smoother())}
	if t.task != learn.Single {
		return []way{smooth}
	}
	return []way{{softmax: true, cost: t.settings.cost}, smooth}
}

// smoother is the smaller cost that is tried, as a parameter may be.
func (t *trainer) smoother() float64 {
	share := milder
	if t.task != learn.Single {
		share = mildest
	}
	return max(0.01, math.Round(1e4*share*float64(t.settings.cost))/1e4)
}

// right is how often held-back rows are right: wholly, and for several labels a row also
// label by label, as for their threshold.
func (c *calibrated) right(task learn.Task) float64 {
	if task == learn.Single {
		return c.figures["accuracy"]
	}
	return c.figures["accuracy"] + c.figures["micro_f1"]
}

func (t *trainer) check() error {
	if len(t.items) == 0 {
		return learn.NoExamples.With()
	}
	if t.options.Dev != nil {
		if err := t.fits(t.options.Dev.Examples); err != nil {
			return err
		}
	}
	if err := t.fits(t.options.Rest); err != nil {
		return err
	}
	seen := make([]bool, len(t.labels))
	for _, it := range t.items {
		for _, l := range it.labels {
			seen[l] = true
		}
	}
	return learn.CheckSeen(t.task, t.labels, seen)
}

func (t *trainer) problem(x *matrix, sp *space, rows []int32) *problem {
	p := &problem{
		x: x, rows: rows, labels: make([][]int, len(t.items)), weights: make([]float32, len(t.items)),
		classes: len(t.labels), features: sp.features(), way: way{t.settings.softmax, t.settings.cost}, passes: t.settings.passes, seed: t.options.Seed,
	}
	even := t.even()
	for i, it := range t.items {
		p.labels[i], p.weights[i] = it.labels, it.weight
		if even != nil && len(it.labels) == 1 {
			p.weights[i] *= even[it.labels[0]]
		}
	}
	return p
}

// even is what the rows of each label count so that rare labels are heard: with
// balance 1 all labels that occur weigh the same in sum, and all rows together
// what they weighed before. nil: as they are.
func (t *trainer) even() []float32 {
	if t.settings.balance == 0 || t.task != learn.Single {
		return nil
	}
	count, kinds, whole := make([]float64, len(t.labels)), 0, 0.0
	for _, it := range t.items {
		if len(it.labels) == 1 {
			if count[it.labels[0]] == 0 {
				kinds++
			}
			count[it.labels[0]] += float64(it.weight)
			whole += float64(it.weight)
		}
	}
	out := make([]float32, len(count))
	for l, n := range count {
		if n > 0 {
			out[l] = float32(math.Pow(whole/(float64(kinds)*n), t.settings.balance))
		}
	}
	return out
}

func (t *trainer) solve(ctx context.Context, p *problem, workers int) (*solution, error) {
	switch {
	case t.task == learn.Single && p.softmax:
		return softmax(ctx, p)
	case t.task == learn.Single:
		return crammerSinger(ctx, p)
	}
	return oneAgainstRest(ctx, p, workers)
}

// teller counts passes for Progress.
type teller struct {
	say func(done, total int)

	mu          sync.Mutex // guards those below
	done, total int
}

func (t *trainer) teller(total int) *teller { return &teller{say: t.options.Progress, total: total} }

// tell counts a pass.
func (t *teller) tell() {
	if t.say == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done++
	t.say(t.done, t.total)
}

// more tells that so many more passes, or fewer, are to come.
func (t *teller) more(passes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.total += passes
}

func all(n int) []int32 {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// clone copies g into memory of its own.
func (g *grams) clone() grams {
	return grams{bucket: slices.Clone(g.bucket), count: slices.Clone(g.count), ends: g.ends, latin: g.latin, vector: g.vector}
}
