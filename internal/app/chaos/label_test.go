//go:build chaos

package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
)

// labelLedger is what the labellers were told.
type labelLedger struct {
	queue   *queue // the one being worked on
	queues  []*queue
	slots   map[slotKey]*slot
	answers map[string]*answer // by annotation id
	judged  []string           // ids of gold that a reviewer was told of
	claims  string             // who asked for tasks and got no answer: free ones may be theirs now
}

// queue is one whose opening was acknowledged.
type queue struct {
	job, id, name string
	settled       int // tasks that settlements said were settled or disputed
}

type slotKey struct{ task, person string }

// slot is a task in a person's hands. Where a request got no answer, the slot
// may stand as before or as the request would have it.
type slot struct {
	is, perhaps string // free, held, answered
	skipped     bool   // acknowledged: the task never comes back to the person
}

// answer is an annotation that was sent. A kill leaves open what got no answer.
type answer struct {
	slotKey
	label string
	told  bool   // acknowledged, or seen on the disk after a kill
	heard bool   // acknowledged by an answer
	undo  string // "no", "perhaps", "yes"
}

func newLabelLedger() labelLedger {
	return labelLedger{slots: map[slotKey]*slot{}, answers: map[string]*answer{}}
}

const (
	queueTasks = 40
	leaseS     = 6 * 3600 // longer than any run of this test
)

// labelling opens a queue, lets two people work through it, and settles it.
func labelling(ctx context.Context, s *server, l *ledger, rng *rand.Rand) error {
	for n := 0; ctx.Err() == nil; n++ {
		b := &l.label
		if b.queue == nil {
			q := &queue{name: fmt.Sprintf("q%d-%d", l.round, n)}
			job, err := l.started(ctx, s, "label.open", "/api/v1/products/"+l.product+"/queues", map[string]any{
				"name": q.name, "version_id": l.live.version, "text_column": "text", "session_column": "session",
				"annotators": 2, "sample": queueTasks, "seed": rng.IntN(1 << 30),
			})
			if err != nil {
				return err
			}
			q.job = job
			b.queue, b.queues = q, append(b.queues, q)
		}
		if err := ended(ctx, s, b.queue.job); err != nil {
			return err
		}
		if b.queue.id == "" {
			var j struct {
				State  string
				Result struct{ ID string }
			}
			if err := s.call(ctx, "GET", "/api/v1/jobs/"+b.queue.job, nil, &j); err != nil {
				return err
			}
			if j.State != "done" {
				b.queue = nil // the doctor judges the job
				continue
			}
			b.queue.id = j.Result.ID
		}
		if err := b.work(ctx, s, l, rng); err != nil {
			return err
		}
	}
	return nil
}

type task struct{ ID, Text string }

// work goes on with the queue until nobody gets a task any more, then settles.
func (b *labelLedger) work(ctx context.Context, s *server, l *ledger, rng *rand.Rand) error {
	base := "/api/v1/queues/" + b.queue.id
	for busy := true; busy; {
		busy = false
		for _, p := range l.live.people[:2] {
			token := []string{"Authorization", "Bearer " + p.token}
			var tasks struct{ Items []task }
			if err := s.call(ctx, "GET", base+"/claims", nil, &tasks, token...); err != nil {
				return err
			}
			if len(tasks.Items) == 0 {
				b.claims = p.id
				if err := s.call(ctx, "POST", base+"/claims", map[string]any{"count": 1 + rng.IntN(6), "lease_s": leaseS}, &tasks, token...); err != nil {
					return err
				}
				b.claims = ""
				l.count("claim")
			}
			for _, t := range tasks.Items {
				busy = true
				key := slotKey{t.ID, p.id}
				if b.slots[key] == nil {
					b.slots[key] = &slot{}
				}
				if b.slots[key].skipped {
					return fmt.Errorf("task %s was skipped by %s and comes back", t.ID, p.id)
				}
				b.slots[key].is = "held"
			}
			for _, t := range tasks.Items {
				if err := b.decide(ctx, s, l, rng, t, p, token); err != nil {
					return err
				}
			}
		}
	}
	return b.settle(ctx, s, l)
}

// decide lets a person answer, skip or give back one task, and sometimes undo.
func (b *labelLedger) decide(ctx context.Context, s *server, l *ledger, rng *rand.Rand, t task, p person, token []string) error {
	held := b.slots[slotKey{t.ID, p.id}]
	switch chance := rng.IntN(20); {
	case chance == 0:
		held.perhaps = "free"
		if err := s.call(ctx, "POST", "/api/v1/tasks/"+t.ID+"/skips", map[string]any{"reason": "看不懂"}, nil, token...); err != nil {
			return err
		}
		held.is, held.skipped, held.perhaps = "free", true, ""
		l.count("skip")
		return nil
	case chance == 1:
		held.perhaps = "free"
		if err := s.call(ctx, "POST", "/api/v1/tasks/"+t.ID+"/releases", map[string]any{}, nil, token...); err != nil {
			return err
		}
		held.is, held.perhaps = "free", ""
		return nil
	}
	a := &answer{slotKey: slotKey{t.ID, p.id}, label: labelOf(t.Text), undo: "no"}
	if rng.IntN(8) == 0 { // people err: some tasks become disputes
		a.label = sentences[rng.IntN(len(sentences))].label
	}
	id := newID()
	l.mu.Lock()
	b.answers[id] = a
	l.mu.Unlock()
	held.perhaps = "answered"
	if err := s.call(ctx, "POST", "/api/v1/tasks/"+t.ID+"/annotations", map[string]any{"id": id, "labels": []string{a.label}}, nil, token...); err != nil {
		return err
	}
	a.told, a.heard, held.is, held.perhaps = true, true, "answered", ""
	l.count("answer")
	if rng.IntN(10) > 0 {
		return nil
	}
	a.undo, held.perhaps = "perhaps", "held"
	if err := s.call(ctx, "DELETE", "/api/v1/annotations/"+id, nil, nil, token...); err != nil {
		return err
	}
	a.undo, held.is, held.perhaps = "yes", "held", ""
	l.count("undo")
	return nil
}

// settle makes gold of the answers and lets a reviewer judge the disputes.
func (b *labelLedger) settle(ctx context.Context, s *server, l *ledger) error {
	base := "/api/v1/queues/" + b.queue.id
	var r struct {
		Settled  int `json:"settled_count"`
		Disputed int `json:"disputed_count"`
	}
	if err := s.call(ctx, "POST", base+"/settlements", map[string]any{}, &r); err != nil {
		return err
	}
	b.queue.settled += r.Settled + r.Disputed
	l.count("settlement")
	disputes, err := all[task](ctx, s, base+"/disputes?limit=100")
	if err != nil {
		return err
	}
	for _, d := range slices.Backward(disputes) {
		var gold struct{ ID string }
		if err := s.call(ctx, "POST", "/api/v1/tasks/"+d.ID+"/adjudications", map[string]any{"labels": []string{labelOf(d.Text)}}, &gold); err != nil {
			return err
		}
		b.judged = append(b.judged, gold.ID)
		l.count("adjudication")
	}
	b.queue = nil
	return nil
}
