package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/fault"
	"zhuomo/internal/tracing"
)

// Why the ctx of a handler ended.
var (
	errCancelled = errors.New("the job was cancelled")
	errStopping  = errors.New("the program is stopping")
	errLost      = errors.New("the lease of the job was lost")
)

const (
	progressEvery = 200 * time.Millisecond // progress is written at most 5 times a second
	idleLook      = time.Second            // how long a job of another process may go unseen
)

// attempt is one run of a handler.
type attempt struct {
	job    Job
	report *Report
	cancel context.CancelCauseFunc
}

// dispatch gives due jobs to free workers until ctx ends. The jobs live as long
// as work.
func (r *Runner) dispatch(ctx, work context.Context) {
	for {
		wait := r.begin(ctx, work)
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		case <-time.After(wait):
		}
	}
}

// begin starts due jobs and tells how long to wait before looking again.
func (r *Runner) begin(ctx, work context.Context) time.Duration {
	kinds := r.kinds()
	if len(kinds) == 0 {
		return idleLook
	}
	for {
		free := r.free()
		if free == 0 {
			return idleLook // whoever ends wakes us up
		}
		due, waiting, err := nextDue(ctx, r.db.Reader(), kinds)
		if err != nil {
			r.log(ctx, slog.LevelError, "look for jobs", err)
			return idleLook
		}
		if !waiting {
			return idleLook
		}
		if left := due - r.o.Now().UnixMicro(); left > 0 {
			return min(idleLook, time.Duration(left)*time.Microsecond)
		}
		claimed, err := r.claim(ctx, kinds, free)
		if err != nil {
			r.log(ctx, slog.LevelError, "claim jobs", err)
			return idleLook
		}
		for _, j := range claimed {
			go r.hold(work, j)()
		}
		if len(claimed) == 0 {
			return idleLook / 20 // another runner was faster
		}
	}
}

func (r *Runner) free() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopping {
		return 0
	}
	n := r.o.Workers
	for _, a := range r.held {
		if !r.leads[a.job.Kind] {
			n--
		}
	}
	return n
}

func (r *Runner) claim(ctx context.Context, kinds []string, free int) (all []Job, err error) {
	now := r.o.Now()
	err = r.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		all = nil
		for range free {
			j, ok, err := claim(ctx, tx, kinds, r.id, now.UnixMicro(), now.Add(r.o.Lease).UnixMicro())
			if err != nil || !ok {
				return err
			}
			all = append(all, j)
			r.publishLater(tx, j)
		}
		return nil
	})
	return all, err
}

// hold takes a claimed job into the books; what it gives runs the handler and
// must be called.
func (r *Runner) hold(ctx context.Context, j Job) (run func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	a := &attempt{job: j, cancel: cancel}
	a.report = &Report{runner: r, attempt: a}
	r.mu.Lock()
	handler := r.handlers[j.Kind]
	r.held[j.ID] = a
	if r.stopping {
		cancel(errStopping)
	}
	r.attempts.Add(1)
	r.mu.Unlock()
	return func() { r.run(ctx, a, handler) }
}

// run calls the handler and settles its attempt, however the handler ends.
func (r *Runner) run(ctx context.Context, a *attempt, handler Handler) {
	defer r.attempts.Done()
	start := time.Now()
	ctx, span, work := r.follow(ctx, a)
	var result any
	// Stays if the handler does not return: by a panic, or by ending its goroutine.
	err := error(Panicked.With("id", a.job.ID, "kind", a.job.Kind))
	defer func() {
		if p := recover(); p != nil {
			err = Panicked.With("id", a.job.ID, "kind", a.job.Kind).Because(fmt.Errorf("%v\n%s", p, debug.Stack()))
		}
		cause := context.Cause(ctx)
		a.cancel(nil)
		a.report.close()
		work.End(err)
		r.end(a, result, err, cause, time.Since(start))
		span.End(err)
		r.mu.Lock()
		delete(r.held, a.job.ID)
		r.mu.Unlock()
		r.wakeUp()
	}()
	result, err = handler(ctx, a.job, a.report)
}

