package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"zhuomo/internal/api/command"
	"zhuomo/label"
)

// soakBench are the settings of `bench soak`: hours of even work, to see whether
// anything grows.
type soakBench struct {
	minutes, turns, answers int
}

// soakMinute is what one minute showed.
type soakMinute struct {
	Minute     int     `json:"minute"`
	P50MS      float64 `json:"p50_ms"`
	P99MS      float64 `json:"p99_ms"`
	ResidentMB float64 `json:"resident_mb"`
	HeapMB     float64 `json:"heap_mb"` // of it what the program's own values take up
	Goroutines float64 `json:"goroutines"`
	Files      float64 `json:"open_files"`
	DatabaseMB float64 `json:"database_mb"`
	Answers    int64   `json:"answer_count"`
}

// soakFigures compare the ends of a line laid through the minutes after the
// first fifth, in which caches fill.
type soakFigures struct {
	Minutes    int     `json:"minutes" table:"分钟|minutes"`
	TurnsPerS  int     `json:"turns_per_s" table:"话轮/秒|turns/s"`
	Answers    int64   `json:"answer_count" table:"标注|answers"`
	P50MS      float64 `json:"p50_ms" table:"p50 ms"`
	P99MS      float64 `json:"p99_ms" table:"p99 ms"`
	WorstMS    float64 `json:"p99_worst_minute_ms" table:"最慢一分钟 p99 ms|p99 ms of the worst minute"`
	ResidentMB float64 `json:"resident_mb" table:"内存 MB|resident MB"`
	Memory     float64 `json:"memory_growth" table:"内存增长|growth of memory"`
	P99        float64 `json:"p99_growth" table:"p99 增长|growth of p99"`
	Goroutines float64 `json:"goroutine_growth" table:"协程增长|growth of goroutines"`
	Files      float64 `json:"file_growth" table:"句柄增长|growth of open files"`
	Flat       bool    `json:"flat" table:"平稳|flat"`
}

const (
	soakPeople = 8
	soakEach   = 2 // answers a task
	// What may seem to grow: memory by this ratio, the slowest answers, which
	// vary more, by that.
	soakMemoryMay, soakP99May = .1, .3
)

