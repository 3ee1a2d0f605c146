package tune

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"zhuomo/internal/spec"
)

// Folds measure one set of values fold by fold. The rows of a fold, their order and
// their groups are the same whatever the values.
type Folds struct {
	// Groups tells for each row of each fold which group it is of, from 0 in each fold.
	// Rows of one group, such as the turns of a conversation, may be right together.
	Groups [][]int
	// Measure learns without the fold and tells which of its rows are right.
	Measure func(ctx context.Context, values spec.Values, fold int) ([]bool, error)
}

// Racing says how trials are raced. The zero value does not race.
type Racing struct {
	// Folds is how many parts the rows are dealt into; 0 = no race.
	Folds int `json:"folds,omitempty"`
	// Alpha: of the trials that are as good as the best or better, at most this share is stopped.
	Alpha float64 `json:"alpha,omitempty"`
	// Share of the fits of measuring all trials on all folds up to which promising
	// trials that were set aside are taken up again.
	Share float64 `json:"share,omitempty"`
}

// Defaults of Racing, chosen with bench/race-racing.sh; see ADR 0027.
const (
	RaceAlpha = .05
	RaceShare = 1. / 3
	// raceFigure is the objective of every race: the share of rows that are exactly right.
	raceFigure = "exact"
	leastFold  = 2
	mostFolds  = 20
)

// filled checks the settings and adds defaults. Fault: BadRace.
func (r Racing) filled() (Racing, error) {
	if r == (Racing{}) {
		return r, nil
	}
	if r.Alpha == 0 {
		r.Alpha = RaceAlpha
	}
	if r.Share == 0 {
		r.Share = RaceShare
	}
	if r.Folds < leastFold || r.Folds > mostFolds || !(r.Alpha > 0 && r.Alpha < 1) || !(r.Share > 0 && r.Share <= 1) {
		return r, BadRace.With().At("race")
	}
	return r, nil
}

// Race is Search by folds: the defaults are measured on all of them, every other trial on
// one after the other while it may still become the best.
//
// A trial is stopped when it is sure, up to Alpha, that it is worse than the trial that
// was the best when it began, its rival. It is set aside, of which nothing is claimed,
// when it is behind or the fits are up to Share of what measuring everything would have
// taken so far; between trials the one set aside that promises most is taken up again,
// fold by fold, while there is room for it. Only
// trials with all folds can be the best. One that was not measured on all has the score
// of the best plus what it was ahead or behind on the folds that both have, with its
// standard error; samplers are told both.
//
// fold is called after each fold that does not end a trial, and may be nil; a
// search is resumed from Known trials that it was told of as from finished ones.
// Errors: as Search.
func Race(ctx context.Context, o StudyOptions, r Racing, folds Folds, fold func(Trial) error) (Outcome, error) {
	if o.Trials < 0 || o.Trials > mostTrials || o.Trials == 0 && o.Budget <= 0 {
		return Outcome{}, NoBudget.With()
	}
	r, err := r.filled()
	if err != nil {
		return Outcome{}, err
	}
	asker, err := o.Sampler.Start(o.Space, o.Seed)
	if err != nil {
		return Outcome{}, err
	}
	c := &race{racing: r, folds: folds, fold: fold, hunt: newHunt(o, asker)}
	for _, groups := range folds.Groups {
		c.most = max(c.most, largest(groups))
	}
	for _, t := range o.Known {
		c.fits += len(t.right)
		if t.State == Running {
			c.half = append(c.half, t)
			continue
		}
		c.take(t)
	}
	c.run(ctx)
	return c.hunt.answer(ctx)
}

// race is one race under way; it uses one goroutine.
type race struct {
	*hunt
	racing Racing
	folds  Folds
	fold   func(Trial) error
	most   int     // rows of the largest group
	fits   int     // so far
	half   []Trial // were interrupted
}

func (c *race) run(ctx context.Context) {
	for _, t := range c.half {
		c.known[t.Number] = true
	}
	for _, t := range c.half {
		c.on(ctx, t)
	}
	for {
		c.promote(ctx)
		t, ok := c.ask(ctx)
		if !ok {
			break
		}
		c.on(ctx, t)
	}
	c.finish(ctx)
}

