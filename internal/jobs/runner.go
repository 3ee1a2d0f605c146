package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/tracing"
)

// Options are the settings of a Runner. All have defaults.
type Options struct {
	Workers int              // jobs at a time, default the number of processors
	Now     func() time.Time // clock, default that of the database
	Log     *slog.Logger     // default: none
	// Alone says that no other runner works on this database, so that jobs of a
	// crashed process are resumed at once instead of after their lease.
	Alone bool
	// Lease is how long a job stays with a runner that gives no sign of life,
	// default 15 s.
	Lease time.Duration
	// Backoff is the wait before the next attempt, after so many failures;
	// default 1 s, doubling up to 5 min.
	Backoff func(failures int) time.Duration
	// MaxCrashes is how often in a row the process may die in a job before it
	// is no longer resumed by itself, default 10.
	MaxCrashes int
	// Ended hears of each attempt how it left the job and how long it took; nil: nobody.
	Ended func(job Job, took time.Duration)
	// Tracer follows jobs; nil: nobody does.
	Tracer *tracing.Tracer
}

// Runner queues jobs and works on them, inside this process.
type Runner struct {
	db *db.DB
	o  Options
	id string // of this runner, in the rows it holds

	wake chan struct{} // size 1: a pending wake-up is enough
	step chan struct{} // the same, for progress that is told at once

	mu       sync.Mutex // guards what follows
	handlers map[string]Handler
	leads    map[string]bool     // kinds that take no worker
	held     map[string]*attempt // by job id
	watchers map[*watcher]struct{}
	started  bool
	stopping bool

	river   *riverQueue        // on PostgreSQL
	unhear  context.CancelFunc // ends hearing
	hearing sync.WaitGroup

	stopLooking context.CancelFunc // ends dispatching
	stop        context.CancelFunc // ends everything else
	dispatching sync.WaitGroup
	attempts    sync.WaitGroup
	keeping     sync.WaitGroup
}

// Open brings the tables up to date and gives a runner that does not work yet.
func Open(ctx context.Context, d *db.DB, o Options) (*Runner, error) {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Now == nil {
		o.Now = d.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Lease <= 0 {
		o.Lease = 15 * time.Second
	}
	if o.Backoff == nil {
		o.Backoff = func(failures int) time.Duration {
			return min(time.Second<<min(failures-1, 10), 5*time.Minute)
		}
	}
	if o.MaxCrashes <= 0 {
		o.MaxCrashes = 10
	}
	if err := d.Migrate(ctx, "jobs", migrations); err != nil {
		return nil, err
	}
	r := &Runner{
		db: d, o: o, id: db.NewID(o.Now()), wake: make(chan struct{}, 1), step: make(chan struct{}, 1), unhear: func() {},
		handlers: map[string]Handler{}, leads: map[string]bool{}, held: map[string]*attempt{}, watchers: map[*watcher]struct{}{},
	}
	if !d.Shared() {
		return r, nil
	}
	var err error
	if r.river, err = openRiver(ctx, r); err != nil {
		return nil, fmt.Errorf("open River: %w", db.Explain(err))
	}
	hearing, unhear := context.WithCancel(context.WithoutCancel(ctx))
	r.unhear = unhear
	news := d.Listen(hearing, newsOfJobs)
	r.hearing.Go(func() { r.hear(hearing, news) })
	return r, nil
}

// Handle says who works on jobs of kind, which is named stage.verb. Jobs whose
// kind nobody handles wait.
func (r *Runner) Handle(kind string, h Handler) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.handlers[kind] != nil {
		panic("jobs: two handlers for " + kind)
	}
	r.handlers[kind] = h
}

// Lead is Handle for work that mostly starts other jobs and waits for them: it
// takes no worker, which the jobs that it waits for may need.
func (r *Runner) Lead(kind string, h Handler) {
	r.Handle(kind, h)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.leads[kind] = true
}

// Enqueue adds a job inside the caller's transaction: it exists if that commits
// and starts as soon as it has. With Dedupe the id may be that of an earlier job.
func (r *Runner) Enqueue(ctx context.Context, tx db.Tx, kind string, args any, options ...Option) (id string, err error) {
	now := r.o.Now()
	q := request{runAt: now, maxFailures: 3}
	for _, o := range options {
		o(&q)
	}
	ctx, span := tracing.Step(ctx, "job.enqueue")
	defer func() { span.End(err) }()
	span.Text("job.kind", kind)
	q.traceparent = tracing.Parent(ctx)
	encoded, err := json.Marshal(args)
	if err != nil {
		return "", fmt.Errorf("encode args of a %s job: %w", kind, err)
	}
	id, added, err := insert(ctx, tx, db.NewID(now), kind, encoded, q, now.UnixMicro())
	if err != nil {
		return "", fmt.Errorf("enqueue a %s job: %w", kind, db.Explain(err))
	}
	if added {
		j, err := get(ctx, tx, id)
		if err != nil {
			return "", err
		}
		if r.river != nil && j.RunAtUS <= now.UnixMicro() {
			if err := errors.Join(markOneOffered(ctx, tx, id), r.river.offer(ctx, tx, []Job{j})); err != nil {
				return "", fmt.Errorf("offer a %s job: %w", kind, db.Explain(err))
			}
		}
		r.publishLater(tx, j)
		db.AfterCommit(tx, r.wakeUp)
	}
	return id, nil
}

