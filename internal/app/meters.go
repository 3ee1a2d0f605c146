package app

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zhuomo/feedback"
	"zhuomo/internal/blob"
	"zhuomo/internal/fault"
	"zhuomo/internal/jobs"
	"zhuomo/label"
	"zhuomo/serve"
)

// meters count what the stages do. No label names a row, a session or anything
// that a person typed: each has few values, known beforehand.
type meters struct {
	turns   map[serve.Outcome]prometheus.Observer
	writes  prometheus.Histogram
	jobs    *prometheus.HistogramVec // kind, state
	labels  map[label.Happening]prometheus.Counter
	fixes   map[feedback.State]prometheus.Observer
	blobs   map[blob.Operation]prometheus.Observer
	bytes   map[blob.Operation]prometheus.Counter
	failing map[blob.Operation]prometheus.Counter
}

// newMeters makes and registers them, with the gauges that are read at a scrape.
func newMeters(a *App, into prometheus.Registerer) *meters {
	turns := histogram("zhuomo_turn_seconds", "time of a turn from its arrival until its answer is durable, by how it ended",
		[]float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}, "outcome")
	fixes := histogram("zhuomo_fix_seconds", "time of a fix from relabelling until its release is live or refused, by how it ended",
		[]float64{.25, .5, 1, 2, 3, 5, 10, 30, 60, 300}, "result")
	blobs := histogram("zhuomo_blob_operation_seconds", "time of one operation on the store of files",
		[]float64{.0005, .002, .005, .01, .05, .1, .5, 1, 5, 30, 120}, "operation")
	bytes := counter("zhuomo_blob_bytes_total", "bytes put into and read from the store of files", "operation")
	failing := counter("zhuomo_blob_errors_total", "operations on the store of files that failed, but for what is not there", "operation")
	m := &meters{
		jobs: histogram("zhuomo_job_seconds", "time of one attempt at a job, by kind and by the state it left the job in",
			[]float64{.01, .05, .1, .5, 1, 5, 15, 60, 300, 1800, 7200}, "kind", "state"),
		writes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "zhuomo_database_write_seconds", Help: "time of a write from its arrival until it is durable or has failed",
			Buckets: []float64{.0002, .0005, .001, .002, .005, .01, .025, .05, .1, .5, 2, 10},
		}),
		turns: map[serve.Outcome]prometheus.Observer{}, fixes: map[feedback.State]prometheus.Observer{},
		labels: map[label.Happening]prometheus.Counter{}, blobs: map[blob.Operation]prometheus.Observer{},
		bytes: map[blob.Operation]prometheus.Counter{}, failing: map[blob.Operation]prometheus.Counter{},
	}
	for _, o := range serve.Outcomes {
		m.turns[o] = turns.WithLabelValues(string(o))
	}
	for _, state := range []feedback.State{feedback.Live, feedback.Refused, feedback.Failed} {
		m.fixes[state] = fixes.WithLabelValues(string(state))
	}
	for _, o := range []blob.Operation{blob.Putting, blob.Opening, blob.Deleting, blob.Reading} {
		m.failing[o] = failing.WithLabelValues(string(o))
		if o != blob.Reading {
			m.blobs[o] = blobs.WithLabelValues(string(o))
		}
	}
	for _, o := range []blob.Operation{blob.Putting, blob.Reading} {
		m.bytes[o] = bytes.WithLabelValues(string(o))
	}
	for what, c := range map[label.Happening]prometheus.Counter{
		label.Claimed:  one("zhuomo_label_tasks_claimed_total", "tasks handed out to people"),
		label.Answered: one("zhuomo_label_answers_total", "answers of people that were taken"),
		label.LostOut:  one("zhuomo_label_leases_lost_total", "leases that had run out and gone to somebody else when their person came back"),
	} {
		m.labels[what] = c
		into.MustRegister(c)
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "zhuomo_build_info", Help: "1, with the version of the program",
		ConstLabels: prometheus.Labels{"version": Version, "go": runtime.Version()},
	})
	build.Set(1)
	into.MustRegister(turns, fixes, blobs, bytes, failing, m.jobs, m.writes, build, &standing{a})
	return m
}

func histogram(name, help string, seconds []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: seconds}, labels)
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func one(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
}

func (m *meters) turn(outcome serve.Outcome, took time.Duration) {
	m.turns[outcome].Observe(took.Seconds())
}

func (m *meters) write(took time.Duration) { m.writes.Observe(took.Seconds()) }

func (m *meters) job(j jobs.Job, took time.Duration) {
	m.jobs.WithLabelValues(j.Kind, string(j.State)).Observe(took.Seconds())
}

func (m *meters) label(what label.Happening, n int) { m.labels[what].Add(float64(n)) }

func (m *meters) fix(result feedback.State, took time.Duration) {
	if known := m.fixes[result]; known != nil {
		known.Observe(took.Seconds())
	}
}

func (m *meters) blob(o blob.Operation, sizeBytes int64, took time.Duration, err error) {
	if timed := m.blobs[o]; timed != nil {
		timed.Observe(took.Seconds())
	}
	if sizeBytes > 0 {
		m.bytes[o].Add(float64(sizeBytes))
	}
	if err != nil && !errors.Is(err, context.Canceled) && fault.Of(err).Def.Kind != fault.NotFound {
		m.failing[o].Inc()
	}
}

