package clean

import (
	"context"
	"fmt"
	"runtime"

	"zhuomo/dataset"
	"zhuomo/internal/fault"
	"zhuomo/internal/jobs"
	"zhuomo/internal/spec"
)

// Plan is a recipe bound to the columns of a version.
type Plan struct {
	Schema dataset.Schema
	steps  []bound
}

type bound struct {
	spec Spec
	step Step
	off  bool
}

// Bind prepares the steps for a schema; steps that are off are checked too.
// Faults: those of Operator.Prepare.
func Bind(steps []Planned, schema dataset.Schema) (*Plan, error) {
	p := &Plan{Schema: schema}
	for i, s := range steps {
		step, err := s.Operator.Prepare(s.Values, schema)
		if err != nil {
			return nil, atStep(err, i)
		}
		p.steps = append(p.steps, bound{s.Operator.Spec(), step, s.Off})
	}
	return p, nil
}

// atStep names the step, counted from 0 after inclusion, in the field of a fault.
func atStep(err error, step int) error {
	f := fault.Of(err)
	if f.Def == fault.Internal {
		return err
	}
	copied := *f
	return copied.At(fmt.Sprintf("steps[%d].with.%s", step, f.Field))
}

// StepCount tells what one step did.
type StepCount struct {
	Step     int            `json:"step"` // from 1
	Operator string         `json:"operator" table:"算子|operator"`
	Title    spec.Text      `json:"title"`
	Off      bool           `json:"off,omitempty"`
	RowsIn   int            `json:"rows_in" table:"进|in"`
	Rows     int            `json:"rows_changed" table:"改动行|changed"`
	Cells    int            `json:"cells_changed" table:"改动格|cells"`
	Aside    int            `json:"set_aside" table:"隔离|aside"`
	Split    int            `json:"rows_added" table:"拆增|added"` // by splits
	Codes    map[string]int `json:"codes"`                       // findings and reasons, by code
}

// Change is what one step did to one cell. The text before and after follow from
// the row as it was read and the changes in order: at byte At, Old became New.
type Change struct {
	Step   int    `json:"s"`
	Column int    `json:"c"`
	Code   string `json:"k"`
	At     int    `json:"at"`
	Old    string `json:"o"`
	New    string `json:"n"`
}

// Entry is the journal of one row: its changes in the order of the steps and,
// when it left, why and at which step.
type Entry struct {
	Row     dataset.RowID `json:"r"`
	Changes []Change      `json:"h,omitempty"`
	Parts   int           `json:"p,omitempty"` // > 0: split into so many at step Step
	Step    int           `json:"s,omitempty"`
	Aside   *Reason       `json:"a,omitempty"` // set aside at step Step
}

// SetAsideRow is a row in quarantine, as it stood when it left.
type SetAsideRow struct {
	Row    dataset.Row
	Step   int // from 1
	Reason Reason
}

// Result is what a run made of the rows.
type Result struct {
	Rows    []dataset.Row
	Aside   []SetAsideRow
	Journal []Entry // rows that were split, then those that changed, then those set aside
	Steps   []StepCount
	In      int
	Split   int
}

// live is a row on its way through the steps.
type live struct {
	row   dataset.Row
	entry *Entry // nil while nothing happened
	root  int    // position of the input row; -1 for what is left of a split row
}

// Run cleans rows. Row steps that follow each other are done in one pass; a
// TableStep makes a pass of its own first. progress (may be nil) hears of every
// row of every pass.
//
// Order:  the same rows, in the same order, on any number of cores.
// Errors: ctx.Err(); CountsDisagree if rows were lost, which is a bug.
// Cost:   memory O(rows): the texts of one version.
func (p *Plan) Run(ctx context.Context, rows []dataset.Row, workers int, progress func(rows int64)) (Result, error) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if progress == nil {
		progress = func(int64) {}
	}
	result := Result{In: len(rows)}
	now := make([]live, len(rows))
	for i, r := range rows {
		now[i] = live{row: r, root: i}
	}
	left := make([]live, 0)
	for i, b := range p.steps {
		result.Steps = append(result.Steps, StepCount{Step: i + 1, Operator: b.spec.Name, Title: b.spec.Title, Off: b.off, Codes: map[string]int{}})
	}
	for from := 0; from < len(p.steps); {
		to := from + 1
		for to < len(p.steps) && (p.steps[to].off || !isTable(p.steps[to])) {
			to++
		}
		if err := p.pass(ctx, from, to, &now, &left, workers, result.Steps, progress); err != nil {
			return Result{}, err
		}
		from = to
	}
	return p.finish(result, now, left)
}

func isTable(b bound) bool { _, ok := b.step.(TableStep); return ok }

// Passes is how many times a run goes over the rows, for progress.
func (p *Plan) Passes() int {
	n := 1
	for i, b := range p.steps {
		if !b.off && isTable(b) {
			n++
			if i > 0 {
				n++
			}
		}
	}
	return n
}

