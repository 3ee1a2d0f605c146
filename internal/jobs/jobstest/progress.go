package jobstest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"zhuomo/internal/jobs"
)

// progress works at 100 units a second and looks at what is told meanwhile.
func progress(t *testing.T, b *bench) {
	looked := make(chan struct{})
	r := b.working(jobs.Options{}, "test.work", func(ctx context.Context, j jobs.Job, p *jobs.Report) (any, error) {
		p.Total(1000)
		p.Note("正在读取", "reading")
		for {
			select {
			case <-looked:
				return nil, nil
			case <-time.After(20 * time.Millisecond):
				p.Add(2)
			}
		}
	})
	id := b.enqueue(r, "test.work", nil)
	j := b.until(r, id, "a measured speed", func(j jobs.Job) bool { return j.Done >= 100 && j.LeftUS > 0 })
	if j.Total != 1000 || j.NoteZH != "正在读取" || j.NoteEN != "reading" {
		t.Errorf("got %+v", j)
	}
	// A loaded machine works slower than asked, so compare with what was done.
	real := float64(j.Done) / (float64(time.Now().UnixMicro()-j.StartedUS) / 1e6)
	if j.PerSecond < real*0.6 || j.PerSecond > real*1.6 {
		t.Errorf("told %.0f units a second, did %.0f", j.PerSecond, real)
	}
	if want := float64(j.Total-j.Done) / j.PerSecond; float64(j.LeftUS)/1e6 < want*0.99 || float64(j.LeftUS)/1e6 > want*1.01 {
		t.Errorf("told %d µs left, want %.1f s", j.LeftUS, want)
	}
	close(looked)
	if j := b.ends(r, id, jobs.Done); j.LeftUS != 0 || j.Done < 100 {
		t.Errorf("at the end: %+v", j)
	}
}

func progressIsRare(t *testing.T, b *bench) {
	begun := make(chan struct{})
	r := b.runner(jobs.Options{})
	r.Handle("test.fast", func(ctx context.Context, j jobs.Job, p *jobs.Report) (any, error) {
		close(begun)
		for end := time.Now().Add(time.Second); time.Now().Before(end); {
			p.Add(1)
			p.Note(fmt.Sprint("第 ", time.Now().UnixNano(), " 步"), "")
			time.Sleep(time.Millisecond)
		}
		return nil, nil
	})
	events := r.Watch(b.ctx)
	b.start(r)
	id := b.enqueue(r, "test.fast", nil)
	<-begun
	n := 0
	for j := range events {
		if j.State == jobs.Running {
			n++
		}
		if j.ID == id && j.State.Finished() {
			break
		}
	}
	if n < 2 || n > 8 { // the begin, 5 in the second, and the edges
		t.Errorf("%d states were told in a second", n)
	}
}

func slowWatcher(t *testing.T, b *bench) {
	r := b.runner(jobs.Options{})
	r.Handle("test.x", func(_ context.Context, j jobs.Job, p *jobs.Report) (any, error) {
		p.Add(1)
		return nil, nil
	})
	ctx, stopWatching := context.WithCancel(b.ctx)
	slow := r.Watch(ctx) // read by nobody until all is over
	b.start(r)
	var ids []string
	for range 50 {
		ids = append(ids, b.enqueue(r, "test.x", nil))
	}
	for _, id := range ids {
		b.ends(r, id, jobs.Done)
	}
	last := map[string]jobs.State{}
	for len(last) < len(ids) || !allDone(last) {
		select {
		case j, open := <-slow:
			if !open {
				t.Fatal("the channel closed before the end")
			}
			last[j.ID] = j.State
		case <-b.ctx.Done():
			t.Fatalf("the watcher saw %v", last)
		}
	}
	stopWatching()
	for range slow { // closes
	}
	if _, open := <-r.Watch(ctx); open {
		t.Error("a watch that ended gave a job")
	}
}

func allDone(states map[string]jobs.State) bool {
	for _, s := range states {
		if s != jobs.Done {
			return false
		}
	}
	return true
}