func (o *soakBench) run(ctx context.Context, e *command.Env) (err error) {
	folder, product, said, err := demoToTalkTo(e.Globals)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	labelling := &labelBench{tasks: o.minutes*60*o.answers/soakEach + 1000, people: soakPeople, each: soakEach, lasting: time.Duration(o.minutes) * time.Minute}
	var queue string
	var secrets []string
	if err := labelling.with(ctx, folder, "", func(ctx context.Context, a *App) (err error) {
		queue, secrets, err = labelling.prepare(ctx, a)
		return err
	}); err != nil {
		return err
	}
	server, err := serveApart(ctx, folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	if _, err := server.firstByte(ctx); err != nil {
		return err
	}
	working, stop := context.WithCancel(ctx)
	defer stop()
	var answers atomic.Int64
	var people sync.WaitGroup
	failed := make(chan error, len(secrets)) // one a person
	for _, secret := range secrets {
		people.Go(func() {
			if err := o.labels(working, server.address, queue, secret, &answers); err != nil && working.Err() == nil {
				failed <- err
			}
		})
	}
	minutes, err := o.measure(ctx, e, newLoad(server.address, product, said, 2*o.turns), &answers)
	stop()
	people.Wait()
	close(failed)
	if err := errors.Join(err, <-failed); err != nil {
		return err
	}
	f := soaked(minutes)
	f.TurnsPerS = o.turns
	return e.Print(f)
}

// labels lets a person take and answer tasks at their share of the rate.
func (o *soakBench) labels(ctx context.Context, address, queue, secret string, answers *atomic.Int64) error {
	if o.answers <= 0 {
		return nil
	}
	client, who := manyClients(1), http.Header{"Authorization": {"Bearer " + secret}}
	pace := time.NewTicker(time.Second * soakPeople / time.Duration(o.answers))
	defer pace.Stop()
	for {
		var got struct {
			Items []label.Task `json:"items"`
		}
		if err := post(ctx, client, address+"/api/v1/queues/"+queue+"/claims", who, map[string]int{"count": 5}, &got); err != nil || len(got.Items) == 0 {
			return err
		}
		for _, t := range got.Items {
			select {
			case <-ctx.Done():
				return nil
			case <-pace.C:
			}
			if err := post(ctx, client, address+"/api/v1/tasks/"+t.ID+"/annotations", who, map[string]any{"labels": []string{"order"}, "seconds": 1}, nil); err != nil {
				return err
			}
			answers.Add(1)
		}
	}
}

// measure sends turns at the rate, in other sessions each minute, and tells how
// each minute was.
func (o *soakBench) measure(ctx context.Context, e *command.Env, customers *load, answers *atomic.Int64) (all []soakMinute, err error) {
	for n := 1; n <= o.minutes; n++ {
		began := time.Now()
		sessions, err := customers.sessions(ctx, max(1, o.turns))
		if err != nil {
			return all, err
		}
		took, err := customers.open(ctx, sessions, o.turns, time.Minute-time.Since(began))
		if err != nil {
			return all, err
		}
		m := soakMinute{Minute: n, P50MS: round(quantile(took, .5)), P99MS: round(quantile(took, .99)), Answers: answers.Load()}
		seen, err := unlabelled(ctx, customers.base)
		if err != nil {
			return all, err
		}
		m.ResidentMB = round(seen["process_resident_memory_bytes"] / 1e6)
		m.HeapMB = round(seen["go_memstats_heap_alloc_bytes"] / 1e6)
		m.Goroutines, m.Files = seen["go_goroutines"], seen["process_open_fds"]
		m.DatabaseMB = round((seen["zhuomo_database_file_bytes"] + seen["zhuomo_database_log_bytes"]) / 1e6)
		all = append(all, m)
		fmt.Fprintf(e.Err, "%4d  p50 %7.2f ms  p99 %8.2f ms  %6.1f MB (heap %6.1f)  %5.0f goroutines  %4.0f files  database %7.1f MB  %d answers\n",
			m.Minute, m.P50MS, m.P99MS, m.ResidentMB, m.HeapMB, m.Goroutines, m.Files, m.DatabaseMB, m.Answers)
	}
	return all, nil
}

// unlabelled reads the figures that have no label.
func unlabelled(ctx context.Context, base string) (map[string]float64, error) {
	r, err := http.NewRequestWithContext(ctx, "GET", base+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	seen := map[string]float64{}
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		if name, value, ok := strings.Cut(lines.Text(), " "); ok && !strings.HasPrefix(name, "#") {
			if v, err := strconv.ParseFloat(value, 64); err == nil {
				seen[name] = v
			}
		}
	}
	return seen, lines.Err()
}

// soaked lays the lines and judges.
func soaked(minutes []soakMinute) soakFigures {
	last := minutes[len(minutes)-1]
	f := soakFigures{Minutes: len(minutes), Answers: last.Answers, ResidentMB: last.ResidentMB}
	later := minutes[len(minutes)/5:]
	of := func(what func(soakMinute) float64) (values []float64) {
		for _, m := range later {
			values = append(values, what(m))
		}
		return values
	}
	f.Memory = growth(of(func(m soakMinute) float64 { return m.ResidentMB }))
	f.P99 = growth(of(func(m soakMinute) float64 { return m.P99MS }))
	f.Goroutines = growth(floors(of(func(m soakMinute) float64 { return m.Goroutines })))
	f.Files = growth(floors(of(func(m soakMinute) float64 { return m.Files })))
	for _, m := range later {
		f.P50MS += m.P50MS / float64(len(later))
		f.P99MS += m.P99MS / float64(len(later))
		f.WorstMS = max(f.WorstMS, m.P99MS)
	}
	f.P50MS, f.P99MS = round(f.P50MS), round(f.P99MS)
	f.Flat = len(later) > 1 && f.Memory <= soakMemoryMay && f.Files <= soakMemoryMay && f.Goroutines <= soakP99May && f.P99 <= soakP99May
	return f
}

// floors are the lowest of every few values: connections come and go with the load of
// the machine, and each is a file and a goroutine or two; what is lost for good raises
// the lowest too.
func floors(values []float64) []float64 {
	if len(values) < 2*floorOf {
		return values
	}
	var lowest []float64
	for some := range slices.Chunk(values, floorOf) {
		if len(some) == floorOf {
			lowest = append(lowest, slices.Min(some))
		}
	}
	return lowest
}

const floorOf = 5

// growth is how much higher the line through values ends than it begins, as a
// ratio. Its slope is the median of those between every two values (Sen 1968),
// so that a single bad minute, which is told beside it, does not tilt it.
func growth(values []float64) float64 {
	var slopes, starts []float64
	for i, v := range values {
		for j := range i {
			slopes = append(slopes, (v-values[j])/float64(i-j))
		}
	}
	if len(slopes) == 0 {
		return 0
	}
	slope := median(slopes)
	for i, v := range values {
		starts = append(starts, v-slope*float64(i))
	}
	first := median(starts)
	if first <= 0 {
		return 0
	}
	return round(slope * float64(len(values)-1) / first)
}

func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[n/2] + values[(n-1)/2]) / 2
}
