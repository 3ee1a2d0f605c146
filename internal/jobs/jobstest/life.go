package jobstest

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/fault"
	"zhuomo/internal/jobs"
)

var (
	testBusy    = fault.Define("test.busy", fault.Busy, fault.Text{ZH: "忙", EN: "busy", FixZH: "稍后再试", FixEN: "try later"})
	testInvalid = fault.Define("test.invalid", fault.Invalid, fault.Text{ZH: "第 {n} 行不对", EN: "line {n} is wrong", FixZH: "改正", FixEN: "mend it"})
)

func soon(int) time.Duration { return time.Millisecond }

// untilEnded obeys its ctx and nothing else.
func untilEnded(begun chan<- struct{}) jobs.Handler {
	return func(ctx context.Context, _ jobs.Job, _ *jobs.Report) (any, error) {
		begun <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	}
}

func cancelQueued(t *testing.T, b *bench) {
	r := b.runner(jobs.Options{})
	r.Handle("test.x", func(context.Context, jobs.Job, *jobs.Report) (any, error) {
		t.Error("it ran")
		return nil, nil
	})
	id := b.enqueue(r, "test.x", nil)
	if err := r.Cancel(b.ctx, id); err != nil {
		t.Fatal(err)
	}
	if j := b.ends(r, id, jobs.Cancelled); j.FinishedUS == 0 {
		t.Error("no end time")
	}
	if err := r.Cancel(b.ctx, id); !errors.Is(err, jobs.Over) {
		t.Errorf("a second cancel gave %v", err)
	}
	b.start(r)
	if j, err := r.Get(b.ctx, id); err != nil || j.State != jobs.Cancelled {
		t.Errorf("it is %s, %v", j.State, err)
	}
}

func cancelRunning(t *testing.T, b *bench) {
	begun := make(chan struct{}, 1)
	r := b.working(jobs.Options{}, "test.long", untilEnded(begun))
	id := b.enqueue(r, "test.long", nil)
	<-begun
	start := time.Now()
	if err := r.Cancel(b.ctx, id); err != nil {
		t.Fatal(err)
	}
	j := b.ends(r, id, jobs.Cancelled)
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %v", took)
	}
	if j.Failure != nil {
		t.Errorf("a cancelled job shows a failure: %+v", j.Failure)
	}
}

func cancelElsewhere(t *testing.T, b *bench) {
	begun := make(chan struct{}, 1)
	worker := b.working(jobs.Options{}, "test.long", untilEnded(begun))
	other := b.runner(jobs.Options{})
	id := b.enqueue(worker, "test.long", nil)
	<-begun
	start := time.Now()
	if err := other.Cancel(b.ctx, id); err != nil {
		t.Fatal(err)
	}
	if j, err := other.Get(b.ctx, id); err != nil || !j.State.Finished() && !j.Cancelling {
		t.Errorf("after the request: %+v, %v", j, err)
	}
	b.ends(worker, id, jobs.Cancelled)
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %v", took)
	}
}

func retries(t *testing.T, b *bench) {
	r := b.working(jobs.Options{Backoff: soon}, "test.fail", func(_ context.Context, j jobs.Job, _ *jobs.Report) (any, error) {
		var how string
		if err := j.Args(&how); err != nil {
			return nil, err
		}
		switch how {
		case "busy twice":
			if j.Attempt < 3 {
				return nil, testBusy.With()
			}
			return "at last", nil
		case "invalid":
			return nil, testInvalid.With("n", 7)
		}
		return nil, errors.New("customer 13900000000 broke it")
	})
	j := b.ends(r, b.enqueue(r, "test.fail", "busy twice"), jobs.Done)
	if j.Attempt != 3 || j.Failure != nil {
		t.Errorf("busy twice: attempt %d, failure %+v", j.Attempt, j.Failure)
	}
	j = b.ends(r, b.enqueue(r, "test.fail", "invalid"), jobs.Failed)
	want := jobs.Failure{Code: "test.invalid", Kind: "invalid", MessageZH: "第 7 行不对", MessageEN: "line 7 is wrong", FixZH: "改正", FixEN: "mend it"}
	if j.Attempt != 1 || j.Failure == nil || *j.Failure != want {
		t.Errorf("invalid: attempt %d, failure %+v", j.Attempt, j.Failure)
	}
	j = b.ends(r, b.enqueue(r, "test.fail", "unknown", jobs.MaxFailures(2)), jobs.Failed)
	if j.Attempt != 2 || j.Failure == nil || j.Failure.Code != "jobs.broken" || j.Failure.MessageEN == "" {
		t.Errorf("unknown: attempt %d, failure %+v", j.Attempt, j.Failure)
	}
}