// promote takes promising trials up again while there is room.
func (c *race) promote(ctx context.Context) {
	for c.goesOn(ctx) && c.room(0) {
		at := c.promising(1)
		if at < 0 {
			return
		}
		c.again(ctx, at)
	}
}

// finish measures on what is most surely better than the best. The share of a small race is
// hardly more than a look at each trial: it may take a look at each, and all folds of three.
func (c *race) finish(ctx context.Context) {
	for c.goesOn(ctx) && c.fits < len(c.done)+3*len(c.folds.Groups) {
		at := c.promising(-1)
		if at < 0 || c.done[at].Score <= best(c.done).Score {
			return
		}
		c.again(ctx, at)
	}
}

func (c *race) goesOn(ctx context.Context) bool {
	return c.stop == nil && ctx.Err() == nil && !c.late()
}

func (c *race) late() bool { return c.o.Budget > 0 && c.o.Now().Sub(c.began) >= c.o.Budget }

// on measures a new trial fold by fold until it is behind, is stopped or has all.
func (c *race) on(ctx context.Context, t Trial) {
	holder := best(c.done)
	if len(t.right) == 0 {
		t.Rival = holder.Number
	}
	for {
		if !c.measure(ctx, &t) {
			return
		}
		if t.State != Failed {
			c.judge(&t, holder)
		}
		if t.State == Aside && t.Score >= holder.Score && c.room(1) {
			t.State = Running
		}
		if t.State != Running {
			c.tell(t)
			return
		}
		if c.fold != nil && c.stop == nil {
			c.stop = c.fold(t)
		}
	}
}

// room tells that one more fold may be measured: what measuring everything would have
// taken for the trials so far allows it, and those that are still to come keep theirs.
// under is how many trials are under way: they may run ahead by two trials, so that a
// better one is soon the one to beat (ADR 0027).
func (c *race) room(under int) bool {
	tried, folds := len(c.done)+under, len(c.folds.Groups)
	if float64(c.fits+1) > c.racing.Share*float64(tried*folds)+float64(2*folds*under) {
		return false
	}
	return c.o.Trials == 0 || float64(c.fits+1+max(0, c.o.Trials-tried)) <= c.racing.Share*float64(c.o.Trials*folds)
}

// judge sets the state and the score of a trial by what it has of its folds.
func (c *race) judge(t *Trial, holder Trial) {
	t.FoldCount, t.Error = len(t.right), 0
	if all := len(t.right) == len(c.folds.Groups); all || holder.State != Done {
		t.Score = share(t.right)
		if all {
			t.State, t.WorseP = Done, 0
			gain, foreseen := t.Figures[NextGain]
			if t.Figures = c.beside(*t); foreseen {
				t.Figures[NextGain] = gain
			}
		}
		return
	}
	ahead, spread := c.ahead(t.right, holder.right)
	t.State, t.Score, t.Error = Aside, holder.Score+ahead, spread
	gains, _ := c.gains(t.right, c.number(t.Rival).right)
	if t.WorseP = math.Min(1, math.Exp(-against(gains, c.most))); t.WorseP <= c.racing.Alpha {
		t.State = Stopped
	}
}

// number finds a trial that is told.
func (c *race) number(n int) Trial {
	for _, t := range c.done {
		if t.Number == n {
			return t
		}
	}
	return Trial{}
}

// measure adds a fold to a trial, or fails it; false when it was interrupted.
func (c *race) measure(ctx context.Context, t *Trial) bool {
	if ctx.Err() != nil || c.stop != nil {
		return false
	}
	begun := c.o.Now()
	right, err := c.try(ctx, t.Values, len(t.right))
	if err != nil && ctx.Err() != nil {
		return false
	}
	ended := c.o.Now()
	if t.BegunUS == 0 && len(t.right) == 0 {
		t.BegunUS = begun.UnixMicro()
	}
	t.EndedUS = ended.UnixMicro()
	t.Seconds += ended.Sub(begun).Seconds()
	if err == nil && len(right) != len(c.folds.Groups[len(t.right)]) {
		err = fmt.Errorf("fold %d has %d rows, %d came back", len(t.right), len(c.folds.Groups[len(t.right)]), len(right))
	}
	if err != nil {
		t.State, t.Score, t.Figures, t.Problem = Failed, 0, nil, told(err)
		return true
	}
	c.fits++
	t.right = append(t.right[:len(t.right):len(t.right)], right)
	return true
}

