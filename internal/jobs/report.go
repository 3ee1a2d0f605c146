package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"zhuomo/internal/db"
)

// Report is how a handler tells how far it is. Its methods are cheap, may be
// called from many goroutines and are written down at most 5 times a second.
type Report struct {
	runner  *Runner
	attempt *attempt

	mu         sync.Mutex // guards what follows
	done       int64
	total      int64
	noteZH     string
	noteEN     string
	checkpoint []byte
	pending    bool // a checkpoint is not written yet
	changed    bool
	speed      speed
	steps      steps
}

// Total says how many units of work there are in all.
func (p *Report) Total(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total, p.changed = n, true
}

// Add says that n more units are done. A resumed handler adds what its
// checkpoint covers first.
func (p *Report) Add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.changed = p.done+n, true
}

// At says that done of total units are done: Total and Add in one, for work that
// counts by itself.
func (p *Report) At(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.total, p.changed = int64(done), int64(total), true
}

// Step is At and Note at once, told right away instead of with the next
// progress: for a few parts of seconds each that somebody watches.
func (p *Report) Step(done, total int, zh, en string) {
	p.At(done, total)
	p.Note(zh, en)
	p.runner.tell()
}

// Note says what is done right now, in both languages.
func (p *Report) Note(zh, en string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if en != p.noteEN {
		p.steps.next(p.done)
	}
	p.noteZH, p.noteEN, p.changed = zh, en, true
}

// Checkpoint says from where to resume, as JSON of v. It is written with the
// next progress, so after a crash the job may resume from the one before.
func (p *Report) Checkpoint(v any) {
	encoded, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("jobs: a checkpoint of %T has no JSON: %v", v, err))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.checkpoint, p.pending, p.changed = encoded, true, true
	p.steps.chunk()
}

// CheckpointIn writes the checkpoint in the handler's own transaction: it holds
// exactly if the rows of tx do. It fails if another runner has taken the job
// over; the handler must give up then.
func (p *Report) CheckpointIn(ctx context.Context, tx db.Tx, v any) error {
	encoded, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode a checkpoint: %w", err)
	}
	p.mu.Lock()
	p.pending = false // an older one must not overwrite this
	p.steps.chunk()
	p.mu.Unlock()
	ok, err := saveCheckpoint(ctx, tx, p.runner.id, p.attempt.job, encoded)
	if err != nil {
		return fmt.Errorf("write a checkpoint: %w", err)
	}
	if !ok {
		return errLost
	}
	return nil
}

// measure takes a sample of the speed and tells whether there is news to write.
func (p *Report) measure(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	news := p.changed
	if p.total > 0 {
		before := p.speed.perSecond()
		p.speed.sample(now, p.done)
		news = news || p.speed.perSecond() != before
	}
	p.changed = false
	return news
}

// snapshot is the job with the progress made so far.
func (p *Report) snapshot() Job {
	p.mu.Lock()
	defer p.mu.Unlock()
	j := p.attempt.job
	j.Done, j.Total, j.NoteZH, j.NoteEN = p.done, p.total, p.noteZH, p.noteEN
	j.PerSecond = p.speed.perSecond()
	return j
}

// takeCheckpoint gives the checkpoint that is not written yet, once.
func (p *Report) takeCheckpoint() ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.pending {
		return nil, false
	}
	p.pending = false
	return p.checkpoint, true
}

// left is the time a running job needs at its present speed, in microseconds,
// 0 if that cannot be told.
func left(j Job) int64 {
	if rest := j.Total - j.Done; j.State == Running && rest > 0 && j.PerSecond > 0 {
		return int64(float64(rest) / j.PerSecond * 1e6)
	}
	return 0
}

// speed measures units per second over a window of the last seconds.
type speed struct {
	samples []reading // rising in time, at most speedWindow apart
}

type reading struct {
	at   time.Time
	done int64
}

// speedWindow is long enough to even out batches and short enough to follow a
// change of pace.
const speedWindow = 10 * time.Second

func (s *speed) sample(now time.Time, done int64) {
	s.samples = append(s.samples, reading{now, done})
	for len(s.samples) > 2 && now.Sub(s.samples[0].at) > speedWindow {
		s.samples = s.samples[1:]
	}
}

func (s *speed) perSecond() float64 {
	if len(s.samples) < 2 {
		return 0
	}
	first, last := s.samples[0], s.samples[len(s.samples)-1]
	seconds := last.at.Sub(first.at).Seconds()
	if seconds <= 0 {
		return 0
	}
	return float64(last.done-first.done) / seconds
}