// follow begins the spans of an attempt: the job, how long it waited, its work.
// The first hangs on the request that asked for the job, in whatever process.
func (r *Runner) follow(ctx context.Context, a *attempt) (_ context.Context, job, work tracing.Span) {
	if r.o.Tracer == nil {
		return ctx, job, work
	}
	j := a.job
	ctx, job = r.o.Tracer.Begin(ctx, "job "+j.Kind, j.traceparent)
	job.Text("job.id", j.ID)
	job.Count("job.attempt", int64(j.Attempt))
	tracing.Past(ctx, "job.wait", time.UnixMicro(j.RunAtUS), time.UnixMicro(j.StartedUS))
	ctx, work = tracing.Step(ctx, "job.work")
	a.report.followed(ctx)
	return ctx, job, work
}

// end settles an attempt: what the handler gave back decides the next state.
func (r *Runner) end(a *attempt, result any, err, cause error, took time.Duration) {
	j, countFailure := r.outcome(a.report.snapshot(), result, err, cause)
	if cause == errLost {
		r.o.Log.Warn("job lost its lease", "job_id", j.ID, "kind", j.Kind, "attempt", j.Attempt)
		return
	}
	attrs := []any{"job_id", j.ID, "kind", j.Kind, "attempt", j.Attempt, "state", string(j.State), "took_us", took.Microseconds()}
	switch {
	case j.Failure != nil && err != nil && ownFault(err): // its message may name what a person wrote
		r.o.Log.Warn("job ended", append(attrs, "code", j.Failure.Code)...)
	case j.Failure != nil && err != nil:
		r.o.Log.Error("job ended", append(attrs, "code", j.Failure.Code, "err", err)...)
	default:
		r.o.Log.Info("job ended", attrs...)
	}
	// The rows must say how it ended, or the work would be done twice: insist, for
	// as long as a full disk or a database that is gone may last; while the
	// program stops, not for ever.
	checkpoint, hasCheckpoint := a.report.takeCheckpoint()
	for try := 1; ; try++ {
		err := r.db.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
			if _, err := saveProgress(ctx, tx, r.id, j); err != nil {
				return err
			}
			if hasCheckpoint {
				if _, err := saveCheckpoint(ctx, tx, r.id, j, checkpoint); err != nil {
					return err
				}
			}
			if _, err := settle(ctx, tx, r.id, j, countFailure); err != nil {
				return err
			}
			saved, err := get(ctx, tx, j.ID)
			if err == nil {
				r.publishLater(tx, saved)
			}
			return err
		})
		if err == nil {
			if r.o.Ended != nil {
				r.o.Ended(j, took)
			}
			return
		}
		r.o.Log.Error("job end was not saved", "job_id", j.ID, "try", try, "err", err)
		if errors.Is(err, db.Closed) || try >= 5 && r.Stopping() {
			return
		}
		time.Sleep(time.Second)
	}
}

// outcome is the job after its attempt, and whether a failure is counted.
func (r *Runner) outcome(j Job, result any, err, cause error) (Job, bool) {
	now := r.o.Now()
	j.Failure, j.Result = nil, nil
	if err == nil {
		encoded, fail := json.Marshal(result)
		if fail == nil {
			j.State, j.FinishedUS, j.Result = Done, now.UnixMicro(), encoded
			return j, false
		}
		err = fmt.Errorf("encode the result: %w", fail)
	}
	switch cause {
	case errCancelled:
		j.State, j.FinishedUS = Cancelled, now.UnixMicro()
		return j, false
	case errStopping, context.Canceled: // context.Canceled: the ctx of Start ended
		j.State = Queued
		return j, false
	}
	f := fault.Of(err)
	if f.Def == fault.Internal {
		f = Broke.With("id", j.ID, "kind", j.Kind).Because(err)
	}
	j.Failure = failureOf(f)
	again := f.Def != Panicked && (f.Def.Kind == fault.Busy || f.Def.Kind == fault.Broken)
	if again && j.failures+1 < j.mayFail(f.Def.Kind) {
		j.State, j.RunAtUS = Queued, now.Add(r.o.Backoff(j.failures+1)).UnixMicro()
	} else {
		j.State, j.FinishedUS = Failed, now.UnixMicro()
	}
	return j, true
}

// ownFault tells a fault that somebody who uses the program can mend; the job
// itself tells them.
func ownFault(err error) bool {
	kind := fault.Of(err).Def.Kind
	return kind != fault.Broken && kind != fault.Busy
}

