package jobs

import (
	"cmp"
	"context"
	"database/sql"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"zhuomo/internal/db"
)

// riverQueue brings due jobs to the workers of all processes on a PostgreSQL
// database. The table jobs says how each job stands; what lies in River is an
// offer to begin one attempt, put there by the transaction that made the
// attempt due and worth nothing once the attempt has begun. So an offer that
// comes twice, late or to a process that dies does no harm: whoever takes it
// up claims the row, and the row's lease tells when it is abandoned.
type riverQueue struct {
	river.WorkerDefaults[offer]
	runner *Runner
	pool   *pgxpool.Pool
	insert *river.Client[*sql.Tx]
	client *river.Client[pgx.Tx] // nil until start, and if nobody handles anything
	work   context.Context       // of the jobs
}

// offer is what River carries.
type offer struct {
	ID      string `json:"id"`
	Attempt int    `json:"attempt"` // that would begin
	kind    string
}

// Kind lets River give an offer only to a process that handles its kind.
func (o offer) Kind() string { return o.kind }

const (
	fetchEvery    = 20 * time.Millisecond // at most, when there is news
	pollEvery     = 250 * time.Millisecond
	offersKept    = time.Hour           // after they were taken up
	longestTake   = 30 * 24 * time.Hour // after which River thinks that an offer is stuck
	leadQueue     = "leads"             // of kinds that take no worker
	maxLeads      = 100                 // of them at a time in one process
	newsOfJobs    = "jobs"              // topic of db.Notify: ids of changed jobs
	shownOnMissed = 200                 // jobs that are told anew when news were missed
)

func openRiver(ctx context.Context, r *Runner) (_ *riverQueue, err error) {
	q := &riverQueue{runner: r}
	if q.pool, err = r.db.OpenPool(ctx); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			q.pool.Close()
		}
	}()
	unlock, err := r.db.Lock(ctx, "migrate river")
	if err != nil {
		return nil, err
	}
	defer unlock()
	migrator, err := rivermigrate.New(riverpgxv5.New(q.pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	if _, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, err
	}
	// River tells of an insert at most once in this time; a transaction that is
	// rolled back counts too, so it must be short.
	q.insert, err = river.NewClient(riverdatabasesql.New(nil), &river.Config{Logger: r.riverLog(), FetchCooldown: river.FetchCooldownMin})
	return q, err
}

// start begins to take up offers of the kinds that have a handler.
func (q *riverQueue) start(work context.Context, kinds []string) error {
	q.work = work
	if len(kinds) == 0 {
		return nil
	}
	workers := river.NewWorkers()
	for _, k := range kinds {
		river.AddWorkerArgs(workers, offer{kind: k}, q)
	}
	client, err := river.NewClient(riverpgxv5.New(q.pool), &river.Config{
		ID: q.runner.id, Logger: q.runner.riverLog(), Workers: workers, FetchOnlyKnownKinds: true,
		Queues:        map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: q.runner.o.Workers}, leadQueue: {MaxWorkers: maxLeads}},
		FetchCooldown: fetchEvery, FetchPollInterval: pollEvery,
		JobTimeout: -1, RescueStuckJobsAfter: longestTake, CompletedJobRetentionPeriod: offersKept,
	})
	if err != nil {
		return err
	}
	q.client = client
	return client.Start(context.WithoutCancel(work))
}

// riverLog leaves out what River does all the time.
func (r *Runner) riverLog() *slog.Logger { return slog.New(onlyWarnings{r.o.Log.Handler()}) }

type onlyWarnings struct{ slog.Handler }

