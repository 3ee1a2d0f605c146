package tune

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhuomo/internal/db"
)

// Result is what a program found for a trial that it was given.
type Result struct {
	Number  int
	Lease   string // shows that the trial is still its own; "" = whoever tells first
	State   State  // Done, Failed or Pruned
	Value   *float64
	Figures map[string]float64
	Seconds float64 // 0 = since it was given out
	Problem string
}

// Tell keeps the result of a trial; it is durable when Tell returns. The same
// result again is the same. Once all wanted trials are told the study is done.
//
// Faults: NotOutside, NoSuchTrial, LeaseLost, AlreadyTold, NoValue.
func (s *Service) Tell(ctx context.Context, product, name string, r Result) (t Trial, err error) {
	study, err := s.outside(ctx, product, name)
	if err != nil {
		return t, err
	}
	now := s.needs.Now()
	err = s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		held, state, err := readAsked(ctx, tx, study.ID, r.Number)
		if err != nil {
			return err
		}
		if held == nil {
			return NoSuchTrial.With("number", r.Number)
		}
		value := r.Value
		if value == nil && r.State == Pruned {
			if value, err = lastReported(ctx, tx, study.ID, r.Number); err != nil {
				return err
			}
		}
		if t, err = study.trial(r, held.Values, value); err != nil {
			return err
		}
		t.BegunUS, t.EndedUS, t.Worker = held.AskedUS, max(held.AskedUS, now.UnixMicro()), held.Worker
		if t.Seconds == 0 {
			t.Seconds = max(0, float64(now.UnixMicro()-held.AskedUS)/1e6)
		}
		if state == toldState {
			kept, err := readTrial(ctx, tx, study.ID, r.Number)
			if err != nil {
				return err
			}
			if kept.State != t.State || kept.Score != t.Score || kept.Problem != t.Problem {
				return AlreadyTold.With("number", r.Number)
			}
			t = kept
			return nil
		}
		if r.Lease != "" && r.Lease != held.Lease {
			return LeaseLost.With("number", r.Number)
		}
		return tellTrial(ctx, tx, study.ID, t)
	})
	return t, err
}

const toldState State = "told" // of a row in asked

// trial makes the trial of a result; scores are larger when better.
func (s Study) trial(r Result, values map[string]any, value *float64) (Trial, error) {
	t := Trial{Number: r.Number, State: r.State, Values: values, Figures: map[string]float64{}, Seconds: r.Seconds, Problem: r.Problem}
	for name, v := range r.Figures {
		if !measurable(v) {
			return t, NoValue.With("number", r.Number).At("figures")
		}
		t.Figures[name] = v
	}
	if value == nil || !measurable(*value) {
		if r.State == Done {
			return t, NoValue.With("number", r.Number).At("value")
		}
		return t, nil
	}
	t.Figures[s.Objective] = *value
	if t.State == Failed {
		return t, nil
	}
	if t.Score = *value; s.Minimise {
		t.Score = -t.Score
	}
	return t, nil
}

// Reported is the answer to a report.
type Reported struct {
	Stop  bool  `json:"stop" doc:"不必再试下去：报告为 pruned|no need to go on: tell it as pruned"`
	DueUS int64 `json:"due_us" doc:"到这时没有消息就发给别人|without news until then it is given to somebody else"`
}

// Report keeps what a trial has reached at a step, holds its lease for another
// while, and says whether going on is worth it. value nil only holds the lease.
//
// Faults: NotOutside, NoSuchTrial, LeaseLost, AlreadyTold, NoValue.
func (s *Service) Report(ctx context.Context, product, name string, number, step int, value *float64, hold string, longer time.Duration) (out Reported, err error) {
	study, err := s.outside(ctx, product, name)
	if err != nil {
		return out, err
	}
	if value != nil && !measurable(*value) {
		return out, NoValue.With("number", number).At("value")
	}
	if longer <= 0 {
		longer = defaultLease
	}
	due := s.needs.Now().Add(min(longer, longestLease)).UnixMicro()
	err = s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		out = Reported{Stop: study.State != Running && study.State != Paused, DueUS: due}
		held, state, err := readAsked(ctx, tx, study.ID, number)
		switch {
		case err != nil:
			return err
		case held == nil:
			return NoSuchTrial.With("number", number)
		case state == toldState:
			return AlreadyTold.With("number", number)
		case hold != "" && hold != held.Lease:
			return LeaseLost.With("number", number)
		}
		out.DueUS = max(due, held.DueUS) // a lease is never cut short
		if err := extend(ctx, tx, study.ID, number, due); err != nil || value == nil {
			return err
		}
		if err := insertReported(ctx, tx, study.ID, number, step, *value); err != nil {
			return err
		}
		if study.Stopping == MedianStop && !out.Stop {
			mine, others, err := readReported(ctx, tx, study.ID, number, step)
			if err != nil {
				return err
			}
			out.Stop = belowMedian(mine, others, study.Minimise)
		}
		return nil
	})
	return out, err
}

