package near

import (
	"context"
	"maps"
	"math"
	"slices"

	"zhuomo/internal/jobs"
	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/learn/calibrate"
	"zhuomo/learn/linear"
)

// What is tried on rows left out.
var (
	triedNear   = []float32{0, .2, .4, .6, .8, 1}
	triedRows   = []int{1, 2, 3, 5, 8}
	triedShrink = []float32{0, 1}
	triedHeat   = []float64{.02, .04, .07, .12, .2}
)

const (
	// mostLeft is the most rows that are left out, an even part of all.
	mostLeft = 4000
	// mostChosen is on how many of those the blend is chosen.
	mostChosen = 1500
	// mostKept bounds the numbers that are kept of the rows left out, 256 MiB.
	mostKept = 1 << 26
	// familiarWeight and noneWeight are what the parts of home weigh, in likeness.
	familiarWeight = .1
	noneWeight     = .5
)

// usual is measured over the sets of docs/adr/0036-more-learners.md.
var usual = calibrate.Usual{Temperature: .05}

// fit learns.
//
// Order:  rows as given; the seed tells which are left out where there are many.
// Cost:   for each row left out, and each answer: the rows that share each of its pieces.
func fit(ctx context.Context, data learn.Data, dev []learn.Example, values spec.Values, dense int, o learn.Options) (*model, error) {
	tell := func(done int) {
		if o.Progress != nil {
			o.Progress(done, 4)
		}
	}
	tell(0)
	pieces, rows, alone, err := linear.ReadPieces(ctx, data.Examples, values, dense, o.Workers)
	if err != nil {
		return nil, err
	}
	n := len(data.Examples)
	index, err := newSearch(rows, n, pieces.FirstDense(), dense)
	if err != nil {
		return nil, err
	}
	tell(1)
	label, weight := make([]uint32, n), make([]float32, n)
	for i, e := range data.Examples {
		label[i] = uint32(e.Labels[0])
		if weight[i] = e.Weight; e.Weight == 0 {
			weight[i] = 1
		}
	}
	m := &model{
		header: header{
			Task: data.Task, Labels: slices.Clone(data.Labels), Params: maps.Clone(values), Seed: o.Seed, Examples: n,
			Features: pieces.Features(), Unseen: pieces.Unseen(), Dense: dense, Encoder: o.Encoder,
		},
		pieces: pieces, index: index, classes: newClasses(label, weight, len(data.Labels)), label: label,
	}
	l := &leaving{m: m, data: data, rows: rows, alone: alone, workers: o.Workers}
	l.pick(o.Seed)
	if err := l.leave(ctx); err != nil {
		return nil, err
	}
	tell(2)
	if m.Blend, err = l.choose(ctx, values); err != nil {
		return nil, err
	}
	m.classes.settle(rows, m.Features, m.Blend)
	tell(3)
	if err := l.calibrate(ctx, dev, values); err != nil {
		return nil, err
	}
	m.ids = make([]string, n)
	for i, e := range data.Examples {
		m.ids[i] = e.RowID
	}
	m.open()
	tell(4)
	return m, nil
}

// leaving looks at rows as if they, and others with them, had not been learnt from: a
// tenth of each label's rows goes at a time, so that no label has fewer left than the
// others only because the row is its own.
type leaving struct {
	m           *model
	data        learn.Data
	rows, alone linear.Encoded
	workers     int

	out []int32 // rows left out
	// prototype and top are what each of them is scored by, for each label: likeness to
	// the prototype by triedShrink, mean of the nearest by each of near.
	prototype, top []float32
	near           []int // numbers of nearest rows that are kept
}

// folds is how many parts the rows are cut into.
const folds = 10

// pick chooses the rows to leave out; none that a teacher labelled.
func (l *leaving) pick(seed uint64) {
	l.near = triedRows
	if n := l.m.header.Params["neighbours"].(int); n > 0 {
		l.near = []int{n}
	}
	most := min(mostLeft, mostKept/((len(l.near)+len(triedShrink))*len(l.data.Labels)))
	share := min(1, float64(most)/float64(len(l.data.Examples)))
	_, l.out = learn.HoldBack(len(l.data.Examples), share, seed, func(i int) (group, id string) { return "", l.data.Examples[i].RowID })
	l.out = slices.DeleteFunc(l.out, func(i int32) bool { return l.data.Examples[i].Guessed })
	l.out = l.out[:min(len(l.out), most+most/4)]
}

