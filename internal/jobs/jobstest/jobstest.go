// Package jobstest is the conformance suite of job runners, whatever engine
// works underneath.
package jobstest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/testkit"
)

// Runner is what stages use of a job runner.
type Runner interface {
	Handle(kind string, h jobs.Handler)
	Enqueue(ctx context.Context, tx db.Tx, kind string, args any, options ...jobs.Option) (id string, err error)
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	Cancel(ctx context.Context, id string) error
	Retry(ctx context.Context, id string) error
	Get(ctx context.Context, id string) (jobs.Job, error)
	List(ctx context.Context, f jobs.Filter) ([]jobs.Job, string, error)
	Watch(ctx context.Context) <-chan jobs.Job
	Wait(ctx context.Context, id string) (jobs.Job, error)
}

// Run holds runners to the contract. open gives a new runner over d; several
// may work on one database.
func Run(t *testing.T, open func(t *testing.T, d *db.DB, o jobs.Options) Runner) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, *bench){
		"a job runs and its result is kept":                  runs,
		"a rolled-back enqueue adds nothing":                 rolledBack,
		"a job begins right after its commit":                beginsAtOnce,
		"progress and time left are true":                    progress,
		"progress is written at most 5 times a second":       progressIsRare,
		"a queued job is cancelled at once":                  cancelQueued,
		"cancel reaches a running job within a second":       cancelRunning,
		"cancel reaches a job of another runner":             cancelElsewhere,
		"busy and broken are tried again, invalid is not":    retries,
		"what is busy is waited for longer":                  busyLonger,
		"a failed job goes on from its checkpoint":           retryByHand,
		"a stopped job goes on from its checkpoint":          stopAndStart,
		"a job of a dead runner goes on, the dead is fenced": dead,
		"a job that kills its runners is given up":           keptCrashing,
		"a checkpoint holds exactly if its rows do":          checkpointIn,
		"the same work is queued once":                       dedupe,
		"exactly one worker runs a job":                      exactlyOnce,
		"a panic fails the job and nothing else":             panics,
		"priority, then time, then order of enqueueing":      order,
		"a job waits for its time":                           waitsForItsTime,
		"a kind that nobody handles waits":                   unhandled,
		"a slow watcher holds up nobody and sees the end":    slowWatcher,
		"lists are filtered and paged":                       lists,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.EachDB(t, func(t *testing.T, d *db.DB) {
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				t.Cleanup(cancel)
				test(t, &bench{t: t, ctx: ctx, db: d, open: open})
			})
		})
	}
}

// bench is one test's database and what it starts on it.
type bench struct {
	t    *testing.T
	ctx  context.Context // ends before the test hangs
	db   *db.DB
	open func(t *testing.T, d *db.DB, o jobs.Options) Runner
}

// runner gives a runner, not started, that stops with the test.
func (b *bench) runner(o jobs.Options) Runner {
	b.t.Helper()
	r := b.open(b.t, b.db, o)
	b.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := r.Stop(ctx); err != nil {
			b.t.Errorf("stop: %v", err)
		}
	})
	return r
}

// working gives a started runner with one handler.
func (b *bench) working(o jobs.Options, kind string, h jobs.Handler) Runner {
	b.t.Helper()
	r := b.runner(o)
	r.Handle(kind, h)
	b.start(r)
	return r
}