// busyLonger holds that what is gone for a while is waited for longer than what is broken.
func busyLonger(t *testing.T, b *bench) {
	r := b.working(jobs.Options{Backoff: soon}, "test.fail", func(context.Context, jobs.Job, *jobs.Report) (any, error) {
		return nil, testBusy.With()
	})
	for most, want := range map[int]int{1: 1, 3: 8} {
		if j := b.ends(r, b.enqueue(r, "test.fail", nil, jobs.MaxFailures(most)), jobs.Failed); j.Attempt != want || j.Failure == nil || j.Failure.Code != testBusy.Code {
			t.Errorf("busy for ever, %d at most: attempt %d, failure %+v", most, j.Attempt, j.Failure)
		}
	}
}

func retryByHand(t *testing.T, b *bench) {
	var mended atomic.Bool
	r := b.working(jobs.Options{}, "test.x", func(_ context.Context, j jobs.Job, p *jobs.Report) (any, error) {
		var at int
		found := j.Checkpoint(&at)
		if !mended.Load() {
			p.Checkpoint(41)
			return nil, testInvalid.With("n", 1)
		}
		if !found {
			t.Error("the checkpoint is gone")
		}
		return at + 1, nil
	})
	id := b.enqueue(r, "test.x", nil)
	b.ends(r, id, jobs.Failed)
	mended.Store(true)
	if err := r.Retry(b.ctx, id); err != nil {
		t.Fatal(err)
	}
	if j := b.ends(r, id, jobs.Done); string(j.Result) != "42" || j.Failure != nil {
		t.Errorf("result %s, failure %+v", j.Result, j.Failure)
	}
}

func stopAndStart(t *testing.T, b *bench) {
	begun := make(chan struct{})
	first := b.working(jobs.Options{}, "test.x", func(ctx context.Context, _ jobs.Job, p *jobs.Report) (any, error) {
		p.Checkpoint(map[string]int{"row": 500})
		close(begun)
		<-ctx.Done()
		return nil, ctx.Err()
	})
	events := first.Watch(b.ctx)
	id := b.enqueue(first, "test.x", nil)
	<-begun
	if err := first.Stop(b.ctx); err != nil {
		t.Fatal(err)
	}
	for range events { // closes
	}
	if j, err := first.Get(b.ctx, id); err != nil || j.State != jobs.Queued {
		t.Fatalf("after the stop it is %s, %v", j.State, err)
	}
	second := b.working(jobs.Options{}, "test.x", func(_ context.Context, j jobs.Job, _ *jobs.Report) (any, error) {
		at := map[string]int{}
		j.Checkpoint(&at)
		return at["row"], nil
	})
	if j := b.ends(second, id, jobs.Done); string(j.Result) != "500" || j.Attempt != 2 {
		t.Errorf("result %s in attempt %d", j.Result, j.Attempt)
	}
}

// dead leaves a runner without heartbeat while its handler hangs, as in a
// process that was suspended, then lets the handler go on.
func dead(t *testing.T, b *bench) {
	begun, wakeUp, awake := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	o := jobs.Options{Lease: 600 * time.Millisecond}
	first := b.working(o, "test.x", func(_ context.Context, _ jobs.Job, p *jobs.Report) (any, error) {
		err := b.db.Write(b.ctx, func(ctx context.Context, tx db.Tx) error { return p.CheckpointIn(ctx, tx, "here") })
		if err != nil {
			t.Error(err)
		}
		close(begun)
		<-wakeUp
		awake <- b.db.Write(b.ctx, func(ctx context.Context, tx db.Tx) error { return p.CheckpointIn(ctx, tx, "late") })
		return "too late", nil
	})
	id := b.enqueue(first, "test.x", nil)
	<-begun
	impatient, cancel := context.WithCancel(b.ctx)
	cancel()
	if err := first.Stop(impatient); !errors.Is(err, context.Canceled) {
		t.Fatalf("stop gave %v", err)
	}
	second := b.working(o, "test.x", func(_ context.Context, j jobs.Job, _ *jobs.Report) (any, error) {
		var at string
		j.Checkpoint(&at)
		close(wakeUp) // the dead one goes on while this one works
		if err := <-awake; err == nil {
			t.Error("the dead runner could write a checkpoint")
		}
		time.Sleep(50 * time.Millisecond) // time for its end to do harm
		return at, nil
	})
	if j := b.ends(second, id, jobs.Done); string(j.Result) != `"here"` || j.Attempt != 2 {
		t.Errorf("result %s in attempt %d", j.Result, j.Attempt)
	}
}

