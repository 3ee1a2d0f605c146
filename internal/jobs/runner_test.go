package jobs_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/jobs/jobstest"
	"zhuomo/internal/testkit"
)

func TestRunner(t *testing.T) {
	t.Parallel()
	jobstest.Run(t, func(t *testing.T, d *db.DB, o jobs.Options) jobstest.Runner { return openRunner(t, d, o) })
}

func openRunner(t testing.TB, d *db.DB, o jobs.Options) *jobs.Runner {
	t.Helper()
	r, err := jobs.Open(t.Context(), d, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const childPath = "ZHUOMO_TEST_CRASH_JOBS"

// countTo counts in steps of one, each in a transaction with its checkpoint,
// and tells every step on stdout.
func countTo(d *db.DB, goal int) jobs.Handler {
	return func(ctx context.Context, j jobs.Job, p *jobs.Report) (any, error) {
		at := 0
		j.Checkpoint(&at)
		p.Total(int64(goal))
		p.Add(int64(at))
		for at < goal {
			err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
				if _, err := tx.ExecContext(ctx, "INSERT INTO steps (id) VALUES ($1)", at); err != nil {
					return err
				}
				return p.CheckpointIn(ctx, tx, at+1)
			})
			if err != nil {
				return nil, err
			}
			fmt.Println("step", at)
			at++
			p.Add(1)
		}
		return at, nil
	}
}

func openSteps(t testing.TB, path string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), db.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS steps (id BIGINT NOT NULL PRIMARY KEY)")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestAJobOfAKilledProcessGoesOnAtOnce kills a working process three times and
// lets this one finish: each step was done exactly once (the primary key would
// refuse a second), and nobody waited for a lease.
func TestAJobOfAKilledProcessGoesOnAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "zhuomo.db")
	d := openSteps(t, path)
	var id string
	r := openRunner(t, d, jobs.Options{})
	if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		id, err = r.Enqueue(ctx, tx, "test.count", nil)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		child := exec.Command(os.Args[0], "-test.run=^TestChildWorksUntilKilled$")
		child.Env = append(os.Environ(), childPath+"="+path)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 30 {
			lines.Scan()
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait() // it was killed: an error is what we want
	}
	d = openSteps(t, path)
	defer d.Close()
	var steps int
	if err := d.Reader().QueryRowContext(t.Context(), "SELECT count(*) FROM steps").Scan(&steps); err != nil || steps < 90 {
		t.Fatalf("%d steps, %v", steps, err)
	}
	r = openRunner(t, d, jobs.Options{Alone: true})
	r.Handle("test.count", countTo(d, steps+10))
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	j, err := r.Wait(t.Context(), id)
	if err != nil || j.State != jobs.Done || j.Attempt != 4 || string(j.Result) != fmt.Sprint(steps+10) {
		t.Errorf("got %+v, result %s, %v", j, j.Result, err)
	}
	if err := r.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestChildWorksUntilKilled is the process that is killed.
func TestChildWorksUntilKilled(t *testing.T) {
	path := os.Getenv(childPath)
	if path == "" {
		t.Skip("runs as the child of TestAJobOfAKilledProcessGoesOnAtOnce")
	}
	d := openSteps(t, path)
	r := openRunner(t, d, jobs.Options{Alone: true})
	r.Handle("test.count", countTo(d, 1_000_000))
	if err := r.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	select {}
}

// BenchmarkRunner enqueues 500 at a time and works them off.
func BenchmarkRunner(b *testing.B) {
	d := testkit.OpenDB(b)
	r := openRunner(b, d, jobs.Options{Workers: 8, Alone: true})
	r.Handle("bench.nothing", func(context.Context, jobs.Job, *jobs.Report) (any, error) { return nil, nil })
	if err := r.Start(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	var ids []string
	for left := b.N; left > 0; left -= 500 {
		err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
			for range min(left, 500) {
				id, err := r.Enqueue(ctx, tx, "bench.nothing", nil)
				if err != nil {
					return err
				}
				ids = append(ids, id)
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for _, id := range ids {
		if _, err := r.Wait(context.Background(), id); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
	if err := r.Stop(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// TestAJobWhoseOfferWasLostIsOfferedAnew does to offers what a process does that
// dies, or loses its connection, between taking one up and claiming its job.
func TestAJobWhoseOfferWasLostIsOfferedAnew(t *testing.T) {
	t.Parallel()
	d := testkit.OpenPostgres(t)
	r := openRunner(t, d, jobs.Options{Workers: 1, Lease: 600 * time.Millisecond})
	r.Handle("test.work", func(context.Context, jobs.Job, *jobs.Report) (any, error) { return nil, nil })
	var ids [3]string
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		for i := range ids {
			if ids[i], err = r.Enqueue(ctx, tx, "test.work", nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE river_job SET state = 'running', attempted_at = now() WHERE args->>'id' = $1", ids[0])
		if err == nil {
			_, err = tx.ExecContext(ctx, "DELETE FROM river_job WHERE args->>'id' = $1", ids[1])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	defer r.Stop(context.Background())
	within, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for i, id := range ids {
		if j, err := r.Wait(within, id); err != nil || j.State != jobs.Done || j.Attempt != 1 {
			t.Errorf("job %d: %s in attempt %d, %v", i, j.State, j.Attempt, err)
		}
	}
}