// try learns once; a panic fails the trial only.
func (c *race) try(ctx context.Context, values spec.Values, fold int) (right []bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the objective broke: %v", p)
		}
	}()
	return c.folds.Measure(ctx, values, fold)
}

// promising is the place in done of the trial set aside whose gain plus so many standard
// errors is largest: with 1 the one that may be best, with −1 the one that most surely
// is; −1 when none is left.
func (c *race) promising(errors float64) int {
	holder, at, top := best(c.done), -1, 0.0
	for i, t := range c.done {
		if t.State != Aside {
			continue
		}
		ahead, spread := c.ahead(t.right, holder.right)
		if hope := ahead + errors*spread; at < 0 || hope > top {
			at, top = i, hope
		}
	}
	return at
}

// again gives a trial that was set aside one more fold.
func (c *race) again(ctx context.Context, at int) {
	t := c.done[at]
	if !c.measure(ctx, &t) {
		return
	}
	if t.State != Failed {
		c.judge(&t, best(c.done))
	}
	c.done[at] = t
	c.inform(t)
	if c.o.Each != nil {
		c.stop = c.o.Each(t, best(c.done))
	}
}

// ahead is by how much a challenger is better than the holder on the folds that both
// have, and the standard error of that as an estimate for all folds.
func (c *race) ahead(challenger, holder [][]bool) (gain, spread float64) {
	gains, rows := c.gains(challenger, holder)
	all := 0
	for _, groups := range c.folds.Groups {
		all += len(groups)
	}
	var sum, squares float64
	for _, g := range gains {
		sum += float64(g)
		squares += float64(g * g)
	}
	squares = max(squares-sum*sum/float64(len(gains)), 1) // one row at least
	left := 1 - float64(rows)/float64(all)
	return sum / float64(rows), math.Sqrt(squares*left) / float64(rows)
}

// gains are by how many rows of each group a challenger beats the holder on the folds
// that both have, and how many rows those are.
func (c *race) gains(challenger, holder [][]bool) (gains []int, rows int) {
	for f := range min(len(challenger), len(holder)) {
		first := len(gains)
		for i, group := range c.folds.Groups[f] {
			for len(gains) <= first+group {
				gains = append(gains, 0)
			}
			rows++
			switch {
			case challenger[f][i] && !holder[f][i]:
				gains[first+group]++
			case holder[f][i] && !challenger[f][i]:
				gains[first+group]--
			}
		}
	}
	return gains, rows
}

// beside holds a trial with all folds against the defaults, row by row.
//
// Source: McNemar 1947, exact.
func (c *race) beside(t Trial) map[string]float64 {
	usual := t
	for _, d := range c.done {
		if d.Number == 0 && d.State == Done {
			usual = d
		}
	}
	var fixed, broken int
	for f := range t.right {
		for i := range t.right[f] {
			switch {
			case t.right[f][i] && !usual.right[f][i]:
				fixed++
			case usual.right[f][i] && !t.right[f][i]:
				broken++
			}
		}
	}
	p := 1.0
	if n := fixed + broken; n > 0 {
		p = math.Min(1, 2*distuv.Binomial{N: float64(n), P: .5}.CDF(float64(min(fixed, broken))))
	}
	return map[string]float64{FixedRows: float64(fixed), BrokenRows: float64(broken), PairedP: p}
}

// scored tells that a trial has a score to learn from, be it an estimate.
func (t Trial) scored() bool { return t.State == Done || t.State == Stopped || t.State == Aside }

func share(right [][]bool) float64 {
	var good, rows int
	for _, fold := range right {
		for _, r := range fold {
			if rows++; r {
				good++
			}
		}
	}
	return float64(good) / float64(max(1, rows))
}

// largest is the number of rows of the largest group.
func largest(groups []int) int {
	count, most := map[int]int{}, 1
	for _, g := range groups {
		count[g]++
		most = max(most, count[g])
	}
	return most
}