// Enabled asks for warnings and worse.
func (h onlyWarnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

// WithAttrs keeps the filter.
func (h onlyWarnings) WithAttrs(a []slog.Attr) slog.Handler {
	return onlyWarnings{h.Handler.WithAttrs(a)}
}

// WithGroup keeps the filter.
func (h onlyWarnings) WithGroup(name string) slog.Handler {
	return onlyWarnings{h.Handler.WithGroup(name)}
}

// stop takes up no more offers and waits for the jobs of those taken up.
func (q *riverQueue) stop() error {
	if q.client == nil {
		return nil
	}
	return q.client.Stop(context.Background())
}

// Timeout is so long that River never ends an attempt: that is the runner's.
func (q *riverQueue) Timeout(*river.Job[offer]) time.Duration { return longestTake }

// NextRetry is for an offer that could not be looked at.
func (q *riverQueue) NextRetry(*river.Job[offer]) time.Time { return time.Now().Add(time.Second) }

// Work takes up an offer: claims its job, if that still waits for this attempt,
// and runs it.
func (q *riverQueue) Work(_ context.Context, o *river.Job[offer]) error {
	r := q.runner
	now := r.o.Now()
	var j Job
	var ok bool
	err := r.db.Write(q.work, func(ctx context.Context, tx db.Tx) (err error) {
		j, ok, err = claimOffered(ctx, tx, o.Args, r.id, now.UnixMicro(), now.Add(r.o.Lease).UnixMicro())
		if ok {
			r.publishLater(tx, j)
		}
		return err
	})
	if err != nil {
		r.log(q.work, slog.LevelError, "claim a job", err)
		return err
	}
	if !ok {
		return nil
	}
	ended := make(chan struct{})
	go func() { // of its own: a handler may end its goroutine
		defer close(ended)
		r.hold(q.work, j)()
	}()
	<-ended
	return nil
}

// offer puts jobs that are due into River, in the transaction of tx. River would
// let one with a time wait for its scheduler, even when that has passed, so the
// time, which orders offers of one priority, is set afterwards.
func (q *riverQueue) offer(ctx context.Context, tx db.Tx, due []Job) error {
	slices.SortFunc(due, func(a, b Job) int { return cmp.Or(cmp.Compare(a.RunAtUS, b.RunAtUS), cmp.Compare(a.ID, b.ID)) })
	var all []river.InsertManyParams
	for _, j := range due {
		queue := river.QueueDefault
		if q.runner.isLead(j.Kind) {
			queue = leadQueue
		}
		all = append(all, river.InsertManyParams{
			Args:       offer{ID: j.ID, Attempt: j.Attempt + 1, kind: j.Kind},
			InsertOpts: &river.InsertOpts{Priority: riverPriority(j.Priority), Queue: queue},
		})
	}
	made, err := q.insert.InsertManyTx(ctx, db.SQLTx(tx), all)
	if err != nil {
		return err
	}
	for i, m := range made {
		at := time.UnixMicro(due[i].RunAtUS)
		if m.Job.ScheduledAt.Sub(at) < time.Second {
			continue // offered as it became due
		}
		if err := antedateOffer(ctx, tx, m.Job.ID, at); err != nil {
			return err
		}
	}
	return nil
}

// riverPriority maps ours, higher first, to the four that River has, 1 first.
func riverPriority(n int) int { return min(max(2-n, 1), 4) }

// offerDue offers jobs that have become due, or were given back, until ctx ends.
func (q *riverQueue) offerDue(ctx context.Context) {
	r := q.runner
	for {
		wait := q.offerOnce(ctx)
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		case <-time.After(wait):
		}
	}
}

// offerOnce tells how long to wait before looking again.
func (q *riverQueue) offerOnce(ctx context.Context) time.Duration {
	r := q.runner
	due, waiting, err := nextOffer(ctx, r.db.Reader())
	if err != nil {
		r.log(ctx, slog.LevelError, "look for jobs to offer", err)
		return idleLook
	}
	if !waiting {
		return idleLook
	}
	now := r.o.Now().UnixMicro()
	if left := due - now; left > 0 {
		return min(idleLook, time.Duration(left)*time.Microsecond)
	}
	err = r.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		found, err := markOffered(ctx, tx, now)
		if err != nil || len(found) == 0 {
			return err
		}
		return q.offer(ctx, tx, found)
	})
	if err != nil {
		r.log(ctx, slog.LevelError, "offer jobs", err)
		return idleLook
	}
	return 0
}

// findLost lets jobs be offered anew whose offer was lost with the process, or
// the connection, that took it up, and tells how many. An offer that was only
// slow then comes twice, which does no harm.
func (q *riverQueue) findLost(ctx context.Context) (int, error) {
	r := q.runner
	ids, err := lostOffers(ctx, r.db.Reader(), r.o.Now().Add(-r.o.Lease))
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	r.o.Log.Warn("offers of jobs were lost", "job_ids", ids)
	return len(ids), r.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, id := range ids {
			if err := offerAnew(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// hear tells the watchers of this process what any process changed, until the
// news end. Each job is read anew, so no older state comes after a newer.
func (r *Runner) hear(ctx context.Context, news <-chan string) {
	for id := range news {
		r.wakeUp()
		if !r.watched() {
			continue
		}
		var changed []Job
		var err error
		if id == "" {
			changed, _, err = r.List(ctx, Filter{Limit: shownOnMissed})
			slices.Reverse(changed)
		} else {
			var j Job
			j, err = r.Get(ctx, id)
			changed = []Job{j}
		}
		if err != nil {
			r.log(ctx, slog.LevelWarn, "read a changed job", err)
			continue
		}
		for _, j := range changed {
			r.publish(j)
		}
	}
}
