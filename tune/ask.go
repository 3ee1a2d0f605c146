package tune

import (
	"context"
	"errors"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/spec"
)

// Asked is a trial that was given out to be measured elsewhere.
type Asked struct {
	Number  int         `json:"number" table:"序号|number"`
	Values  spec.Values `json:"values"`
	Lease   string      `json:"lease" doc:"领取凭据，报告时带上|shows, when telling, that it is still yours"`
	Worker  string      `json:"worker,omitempty" table:"谁在做|worker"`
	Tries   int         `json:"tries" doc:"第几次发出；大于 1 说明前一位没有回音|how often it was given out; above 1 somebody went silent"`
	AskedUS int64       `json:"asked_us" doc:"什么时候第一次发出|when it was first given out"`
	DueUS   int64       `json:"due_us" doc:"到这时没有消息就发给别人|without news until then it is given to somebody else"`
}

// AskOptions say who asks.
type AskOptions struct {
	Key    string // the same again gives the same trial; "" = every ask is new
	Worker string
	Lease  time.Duration // 0 = defaultLease
	// Number gives the trial of that number, for a program that counts itself; nil
	// = the next one, or one whose worker went silent.
	Number *int
}

// Given is the answer to an ask: a trial, or why there is none now.
type Given struct {
	Trial *Asked `json:"trial,omitempty" doc:"要测的试验；没有时看 state 和 wait_ms|the trial to measure; when absent see state and wait_ms"`
	State State  `json:"state" doc:"实验的状态：done 就不用再问了|of the study: when done there is nothing more to ask"`
	// WaitMS is when to ask again: others have the last trials, or the study rests.
	WaitMS int64 `json:"wait_ms,omitempty" doc:"过多久再问|ask again after so long"`
}

const (
	defaultLease = 10 * time.Minute
	longestLease = 7 * 24 * time.Hour
	longestWait  = 5 * time.Second
	// mostTries is how often a trial is given out before it counts as failed: its
	// values may be what ends those who try them.
	mostTries = 5
)

// Ask gives out a trial. Each number is given to one asker at a time; one that
// goes silent past its lease loses it to the next who asks, with the same values.
// What was given out is durable before it is given.
//
// Faults: NotOutside, AlreadyTold for a Number that is done, TooManyTrials, Crowded.
func (s *Service) Ask(ctx context.Context, product, name string, o AskOptions) (Given, error) {
	study, err := s.outside(ctx, product, name)
	if err != nil {
		return Given{}, err
	}
	if o.Lease <= 0 {
		o.Lease = defaultLease
	}
	o.Lease = min(o.Lease, longestLease)
	line := s.lines.of(study.ID)
	line.mu.Lock()
	defer line.mu.Unlock()
	for range 50 { // of processes that meet on a number, one wins each time
		given, next, err := s.withoutSampler(ctx, study, o)
		if err != nil || next < 0 {
			return given, err
		}
		if next >= mostTrials {
			return Given{}, TooManyTrials.With("most", mostTrials)
		}
		values, err := s.sampled(ctx, line, study, next)
		if err != nil {
			return Given{}, err
		}
		given, next, err = s.giveOut(ctx, study, next, values, o)
		if !errors.Is(err, db.Taken) && (err != nil || next < 0) {
			return given, err
		}
	}
	return Given{}, Crowded.With("study", study.ID)
}

// withoutSampler answers an ask that needs no new values: next is then -1, else
// the number that is free.
func (s *Service) withoutSampler(ctx context.Context, study Study, o AskOptions) (given Given, next int, err error) {
	now := s.needs.Now().UnixMicro()
	see, err := look(ctx, s.needs.DB.Reader(), study.ID, o, now)
	if err != nil {
		return given, -1, err
	}
	given, next, err = see.answer(o)
	if err != nil || next >= 0 || !see.overdue || given.Trial != nil {
		return given, next, err
	}
	err = s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		given = Given{}
		t, err := takeOver(ctx, tx, study.ID, s.lease(ctx, o))
		if err != nil || t == nil {
			return err
		}
		if t.Tries > mostTries {
			return tellTrial(ctx, tx, study.ID, Trial{Number: t.Number, State: Failed, Values: t.Values, Problem: silent})
		}
		given = Given{Trial: t, State: Running}
		return nil
	})
	if err != nil || given.Trial != nil {
		return given, -1, err
	}
	return s.withoutSampler(ctx, study, o) // another was faster, or it was the last try: look again
}

const silent = "发出多次都没有回音 | given out several times, and nobody told a result"

// giveOut keeps values under a number, unless that was taken meanwhile: then next
// is what is free now, or the fault is Taken, and values must be asked for anew.
func (s *Service) giveOut(ctx context.Context, study Study, number int, values spec.Values, o AskOptions) (given Given, next int, err error) {
	err = s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		see, err := look(ctx, tx, study.ID, o, s.needs.Now().UnixMicro())
		if err != nil {
			return err
		}
		if given, next, err = see.answer(o); err != nil || next != number {
			return err
		}
		l := s.lease(ctx, o)
		t := Asked{Number: number, Values: values, Lease: l.lease, Worker: o.Worker, Tries: 1, AskedUS: l.nowUS, DueUS: l.dueUS}
		given, next = Given{Trial: &t, State: Running}, -1
		return insertAsked(ctx, tx, study.ID, t, l)
	})
	return given, next, err
}

// lease is a new hold on a trial.
type lease struct {
	key, lease, worker, actor string
	nowUS, dueUS              int64
}

func (s *Service) lease(ctx context.Context, o AskOptions) lease {
	now := s.needs.Now()
	return lease{key: o.Key, lease: db.NewID(now), worker: o.Worker, actor: api.Who(ctx).ID, nowUS: now.UnixMicro(), dueUS: now.Add(o.Lease).UnixMicro()}
}

// sight is what an ask looks at.
type sight struct {
	state     State
	wanted    int // trials in all; 0 = no end
	kept      int // trials told
	running   int // given out and not told
	nextFree  int
	overdue   bool // of those that run, one is past its lease
	soonestUS int64
	nowUS     int64
	mine      *Asked // what was given for this key or number
	mineTold  bool
}

// answer gives what can be told at once (next -1), or the number to sample for.
func (see sight) answer(o AskOptions) (given Given, next int, err error) {
	given.State = see.state
	if see.mine != nil {
		if see.mineTold && o.Number != nil {
			return given, -1, AlreadyTold.With("number", *o.Number)
		}
		given.Trial = see.mine
		return given, -1, nil
	}
	wait := func() {
		given.WaitMS = longestWait.Milliseconds()
		if see.running > 0 && see.state == Running {
			given.WaitMS = min(max((see.soonestUS-see.nowUS)/1000, 10), given.WaitMS)
		}
	}
	switch {
	case see.state == Paused:
		wait()
		return given, -1, nil
	case see.state != Running:
		return given, -1, nil
	case o.Number != nil:
		return given, *o.Number, nil
	case see.overdue:
		return given, -1, nil // to be taken over
	case see.wanted > 0 && see.kept+see.running >= see.wanted:
		wait()
		return given, -1, nil
	}
	return given, see.nextFree, nil
}