func order(t *testing.T, b *bench) {
	var mu sync.Mutex
	var got []string
	r := b.runner(jobs.Options{Workers: 1})
	r.Handle("test.x", func(_ context.Context, j jobs.Job, _ *jobs.Report) (any, error) {
		var name string
		if err := j.Args(&name); err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		got = append(got, name)
		return nil, nil
	})
	past := time.Now().Add(-time.Hour)
	var ids []string
	for _, x := range []struct {
		name string
		o    []jobs.Option
	}{
		{"5 last", []jobs.Option{jobs.Priority(-1), jobs.At(past)}},
		{"3 now", nil},
		{"4 now, later", nil},
		{"2 an hour ago", []jobs.Option{jobs.At(past)}},
		{"1 first", []jobs.Option{jobs.Priority(9)}},
	} {
		ids = append(ids, b.enqueue(r, "test.x", x.name, x.o...))
	}
	b.start(r)
	for _, id := range ids {
		b.ends(r, id, jobs.Done)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(got) != 5 || !slices.IsSorted(got) {
		t.Errorf("ran in the order %q", got)
	}
}

func waitsForItsTime(t *testing.T, b *bench) {
	r := b.working(jobs.Options{}, "test.x", func(context.Context, jobs.Job, *jobs.Report) (any, error) { return nil, nil })
	at := time.Now().Add(700 * time.Millisecond)
	j := b.ends(r, b.enqueue(r, "test.x", nil, jobs.At(at)), jobs.Done)
	if late := time.Duration(j.StartedUS-at.UnixMicro()) * time.Microsecond; late < 0 || late > 500*time.Millisecond {
		t.Errorf("began %v after its time", late)
	}
}

func unhandled(t *testing.T, b *bench) {
	r := b.working(jobs.Options{}, "test.x", func(context.Context, jobs.Job, *jobs.Report) (any, error) { return nil, nil })
	waits := b.enqueue(r, "test.unknown", nil, jobs.Priority(9))
	b.ends(r, b.enqueue(r, "test.x", nil), jobs.Done)
	if j, err := r.Get(b.ctx, waits); err != nil || j.State != jobs.Queued {
		t.Errorf("the unknown kind is %s, %v", j.State, err)
	}
}

func lists(t *testing.T, b *bench) {
	r := b.runner(jobs.Options{})
	var ids []string
	for i := range 7 {
		ids = append(ids, b.enqueue(r, "test.x", nil, jobs.ForProduct(fmt.Sprint("p", i%2))))
	}
	b.enqueue(r, "other.y", nil, jobs.By("lin"))
	if err := r.Cancel(b.ctx, ids[0]); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(ids)
	var got []string
	f := jobs.Filter{Kind: "test.x", Limit: 3}
	for pages := 1; ; pages++ {
		all, next, err := r.List(b.ctx, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range all {
			got = append(got, j.ID)
		}
		if f.After = next; next == "" {
			if pages != 3 {
				t.Errorf("%d pages", pages)
			}
			break
		}
	}
	if !slices.Equal(got, ids) {
		t.Errorf("listed %v, want %v", got, ids)
	}
	for _, c := range []struct {
		filter jobs.Filter
		want   int
	}{
		{jobs.Filter{}, 8}, {jobs.Filter{ProductID: "p0"}, 4}, {jobs.Filter{State: jobs.Cancelled}, 1}, {jobs.Filter{ProductID: "p0", Unfinished: true}, 3},
		{jobs.Filter{Stage: "test"}, 7}, {jobs.Filter{Stage: "other"}, 1}, {jobs.Filter{Stage: "tes"}, 0}, {jobs.Filter{ActorID: "lin"}, 1}, {jobs.Filter{ActorID: "lin", Stage: "test"}, 0},
	} {
		if all, _, err := r.List(b.ctx, c.filter); err != nil || len(all) != c.want {
			t.Errorf("%+v listed %d, want %d (%v)", c.filter, len(all), c.want, err)
		}
	}
}