// leave scores each row left out by the rows of the other parts.
func (l *leaving) leave(ctx context.Context) error {
	count := len(l.data.Labels)
	l.prototype = make([]float32, len(l.out)*count*len(triedShrink))
	l.top = make([]float32, len(l.out)*count*len(l.near))
	part := learn.Parts(l.data.Examples, len(l.data.Labels), folds)
	for fold := range folds {
		weight := slices.Clone(l.m.classes.weight)
		for i := range weight {
			if part[i] == fold {
				weight[i] = 0
			}
		}
		var own []int // places in out
		for k, row := range l.out {
			if part[row] == fold {
				own = append(own, k)
			}
		}
		if len(own) == 0 {
			continue
		}
		c := newClasses(l.m.label, weight, count)
		measured := c.measure(l.rows, l.m.Features)
		err := jobs.EachChunk(ctx, len(own), l.workers, func(_, from, to int) error {
			alike := make([]float32, l.m.index.stride)
			for _, k := range own[from:to] {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				idx, val, _ := l.alone.Row(int(l.out[k]))
				l.m.index.alike(idx, val, alike)
				l.without(c, &measured, alike, l.prototype[k*count*len(triedShrink):], l.top[k*count*len(l.near):])
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// without scores one row by the rows that c holds, in every way that is tried.
func (l *leaving) without(c *classes, measured *lengths, alike, prototype, top []float32) {
	mean := c.toMean(alike)
	most := l.near[len(l.near)-1]
	for m := range l.data.Labels {
		var sum float32
		var t nearest
		for _, r := range c.of(m) {
			sum += float32(c.weight[r] * alike[r])
			t.show(alike[r], r, most)
		}
		for s, shrink := range triedShrink {
			p := float32(-1)
			if t.n > 0 {
				p = (sum + float32(shrink*mean)) / measured.shrunk(m, shrink)
			}
			prototype[m*len(triedShrink)+s] = p
		}
		for k, n := range l.near {
			top[m*len(l.near)+k] = t.mean(n)
		}
	}
}

// scores are those of row k of out by a blend that was tried.
func (l *leaving) scores(k int, b blend, into []float32) {
	s, t := slices.Index(triedShrink, b.Shrink), slices.Index(l.near, b.Rows)
	count := len(l.data.Labels)
	for m := range into {
		into[m] = float32((1-b.Near)*l.prototype[(k*count+m)*len(triedShrink)+s]) + float32(b.Near*l.top[(k*count+m)*len(l.near)+t])
	}
}

// choose gives the blend with the least log loss on rows left out, each at the
// best of a few temperatures; of equals the first.
func (l *leaving) choose(ctx context.Context, values spec.Values) (blend, error) {
	var tried []blend
	for _, shrink := range triedShrink {
		for _, rows := range l.near {
			for _, near := range triedNear {
				by := values.String("by")
				if by == "prototypes" && near > 0 || by == "nearest" && near < 1 || near == 0 && rows != l.near[0] || near == 1 && shrink > 0 {
					continue
				}
				tried = append(tried, blend{near, rows, shrink})
			}
		}
	}
	lost := make([]float64, len(tried))
	step := max(1, len(l.out)/mostChosen)
	chosen := len(l.out) / step
	// One chunk is more than there is to try, so each blend is a job of its own.
	err := jobs.EachChunk(ctx, len(tried)*jobs.ChunkSize, l.workers, func(at, _, _ int) error {
		sums := make([]float64, len(triedHeat))
		scores := make([]float32, len(l.data.Labels))
		for k := 0; k < chosen*step; k += step {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			own := l.data.Examples[l.out[k]].Labels[0]
			l.scores(k, tried[at], scores)
			top := float64(slices.Max(scores))
			for h, heat := range triedHeat {
				var all float64
				for _, s := range scores {
					all += math.Exp((float64(s) - top) / heat)
				}
				sums[h] += math.Log(all) - (float64(scores[own])-top)/heat
			}
		}
		lost[at] = slices.Min(sums)
		return nil
	})
	if err != nil {
		return blend{}, err
	}
	best := 0
	for at := range lost {
		if lost[at] < lost[best]-1e-9 {
			best = at
		}
	}
	return tried[best], nil
}

// calibrate finds what scores mean: on dev where there is one, else on the rows left out.
func (l *leaving) calibrate(ctx context.Context, dev []learn.Example, values spec.Values) error {
	count := len(l.data.Labels)
	var scores, familiar []float32
	var labels [][]int
	if dev != nil {
		dev = dev[:min(len(dev), mostKept/count)]
		scores, familiar, labels = make([]float32, len(dev)*count), make([]float32, len(dev)), make([][]int, len(dev))
		err := jobs.EachChunk(ctx, len(dev), l.workers, func(_, from, to int) error {
			r, alike := l.m.pieces.Reader(), make([]float32, l.m.index.stride)
			defer r.Done()
			for i := from; i < to; i++ {
				idx, val, known := r.Read(dev[i].Input())
				l.m.index.alike(idx, val, alike)
				l.m.classes.scores(l.m.Blend, alike, scores[i*count:][:count])
				familiar[i], labels[i] = known, dev[i].Labels
			}
			return ctx.Err()
		})
		if err != nil {
			return err
		}
	} else {
		scores, familiar, labels = make([]float32, len(l.out)*count), make([]float32, len(l.out)), make([][]int, len(l.out))
		for k, row := range l.out {
			l.scores(k, l.m.Blend, scores[k*count:][:count])
			_, _, familiar[k] = l.alone.Row(int(row))
			labels[k] = l.data.Examples[row].Labels
		}
	}
	none := slices.Index(l.data.Labels, values.String("none_label"))
	if none >= 0 && len(l.m.classes.of(none)) == 0 {
		none = -1
	}
	c := calibrate.Fit(usual, true, true, scores, count, labels)
	c.Settle(calibrate.Scope{Familiar: familiarWeight, None: none, Weight: noneWeight}, values.Float("scope_rejects"), scores, count, familiar, labels)
	l.m.Held = c.Figures(true, scores, count, labels)
	c.ScopeFigures(l.m.Held, scores, count, familiar, labels)
	l.m.Calibration = c
	return nil
}