// MedianStop stops a trial whose best so far is worse than the median of what the
// finished trials had reached at the same step.
const MedianStop = "median"

// enoughToStop is how many finished trials must have reported at the step.
const enoughToStop = 5

// belowMedian is the rule of MedianStop.
//
// Source: Golovin et al. 2017 (Vizier), median stopping, on the values themselves
// in place of their running means.
func belowMedian(mine, others []float64, minimise bool) bool {
	if len(others) < enoughToStop || len(mine) == 0 {
		return false
	}
	sorted := slices.Sorted(slices.Values(others))
	median := (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
	if minimise {
		return slices.Min(mine) > median
	}
	return slices.Max(mine) < median
}

// Old is a trial of another search, or of another program.
type Old struct {
	Number  *int               `json:"number,omitempty" minimum:"0" doc:"序号；不填则接着排|its number; the next ones when absent"`
	State   State              `json:"state,omitempty" enum:"done,failed,pruned" default:"done" doc:"结果|how it ended"`
	Values  map[string]any     `json:"values" doc:"参数的取值|values of the parameters"`
	Value   *float64           `json:"value,omitempty" doc:"量到的值|what was measured"`
	Figures map[string]float64 `json:"figures,omitempty" doc:"其他量到的数|what else was measured"`
	Seconds float64            `json:"seconds,omitempty" doc:"用时，秒|seconds it took"`
	Problem string             `json:"problem,omitempty" maxLength:"4000" doc:"失败的原因|why it failed"`
}

// Brought tells what an import did.
type Brought struct {
	Added   int `json:"added" doc:"收下的试验数|trials taken in"`
	Known   int `json:"known" doc:"已经有的，不动|those that were there already, left alone"`
	Outside int `json:"outside" doc:"收下的里面不在搜索范围内的：留着看，采样器不学|of those added, outside the space: kept to look at, not learnt from"`
}

// Import adds finished trials of another search, which the sampler learns from as
// far as they lie inside the space. A study that should have so many trials
// should have so many more. A number that is there already is left alone.
//
// Faults: StudyRuns for a study that runs here, RaceAlone; NoValue, TooManyTrials.
func (s *Service) Import(ctx context.Context, product, name string, trials []Old) (b Brought, err error) {
	study, err := s.Study(ctx, product, name)
	if err != nil {
		return b, err
	}
	first := 0
	if study.Component != Outside {
		if study.State == Running {
			return b, StudyRuns.With("study", study.Number)
		}
		if study.Race.Folds > 0 {
			return b, RaceAlone.With("study", study.Number)
		}
		first = 1 // trial 0 is the defaults
	}
	space, err := s.space(ctx, study)
	if err != nil {
		return b, err
	}
	err = s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		b = Brought{}
		next, err := nextFree(ctx, tx, study.ID)
		if err != nil {
			return err
		}
		next = max(next, first)
		for i, o := range trials {
			number := next
			if o.Number != nil {
				number = *o.Number
			}
			if number > mostTrials {
				return TooManyTrials.With("most", mostTrials)
			}
			state := o.State
			if state == "" {
				state = Done
			}
			t, err := study.trial(Result{Number: number, State: state, Figures: o.Figures, Seconds: o.Seconds, Problem: o.Problem}, o.Values, o.Value)
			if err != nil {
				return fmt.Errorf("trial %d of the list: %w", i, err)
			}
			_, inside := space.Inside(o.Values)
			added, err := addTrial(ctx, tx, study.ID, t)
			if err != nil {
				return err
			}
			if !added {
				b.Known++
				continue
			}
			if b.Added++; !inside {
				b.Outside++
			}
			next = max(next, number+1)
		}
		return wantMore(ctx, tx, study.ID, b.Added)
	})
	return b, err
}