// pass runs steps [from,to) on every row; only the first may be a TableStep.
func (p *Plan) pass(ctx context.Context, from, to int, now, left *[]live, workers int, counts []StepCount, progress func(int64)) error {
	rows := *now
	steps := make([]Step, to-from)
	for i := range steps {
		steps[i] = p.steps[from+i].step
	}
	chunks := (len(rows) + jobs.ChunkSize - 1) / jobs.ChunkSize
	if table, ok := steps[0].(TableStep); ok && !p.steps[from].off {
		sketches := make([]Sketch, chunks)
		err := jobs.EachChunk(ctx, len(rows), workers, func(chunk, a, b int) error {
			sketch := table.NewSketch()
			for _, l := range rows[a:b] {
				sketch.Add(l.row)
			}
			sketches[chunk] = sketch
			progress(int64(b - a))
			return nil
		})
		if err != nil {
			return err
		}
		all := table.NewSketch()
		for _, s := range sketches {
			all.Merge(s)
		}
		steps[0] = table.Decide(all)
	}
	outs, asides, tallies := make([][]live, chunks), make([][]live, chunks), make([][]StepCount, chunks)
	err := jobs.EachChunk(ctx, len(rows), workers, func(chunk, a, b int) error {
		tally := make([]StepCount, len(steps))
		for i := range tally {
			tally[i].Codes = map[string]int{}
		}
		w := walker{plan: p, from: from, steps: steps, tally: tally}
		for _, l := range rows[a:b] {
			w.walk(l, 0)
		}
		outs[chunk], asides[chunk], tallies[chunk] = w.out, w.aside, tally
		progress(int64(b - a))
		return nil
	})
	if err != nil {
		return err
	}
	*now = make([]live, 0, len(rows))
	for chunk := range chunks {
		*now = append(*now, outs[chunk]...)
		*left = append(*left, asides[chunk]...)
		for i, t := range tallies[chunk] {
			counts[from+i].add(t)
		}
	}
	return nil
}

func (c *StepCount) add(t StepCount) {
	c.RowsIn += t.RowsIn
	c.Rows += t.Rows
	c.Cells += t.Cells
	c.Aside += t.Aside
	c.Split += t.Split
	for code, n := range t.Codes {
		c.Codes[code] += n
	}
}

// walker carries the rows of one chunk through the steps of one pass.
type walker struct {
	plan       *Plan
	from       int
	steps      []Step
	tally      []StepCount
	out, aside []live
}

func (w *walker) walk(l live, at int) {
	for ; at < len(w.steps); at++ {
		if w.plan.steps[w.from+at].off {
			continue
		}
		tally := &w.tally[at]
		tally.RowsIn++
		o := w.steps[at].Clean(l.row)
		number := w.from + at + 1
		if o.Aside != nil {
			tally.Aside++
			tally.Codes[o.Aside.Code]++
			e := l.note()
			e.Step, e.Aside = number, o.Aside
			w.aside = append(w.aside, l)
			return
		}
		for _, f := range o.Findings {
			tally.Codes[f.Code] += f.Count
		}
		if o.Parts != nil {
			tally.Rows++
			tally.Split += len(o.Parts) - 1
			e := l.note()
			e.Step, e.Parts = number, len(o.Parts)
			w.aside = append(w.aside, live{row: l.row, entry: e, root: -1}) // the trace of the whole row
			for _, part := range o.Parts {
				child := live{row: part, root: l.root}
				child.record(number, l.row, part, o.Findings, tally)
				w.walk(child, at+1)
			}
			return
		}
		if l.record(number, l.row, o.Row, o.Findings, tally) {
			tally.Rows++
		}
		l.row = o.Row
	}
	w.out = append(w.out, l)
}

func (l *live) note() *Entry {
	if l.entry == nil {
		l.entry = &Entry{Row: l.row.ID}
	}
	return l.entry
}

// record notes how the values differ; a cell without a finding of its own takes
// the first code of the step.
func (l *live) record(step int, before, after dataset.Row, findings []Finding, tally *StepCount) bool {
	changed := false
	for c := range after.Values {
		if c < len(before.Values) && before.Values[c] == after.Values[c] {
			continue
		}
		code := ""
		for _, f := range findings {
			if code == "" || f.Column == c {
				code = f.Code
			}
		}
		change := patch(before.Values[c], after.Values[c])
		change.Step, change.Column, change.Code = step, c, code
		e := l.note()
		e.Changes = append(e.Changes, change)
		tally.Cells++
		changed = true
	}
	return changed
}

// patch trims what both texts begin and end with, at character borders.
func patch(before, after string) Change {
	start := 0
	for start < len(before) && start < len(after) && before[start] == after[start] {
		start++
	}
	for start > 0 && (start < len(before) && before[start]&0xC0 == 0x80 || start < len(after) && after[start]&0xC0 == 0x80) {
		start--
	}
	end := 0
	for end < len(before)-start && end < len(after)-start && before[len(before)-1-end] == after[len(after)-1-end] {
		end++
	}
	for end > 0 && before[len(before)-end]&0xC0 == 0x80 {
		end--
	}
	return Change{At: start, Old: before[start : len(before)-end], New: after[start : len(after)-end]}
}

// apply gives the text after the change; false when it does not fit the text.
func (c Change) apply(text string) (string, bool) {
	end := c.At + len(c.Old)
	if c.At < 0 || end > len(text) || text[c.At:end] != c.Old {
		return text, false
	}
	return text[:c.At] + c.New + text[end:], true
}

// finish puts the journal in order and checks the counts.
func (p *Plan) finish(result Result, now, left []live) (Result, error) {
	for _, l := range left { // whole rows stand before their parts
		if l.root < 0 {
			result.Journal = append(result.Journal, *l.entry)
		}
	}
	for _, l := range now {
		if l.entry != nil {
			result.Journal = append(result.Journal, *l.entry)
		}
		result.Rows = append(result.Rows, l.row)
	}
	for _, l := range left {
		if l.root >= 0 {
			result.Journal = append(result.Journal, *l.entry)
			result.Aside = append(result.Aside, SetAsideRow{Row: l.row, Step: l.entry.Step, Reason: *l.entry.Aside})
		}
	}
	for _, s := range result.Steps {
		result.Split += s.Split
	}
	if result.In != len(result.Rows)+len(result.Aside)-result.Split {
		return Result{}, CountsDisagree.With("in", result.In, "out", len(result.Rows), "aside", len(result.Aside), "split", result.Split)
	}
	return result, nil
}