func (b *bench) start(r Runner) {
	b.t.Helper()
	if err := r.Start(context.Background()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) enqueue(r Runner, kind string, args any, o ...jobs.Option) (id string) {
	b.t.Helper()
	err := b.db.Write(b.ctx, func(ctx context.Context, tx db.Tx) (err error) {
		id, err = r.Enqueue(ctx, tx, kind, args, o...)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

// ends waits for the job and checks how it ended.
func (b *bench) ends(r Runner, id string, state jobs.State) jobs.Job {
	b.t.Helper()
	j, err := r.Wait(b.ctx, id)
	if err != nil {
		now, _ := r.Get(context.Background(), id)
		b.t.Fatalf("wait for job: %v; it is %+v", err, now)
	}
	if j.State != state {
		b.t.Fatalf("the job ended as %s, want %s (failure %+v)", j.State, state, j.Failure)
	}
	return j
}

// until looks every few milliseconds whether the job is as wanted.
func (b *bench) until(r Runner, id, what string, wanted func(jobs.Job) bool) jobs.Job {
	b.t.Helper()
	for {
		j, err := r.Get(b.ctx, id)
		if err != nil {
			b.t.Fatalf("%s: %v", what, err)
		}
		if wanted(j) {
			return j
		}
		time.Sleep(2 * time.Millisecond) // the state lives in a database: there is nothing to wait on
	}
}

func runs(t *testing.T, b *bench) {
	type args struct{ Name string }
	r := b.working(jobs.Options{}, "test.greet", func(ctx context.Context, j jobs.Job, p *jobs.Report) (any, error) {
		var a args
		if err := j.Args(&a); err != nil {
			return nil, err
		}
		if j.ProductID != "p1" || j.ActorID != "a1" || j.Attempt != 1 || j.State != jobs.Running {
			t.Errorf("the handler got %+v", j)
		}
		if j.Checkpoint(new(int)) {
			t.Error("a first attempt has a checkpoint")
		}
		return map[string]string{"greeting": "你好，" + a.Name}, nil
	})
	id := b.enqueue(r, "test.greet", args{"琢磨"}, jobs.ForProduct("p1"), jobs.By("a1"))
	j := b.ends(r, id, jobs.Done)
	if string(j.Result) != `{"greeting":"你好，琢磨"}` || j.Failure != nil || j.StartedUS < j.CreatedUS || j.FinishedUS < j.StartedUS {
		t.Errorf("got %+v, result %s", j, j.Result)
	}
	if _, err := r.Get(b.ctx, "nothing"); !errors.Is(err, jobs.NotFound) {
		t.Errorf("an unknown id gave %v", err)
	}
	for _, do := range []func(context.Context, string) error{r.Cancel, r.Retry} {
		if err := do(b.ctx, "nothing"); !errors.Is(err, jobs.NotFound) {
			t.Errorf("an unknown id gave %v", err)
		}
	}
	if err := r.Retry(b.ctx, id); !errors.Is(err, jobs.NoRetry) {
		t.Errorf("retry of a done job gave %v", err)
	}
}

func rolledBack(t *testing.T, b *bench) {
	r := b.working(jobs.Options{}, "test.x", func(context.Context, jobs.Job, *jobs.Report) (any, error) {
		t.Error("it ran")
		return nil, nil
	})
	no := errors.New("no")
	err := b.db.Write(b.ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := r.Enqueue(ctx, tx, "test.x", nil); err != nil {
			return err
		}
		return no
	})
	if !errors.Is(err, no) {
		t.Fatal(err)
	}
	all, _, err := r.List(b.ctx, jobs.Filter{})
	if err != nil || len(all) != 0 {
		t.Errorf("%d jobs, %v", len(all), err)
	}
}

func beginsAtOnce(t *testing.T, b *bench) {
	r := b.working(jobs.Options{}, "test.x", func(context.Context, jobs.Job, *jobs.Report) (any, error) { return nil, nil })
	start := time.Now()
	const times = 20
	for range times {
		b.ends(r, b.enqueue(r, "test.x", nil), jobs.Done)
	}
	if took := time.Since(start); took > times*600*time.Millisecond { // the queue waits up to a fifth of a second between looks; polling alone would take a second each
		t.Errorf("%d jobs one after the other took %v", times, took)
	}
}

func exactlyOnce(t *testing.T, b *bench) {
	const runners, count = 3, 120
	var ran [count]atomic.Int32
	var all []Runner
	for range runners {
		all = append(all, b.working(jobs.Options{Workers: 4}, "test.count", func(_ context.Context, j jobs.Job, _ *jobs.Report) (any, error) {
			var i int
			if err := j.Args(&i); err != nil {
				return nil, err
			}
			ran[i].Add(1)
			return nil, nil
		}))
	}
	var ids []string
	for i := range count {
		ids = append(ids, b.enqueue(all[i%runners], "test.count", i))
	}
	for i, id := range ids {
		b.ends(all[0], id, jobs.Done)
		if n := ran[i].Load(); n != 1 {
			t.Errorf("job %d ran %d times", i, n)
		}
	}
}
