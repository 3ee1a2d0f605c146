package tune

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
)

// StudyOptions say how to search.
type StudyOptions struct {
	Space   Space
	Sampler Sampler
	Seed    uint64
	Trials  int           // how many in all, those of Known included; 0 = until Budget ends
	Budget  time.Duration // no trial begins after it; 0 = no limit
	// Workers is how many trials run at once; < 1 means one. With a sampler that
	// learns from trials, another number may find another best.
	Workers int
	// Defaults tries the fixed values first, so that the best is never worse
	// than what one had.
	Defaults bool
	// Forecast is asked after a trial what one more is expected to bring; nil: nobody is.
	Forecast Forecast
	// Worth ends the search when ten more trials are expected to raise the best score by
	// less than that, twice in a row; 0 = never.
	Worth float64
	// Goals are figures that should be small beside a high score, Limits what they may be
	// at most; a trial beyond is Over.
	Goals  []string
	Limits map[string]float64
	Known  []Trial // finished trials of the same study, to resume it
	// Each is called after each trial, from one goroutine at a time; an error
	// ends the search. May be nil.
	Each func(t Trial, best Trial) error
	Now  func() time.Time
}

// Outcome is what a search found.
type Outcome struct {
	Best   Trial   `json:"best"`
	Trials []Trial `json:"trials"` // by number
}

const mostTrials = 100_000

// Search tries values until the trials or the budget are used up, or every setting that
// there is has been tried, and gives the best; of equals the one tried first.
//
// Order:  with a sampler that does not learn from trials, the outcome is the
// same on any number of workers.
// Errors: NoBudget; AllFailed; what Each returned; ctx.Err() when cancelled,
// together with the outcome so far.
func Search(ctx context.Context, o StudyOptions, objective Objective) (Outcome, error) {
	if o.Trials < 0 || o.Trials > mostTrials || o.Trials == 0 && o.Budget <= 0 {
		return Outcome{}, NoBudget.With()
	}
	asker, err := o.Sampler.Start(o.Space, o.Seed)
	if err != nil {
		return Outcome{}, err
	}
	if len(o.Goals) > 0 {
		asker = SeveralGoals(o)
	}
	h := newHunt(o, asker)
	h.objective = objective
	for _, t := range o.Known {
		if t.State != Running {
			h.take(t)
		}
	}
	var wait sync.WaitGroup
	for worker := range max(1, o.Workers) {
		wait.Go(func() { h.work(ctx, strconv.Itoa(worker+1)) })
	}
	wait.Wait()
	return h.answer(ctx)
}

// answer is the outcome with the error that the search ended by.
func (h *hunt) answer(ctx context.Context) (Outcome, error) {
	out := h.outcome()
	switch {
	case h.stop != nil:
		return out, h.stop
	case ctx.Err() != nil:
		return out, ctx.Err()
	case out.Best.State != Done && len(out.Trials) > 0 && !slices.ContainsFunc(out.Trials, func(t Trial) bool { return t.State != Over }):
		return out, AllOver.With("count", len(out.Trials))
	case out.Best.State != Done:
		problem := "-"
		if len(out.Trials) > 0 {
			problem = out.Trials[0].Problem
		}
		return out, AllFailed.With("count", len(out.Trials), "problem", problem)
	}
	return out, nil
}

// hunt is one search under way.
type hunt struct {
	o         StudyOptions
	objective Objective
	limit     int
	size      int // settings that there are, 0 = without end
	began     time.Time

	mu    sync.Mutex // guards all below
	asker Asker
	next  int
	known map[int]bool
	tried map[string]bool // settings, by their key
	done  []Trial
	stop  error
}

func newHunt(o StudyOptions, asker Asker) *hunt {
	h := &hunt{o: o, asker: asker, known: map[int]bool{}, tried: map[string]bool{}, limit: o.Trials, size: o.Space.Size(), began: o.Now()}
	if h.limit == 0 {
		h.limit = mostTrials
	}
	return h
}

// take adds a finished trial.
func (h *hunt) take(t Trial) {
	h.known[t.Number] = true
	h.done = append(h.done, t)
	h.inform(t)
}

// inform tells the sampler, unless the trial lies outside its space: that may have
// been another when it was tried.
func (h *hunt) inform(t Trial) {
	values, inside := h.o.Space.Inside(t.Values)
	if !inside {
		return
	}
	h.tried[h.o.Space.Key(values)] = true
	t.Values = values
	if t.State == Over { // a place to keep away from; figures that are scores are 0 at least
		if t.State = Failed; len(h.o.Goals) == 0 {
			t.State, t.Score = Done, -1-beyond(t, h.o.Limits)
		}
	}
	if t.State == Stopped || t.State == Aside {
		t.State = Done // samplers learn from its score as from any other
	}
	h.asker.Tell(t)
}

// work runs trials until there is nothing left to do.
func (h *hunt) work(ctx context.Context, worker string) {
	for {
		t, ok := h.ask(ctx)
		if !ok {
			return
		}
		begun := h.o.Now()
		m, err := h.try(ctx, t.Values)
		if err != nil && ctx.Err() != nil {
			return // interrupted, not failed: a resumed study tries it again
		}
		ended := h.o.Now()
		t.BegunUS, t.EndedUS, t.Worker = begun.UnixMicro(), ended.UnixMicro(), worker
		t.Seconds = ended.Sub(begun).Seconds()
		t.State, t.Score, t.Figures = Done, m.Score, m.Figures
		if err == nil && (math.IsNaN(m.Score) || math.IsInf(m.Score, 0)) {
			err = fmt.Errorf("the score is %v", m.Score)
		}
		if err == nil && !within(t, h.o.Limits) {
			t.State = Over
		}
		if err != nil {
			t.State, t.Score, t.Figures, t.Problem = Failed, 0, nil, told(err)
		}
		h.tell(t)
	}
}

// ask gives the next trial, or false when the search is over.
func (h *hunt) ask(ctx context.Context) (Trial, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.known[h.next] {
		h.next++
	}
	if h.stop != nil || ctx.Err() != nil || h.next >= h.limit || h.size > 0 && len(h.tried) >= h.size || over(h.done, h.o.Worth) || h.o.Budget > 0 && h.o.Now().Sub(h.began) >= h.o.Budget {
		return Trial{}, false
	}
	t := Trial{Number: h.next, State: Running}
	h.next++
	if h.o.Defaults && t.Number == 0 {
		t.Values = h.o.Space.Fixed
	} else {
		t.Values = h.asker.Ask(t.Number)
	}
	return t, true
}

// try calls the objective; a panic in it fails the trial only.
func (h *hunt) try(ctx context.Context, values spec.Values) (m Measured, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the objective broke: %v", p)
		}
	}()
	return h.objective(ctx, values)
}

func (h *hunt) tell(t Trial) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.take(t)
	t = h.foresee()
	if h.o.Each != nil && h.stop == nil {
		h.stop = h.o.Each(t, best(h.done))
	}
}

func (h *hunt) outcome() Outcome {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := Outcome{Best: best(h.done), Trials: make([]Trial, len(h.done))}
	copy(out.Trials, h.done)
	sortTrials(out.Trials)
	return out
}

// told is an error in words for people.
func told(err error) string {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f.Message("zh") + " | " + f.Message("en")
	}
	return err.Error()
}