// Start takes up what a crash left behind and begins to work. It may be called
// once. The jobs end when Stop is called or ctx ends.
func (r *Runner) Start(ctx context.Context) error {
	r.mu.Lock()
	if r.started {
		r.mu.Unlock()
		return errors.New("jobs: the runner was started before")
	}
	r.started = true
	work, stop := context.WithCancel(ctx)
	looking, stopLooking := context.WithCancel(work)
	r.stop, r.stopLooking = stop, stopLooking
	r.mu.Unlock()
	if err := r.recover(work); err != nil {
		return err
	}
	if r.river != nil {
		if err := r.river.start(work, r.kinds()); err != nil {
			return fmt.Errorf("start River: %w", err)
		}
		r.dispatching.Go(func() { r.river.offerDue(looking) })
	} else {
		r.dispatching.Go(func() { r.dispatch(looking, work) })
	}
	r.keeping.Go(func() { r.keep(work) })
	return nil
}

// Stop begins no more jobs, ends those that run and waits for them; they go on
// from their checkpoint after the next Start. If ctx ends first its error is
// given and the jobs are taken up after their lease. Channels of Watch close.
func (r *Runner) Stop(ctx context.Context) error {
	r.mu.Lock()
	r.stopping = true
	if !r.started {
		r.mu.Unlock()
		r.leave()
		return nil
	}
	for _, a := range r.held {
		a.cancel(errStopping)
	}
	r.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		r.stopLooking()
		r.dispatching.Wait() // first, since it adds attempts
		if r.river != nil {
			if err := r.river.stop(); err != nil {
				r.o.Log.Error("stop River", "err", err)
			}
		}
		r.attempts.Wait() // they need the leases renewed meanwhile
		r.stop()
		r.keeping.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		r.leave()
		return nil
	case <-ctx.Done():
		r.stop()
		return ctx.Err()
	}
}

// Stopping tells whether Stop was called: what a handler leaves then is taken up
// by the next Start.
func (r *Runner) Stopping() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopping
}

// leave ends what a runner does that may not have been started.
func (r *Runner) leave() {
	r.unhear()
	r.hearing.Wait()
	r.closeWatchers()
	if r.river != nil {
		r.river.pool.Close()
	}
}

func (r *Runner) isLead(kind string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.leads[kind]
}

// Get gives one job as it stands. Errors: NotFound.
func (r *Runner) Get(ctx context.Context, id string) (Job, error) {
	return get(ctx, r.db.Reader(), id)
}

// List gives jobs, newest first, and the Filter.After of the next page, "" at
// the end.
func (r *Runner) List(ctx context.Context, f Filter) ([]Job, string, error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	limit := f.Limit
	f.Limit++ // one more tells whether there is a next page
	all, err := list(ctx, r.db.Reader(), f)
	if err != nil || len(all) <= limit {
		return all, "", err
	}
	return all[:limit], all[limit-1].ID, nil
}

// Backlog is how many jobs of a kind wait or run, in all processes.
type Backlog struct {
	Kind     string
	State    State // Queued or Running
	Count    int
	OldestUS int64 // when the first of them was due
}

// Backlog counts what is not finished, by kind and state.
func (r *Runner) Backlog(ctx context.Context) ([]Backlog, error) {
	return backlog(ctx, r.db.Reader())
}

// Cancel ends a queued job at once and asks a running one to end: its ctx ends
// within a second. Errors: NotFound, Over.
func (r *Runner) Cancel(ctx context.Context, id string) error {
	return r.change(ctx, id, func(ctx context.Context, tx db.Tx) (bool, error) {
		return askCancel(ctx, tx, id, r.o.Now().UnixMicro())
	}, func(j Job) {
		if j.State == Running {
			r.endHeld(id, errCancelled)
		}
	}, func(j Job) error { return Over.With("id", id, "state", j.State) })
}

// Retry runs a failed or cancelled job again, from its last checkpoint, or one
// that waits for its next attempt right now. Errors: NotFound, NoRetry, Twin.
func (r *Runner) Retry(ctx context.Context, id string) error {
	err := r.change(ctx, id, func(ctx context.Context, tx db.Tx) (bool, error) {
		return requeue(ctx, tx, id, r.o.Now().UnixMicro())
	}, func(Job) { r.wakeUp() },
		func(j Job) error { return NoRetry.With("id", id, "state", j.State) })
	if errors.Is(err, db.Taken) {
		return Twin.With("id", id).Because(err)
	}
	return err
}

// change does one guarded update; then sees the job once that is committed,
// refused explains why the guard did not hold.
func (r *Runner) change(ctx context.Context, id string, do func(context.Context, db.Tx) (bool, error), then func(Job), refused func(Job) error) error {
	var j Job
	err := r.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		ok, err := do(ctx, tx)
		if err != nil {
			return err
		}
		if j, err = get(ctx, tx, id); err != nil {
			return err
		}
		if !ok {
			return refused(j)
		}
		r.publishLater(tx, j)
		return nil
	})
	if err == nil {
		then(j)
	}
	return err
}

// Wait gives the job once it has finished. Errors: NotFound; ctx.Err().
func (r *Runner) Wait(ctx context.Context, id string) (Job, error) {
	ctx2, done := context.WithCancel(ctx)
	defer done()
	events := r.Watch(ctx2)
	// Another runner may finish the job; its news do not come here.
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for {
		j, err := r.Get(ctx, id)
		if err != nil || j.State.Finished() {
			return j, err
		}
		for waiting := true; waiting; {
			select {
			case e, open := <-events:
				if !open {
					events = nil // the runner has stopped: go on looking
				}
				waiting = open && (e.ID != id || !e.State.Finished())
			case <-look.C:
				waiting = false
			case <-ctx.Done():
				return Job{}, ctx.Err()
			}
		}
	}
}

func (r *Runner) kinds() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	kinds := make([]string, 0, len(r.handlers))
	for k := range r.handlers {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	return kinds
}

// tell has progress written now.
func (r *Runner) tell() {
	select {
	case r.step <- struct{}{}:
	default:
	}
}

func (r *Runner) wakeUp() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}
