package jobs

import (
	"context"
	"time"

	"zhuomo/internal/tracing"
)

// steps are the spans within the work of a job: one from each note to the next,
// one from each checkpoint to the next. A note may name a file, so spans have
// only numbers. The zero steps follow nothing.
type steps struct {
	under context.Context // of the work's span; nil when nobody follows
	step  tracing.Span
	count int64
	since time.Time // the checkpoint before
}

func (p *Report) followed(work context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.steps = steps{under: work, since: time.Now()}
}

// close ends the step that is open.
func (p *Report) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.steps.step.End(nil)
	p.steps = steps{}
}

func (s *steps) next(done int64) {
	if s.under == nil {
		return
	}
	s.step.End(nil)
	_, s.step = tracing.Step(s.under, "job.step")
	s.count++
	s.step.Count("job.step", s.count)
	s.step.Count("job.done", done)
}

func (s *steps) chunk() {
	if s.under == nil {
		return
	}
	now := time.Now()
	tracing.Past(s.under, "job.chunk", s.since, now)
	s.since = now
}