// busyTries is how much more often a job may fail for want of something that is
// gone or full at the moment: with the usual waits it outlives two minutes.
const busyTries = 5

// mayFail is how many attempts may fail, by the kind of the last failure.
func (j Job) mayFail(kind fault.Kind) int {
	if kind == fault.Busy && j.MaxFailures > 1 {
		return j.MaxFailures + busyTries
	}
	return j.MaxFailures
}

// keep writes progress, renews leases and looks for cancellations while jobs
// run, and takes up jobs of runners that died.
func (r *Runner) keep(ctx context.Context) {
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	perLease := max(1, int(r.o.Lease/3/progressEvery))
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-r.step:
			r.flush(ctx, r.running(), false)
			n--
			continue
		case <-tick.C:
		}
		held := r.running()
		if len(held) > 0 {
			r.flush(ctx, held, n%perLease == 0)
			if n%2 == 0 {
				r.lookForCancels(ctx)
			}
		}
		if n%perLease == 0 && !r.o.Alone {
			if err := r.recover(ctx); err != nil {
				r.log(ctx, slog.LevelError, "take up abandoned jobs", err)
			}
		}
	}
}

func (r *Runner) running() []*attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]*attempt, 0, len(r.held))
	for _, a := range r.held {
		all = append(all, a)
	}
	return all
}

// flush writes what changed since the last time, in one transaction.
func (r *Runner) flush(ctx context.Context, held []*attempt, renewLeases bool) {
	now := r.o.Now()
	var news []*attempt
	for _, a := range held {
		if a.report.measure(now) {
			news = append(news, a)
		}
	}
	if len(news) == 0 && !renewLeases {
		return
	}
	var lost []*attempt
	err := r.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		lost = nil
		if renewLeases {
			if err := renew(ctx, tx, r.id, now.Add(r.o.Lease).UnixMicro()); err != nil {
				return err
			}
		}
		for _, a := range news {
			job := a.report.snapshot()
			ok, err := saveProgress(ctx, tx, r.id, job)
			if err != nil {
				return err
			}
			if !ok {
				lost = append(lost, a)
				continue
			}
			if checkpoint, has := a.report.takeCheckpoint(); has {
				if _, err := saveCheckpoint(ctx, tx, r.id, job, checkpoint); err != nil {
					return err
				}
			}
			// The row knows more than the attempt: a cancellation asked for, say.
			if job, err = get(ctx, tx, job.ID); err != nil {
				return err
			}
			r.publishLater(tx, job)
		}
		return nil
	})
	if err != nil {
		r.log(ctx, slog.LevelWarn, "write progress", err)
		return
	}
	for _, a := range lost {
		a.cancel(errLost)
	}
}

func (r *Runner) lookForCancels(ctx context.Context) {
	ids, err := cancelAsked(ctx, r.db.Reader(), r.id)
	if err != nil {
		r.log(ctx, slog.LevelWarn, "look for cancellations", err)
	}
	for _, id := range ids {
		r.endHeld(id, errCancelled)
	}
}

func (r *Runner) endHeld(id string, cause error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a := r.held[id]; a != nil {
		a.cancel(cause)
	}
}

// recover takes up jobs whose runner is gone.
func (r *Runner) recover(ctx context.Context) error {
	var found []Job
	err := r.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		found, err = recoverAbandoned(ctx, tx, r.id, r.o.Alone, r.o.Now().UnixMicro(), r.o.MaxCrashes)
		for _, j := range found {
			r.publishLater(tx, j)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("take up abandoned jobs: %w", err)
	}
	for _, j := range found {
		r.o.Log.Warn("abandoned job", "job_id", j.ID, "kind", j.Kind, "attempt", j.Attempt, "state", string(j.State))
	}
	lost := 0
	if r.river != nil {
		if lost, err = r.river.findLost(ctx); err != nil {
			return fmt.Errorf("look for lost offers: %w", err)
		}
	}
	if len(found)+lost > 0 {
		r.wakeUp()
	}
	return nil
}

// log writes an error of the runner's own, unless it only says that it stops.
func (r *Runner) log(ctx context.Context, level slog.Level, doing string, err error) {
	if ctx.Err() == nil {
		r.o.Log.Log(ctx, level, doing, "err", err)
	}
}