// standing reads at a scrape how things stand: counters of this process, two
// short questions to the database, the size of the disk.
type standing struct{ a *App }

// scrapeTime bounds the questions of one scrape.
const scrapeTime = 2 * time.Second

func described(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

var (
	jobsNow        = described("zhuomo_jobs", "jobs that are not finished, in all processes on the database", "kind", "state")
	jobOldest      = described("zhuomo_job_oldest_waiting_seconds", "how long the first waiting job of a kind has been due", "kind")
	releaseLive    = described("zhuomo_release_live_info", "1, with the number of the release that answers the customers of a product", "product", "release")
	databaseUp     = described("zhuomo_database_up", "1 if the database answered this scrape")
	databaseInfo   = described("zhuomo_database_info", "1, with the kind of database", "engine")
	databaseWrites = described("zhuomo_database_writes_total", "writes of this process that are durable")
	databaseBatch  = described("zhuomo_database_commits_total", "commits that made them durable; on SQLite writes that wait together share one")
	databaseRetry  = described("zhuomo_database_retries_total", "writes run again because they met another (PostgreSQL)")
	databaseErrors = described("zhuomo_database_errors_total", "writes that failed for the database's sake, by the code of the fault", "code")
	databaseConns  = described("zhuomo_database_connections", "open connections of this process", "pool", "state")
	databaseWaits  = described("zhuomo_database_connection_waits_total", "times that a connection had to be waited for", "pool")
	databaseWaited = described("zhuomo_database_connection_wait_seconds_total", "time that was waited for connections", "pool")
	databaseFile   = described("zhuomo_database_file_bytes", "size of the database file (SQLite)")
	databaseLog    = described("zhuomo_database_log_bytes", "size of the write-ahead log beside it (SQLite)")
	diskFree       = described("zhuomo_disk_free_bytes", "free space on the disk of the data folder")
	diskSize       = described("zhuomo_disk_size_bytes", "size of the disk of the data folder")
	streamsNow     = described("zhuomo_event_streams", "open event streams of this process: pages of the workbench, customers' chats", "kind")
)

// Describe names all that Collect may give.
func (s *standing) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		jobsNow, jobOldest, releaseLive, databaseUp, databaseInfo, databaseWrites, databaseBatch, databaseRetry, databaseErrors,
		databaseConns, databaseWaits, databaseWaited, databaseFile, databaseLog, diskFree, diskSize, streamsNow,
	} {
		out <- d
	}
}

// Collect gives what can be read now. What cannot is left out: a scrape must
// tell of the rest when the database is gone.
func (s *standing) Collect(out chan<- prometheus.Metric) {
	a := s.a
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	count := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, value, labels...)
	}
	gauge(streamsNow, float64(a.Events.StreamCount()), "workbench")
	if a.Stages.Serve != nil {
		gauge(streamsNow, float64(a.Stages.Serve.StreamCount()), "chat")
	}
	if free, size, err := freeSpace(a.options.DataFolder); err == nil {
		gauge(diskFree, float64(free))
		gauge(diskSize, float64(size))
	}
	if a.DB == nil || a.Jobs == nil || a.Stages.Serve == nil { // still opening
		return
	}
	stats := a.DB.Stats()
	gauge(databaseInfo, 1, stats.Engine)
	count(databaseWrites, float64(stats.Writes))
	count(databaseBatch, float64(stats.Commits))
	for code, n := range stats.Errors {
		count(databaseErrors, float64(n), code)
	}
	for name, pool := range stats.Pools {
		gauge(databaseConns, float64(pool.InUse), name, "in_use")
		gauge(databaseConns, float64(pool.Idle), name, "idle")
		gauge(databaseConns, float64(pool.MaxOpenConnections), name, "most")
		count(databaseWaits, float64(pool.WaitCount), name)
		count(databaseWaited, pool.WaitDuration.Seconds(), name)
	}
	if stats.Engine == "sqlite" {
		gauge(databaseFile, float64(stats.FileBytes))
		gauge(databaseLog, float64(stats.LogBytes))
	} else {
		count(databaseRetry, float64(stats.Retries))
	}
	ctx, stop := context.WithTimeout(context.Background(), scrapeTime)
	defer stop()
	up := 1.0
	defer func() { gauge(databaseUp, up) }()
	waiting, err := a.Jobs.Backlog(ctx)
	if err != nil {
		up = 0
		return
	}
	now := a.options.Now()
	for _, b := range waiting {
		if b.State == jobs.Running {
			gauge(jobsNow, float64(b.Count), b.Kind, "running")
			continue
		}
		gauge(jobsNow, float64(b.Count), b.Kind, "waiting")
		gauge(jobOldest, max(0, now.Sub(time.UnixMicro(b.OldestUS)).Seconds()), b.Kind)
	}
	live, err := a.Stages.Serve.LiveNow(ctx)
	if err != nil {
		up = 0
		return
	}
	for _, l := range live {
		gauge(releaseLive, 1, l.ProductID, fmt.Sprintf("r%d", l.Number))
	}
}