// keptCrashing lets three runners die in the same job.
func keptCrashing(t *testing.T, b *bench) {
	o := jobs.Options{Lease: 300 * time.Millisecond, MaxCrashes: 3}
	impatient, cancel := context.WithCancel(b.ctx)
	cancel()
	release := make(chan struct{})
	defer close(release)
	var id string
	for i := range 3 {
		begun := make(chan struct{})
		r := b.working(o, "test.deadly", func(context.Context, jobs.Job, *jobs.Report) (any, error) {
			close(begun)
			<-release
			return nil, nil
		})
		if i == 0 {
			id = b.enqueue(r, "test.deadly", nil)
		}
		select {
		case <-begun:
		case <-b.ctx.Done():
			t.Fatal("the job was not taken up")
		}
		_ = r.Stop(impatient)
	}
	last := b.working(o, "test.deadly", func(context.Context, jobs.Job, *jobs.Report) (any, error) { return nil, nil })
	if j := b.ends(last, id, jobs.Failed); j.Failure == nil || j.Failure.Code != "jobs.kept_crashing" || j.Attempt != 3 {
		t.Errorf("attempt %d, failure %+v", j.Attempt, j.Failure)
	}
	if err := last.Retry(b.ctx, id); err != nil {
		t.Fatal(err)
	}
	b.ends(last, id, jobs.Done)
}

func checkpointIn(t *testing.T, b *bench) {
	r := b.working(jobs.Options{Backoff: soon}, "test.x", func(ctx context.Context, j jobs.Job, p *jobs.Report) (any, error) {
		if j.Attempt == 3 {
			var at int
			j.Checkpoint(&at)
			return at, nil
		}
		p.Checkpoint(-1) // older than what follows: must not come after it
		err := b.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			if err := p.CheckpointIn(ctx, tx, j.Attempt); err != nil {
				return err
			}
			if j.Attempt == 2 {
				return testBusy.With() // rolls its checkpoint back
			}
			return nil
		})
		if err == nil {
			err = testBusy.With()
		}
		return nil, err
	})
	if j := b.ends(r, b.enqueue(r, "test.x", nil), jobs.Done); string(j.Result) != "1" {
		t.Errorf("the third attempt began at %s, want 1", j.Result)
	}
}

func dedupe(t *testing.T, b *bench) {
	gate := make(chan struct{})
	r := b.working(jobs.Options{}, "test.x", func(ctx context.Context, j jobs.Job, _ *jobs.Report) (any, error) {
		var fail bool
		if err := j.Args(&fail); err != nil {
			return nil, err
		}
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if fail {
			return nil, testInvalid.With("n", 1)
		}
		return nil, nil
	})
	one := b.enqueue(r, "test.x", true, jobs.Dedupe("k"))
	if again := b.enqueue(r, "test.x", true, jobs.Dedupe("k")); again != one {
		t.Error("the same work was queued twice")
	}
	if other := b.enqueue(r, "test.x", true, jobs.Dedupe("l")); other == one {
		t.Error("other work was taken for the same")
	}
	gate <- struct{}{}
	gate <- struct{}{}
	b.ends(r, one, jobs.Failed)
	two := b.enqueue(r, "test.x", false, jobs.Dedupe("k"))
	if two == one {
		t.Error("finished work keeps others out")
	}
	if err := r.Retry(b.ctx, one); !errors.Is(err, jobs.Twin) {
		t.Errorf("a retry beside the same work gave %v", err)
	}
	close(gate)
	b.ends(r, two, jobs.Done)
}

func panics(t *testing.T, b *bench) {
	r := b.working(jobs.Options{Workers: 1, Backoff: soon}, "test.x", func(_ context.Context, j jobs.Job, _ *jobs.Report) (any, error) {
		var how string
		if err := j.Args(&how); err != nil {
			return nil, err
		}
		switch how {
		case "panic":
			var m map[string]int
			m["x"]++
		case "exit":
			runtime.Goexit()
		case "channel":
			return make(chan int), nil // a result without JSON
		}
		return nil, nil
	})
	for how, code := range map[string]string{"panic": "jobs.panicked", "exit": "jobs.panicked", "channel": "jobs.broken"} {
		j := b.ends(r, b.enqueue(r, "test.x", how), jobs.Failed)
		if j.Failure == nil || j.Failure.Code != code || code == "jobs.panicked" && j.Attempt != 1 {
			t.Errorf("%s: attempt %d, failure %+v", how, j.Attempt, j.Failure)
		}
	}
	b.ends(r, b.enqueue(r, "test.x", "well"), jobs.Done)
}
