package label

import (
	"context"
	"slices"
	"strings"
	"time"

	"zhuomo/internal/db"
)

// Task is one text to be labelled, as it is handed out.
type Task struct {
	ID          string   `json:"id" table:"编号|id"`
	QueueID     string   `json:"queue_id"`
	RowID       string   `json:"row_id"`
	TextHash    string   `json:"text_hash"`
	Text        string   `json:"text" table:"原文|text"`
	Context     []Line   `json:"context"` // earlier lines, oldest first
	Session     string   `json:"session,omitempty"`
	Suggestions []Scored `json:"suggestions,omitempty"`
	LeaseUntil  int64    `json:"lease_until_us,omitempty"`

	position int
}

// A lease lasts between leaseLeast and leaseMost; a claim gives up to claimMost
// tasks.
const (
	leaseLeast = time.Second
	leaseMost  = 24 * time.Hour
	claimMost  = 500
)

// Claim leases up to n tasks to a person, in the order of the queue. Nobody gets
// a task twice, and no task goes to more people than it needs. Simulated people
// never get those that are left for real ones. An empty list means that nothing
// is left for this person now.
// Faults: NoQueue, QueueClosed, NobodyAsks.
func (s *Service) Claim(ctx context.Context, queueID, person string, n int, lease time.Duration) ([]Task, error) {
	if person == "" {
		return nil, NobodyAsks.With()
	}
	q, err := s.known(ctx, queueID)
	if err != nil {
		return nil, err
	}
	lease = min(max(lease, leaseLeast), leaseMost)
	n = min(max(n, 1), claimMost)
	tasks := []Task{}
	if n <= togetherMost {
		t := &taking{q: q, person: person, n: n, lease: lease}
		if err = s.desk.Write(ctx, &errand{take: t}); err == nil {
			tasks = append(tasks, t.tasks...)
			s.lanes.put(laneOwner{q.id, person}, t.lane)
		}
	} else {
		tasks, err = s.search(ctx, q, person, n, 1, lease)
	}
	if err == nil && len(tasks) < n {
		// The person's own lane has run dry, or holds a long run of tasks that this
		// person may not take, as the others may: look without holding up the writer.
		var anything bool
		if anything, err = anyFor(ctx, s.db.Reader(), q, person, s.now().UnixMicro()); anything {
			var more []Task
			more, err = s.search(ctx, q, person, n-len(tasks), q.annotators, lease)
			tasks = append(tasks, more...)
		}
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(tasks, func(a, b Task) int { return a.position - b.position })
	s.counted(Claimed, len(tasks))
	for _, t := range tasks {
		s.handed.put(t.ID, t)
	}
	return s.suggested(ctx, q, person, tasks), nil
}

// search leases up to n tasks from some lanes, the person's own first.
func (s *Service) search(ctx context.Context, q openQueue, person string, n, lanes int, lease time.Duration) ([]Task, error) {
	var ids []string
	var due int64
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		now := s.now()
		due = now.Add(lease).UnixMicro()
		lane, err := laneOf(ctx, tx, q, person)
		if err != nil {
			return err
		}
		c := claim{queue: q.id, person: person, now: now.UnixMicro(), due: due, lease: lease}
		ids = nil
		for step := 0; step < lanes && len(ids) < n; step++ {
			more, err := c.take(ctx, tx, (lane+step)%q.annotators, n-len(ids))
			if err != nil {
				return err
			}
			ids = append(ids, more...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	tasks, err := selectTasks(ctx, s.db.Reader(), ids)
	for i := range tasks {
		tasks[i].LeaseUntil = due
	}
	return tasks, err
}

// Held lists the tasks that a person has leased in a queue and not yet answered,
// in its order: what a page shows after it was loaded anew.
func (s *Service) Held(ctx context.Context, queueID, person string) ([]Task, error) {
	q, err := s.known(ctx, queueID)
	if err != nil {
		return nil, err
	}
	due, err := heldBy(ctx, s.db.Reader(), q, person, s.now().UnixMicro())
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(due))
	for id := range due {
		ids = append(ids, id)
	}
	tasks, err := selectTasks(ctx, s.db.Reader(), ids)
	if err != nil {
		return nil, err
	}
	for i := range tasks {
		tasks[i].LeaseUntil = due[tasks[i].ID]
	}
	return s.suggested(ctx, q, person, tasks), nil
}

// suggested puts suggestions on tasks. A suggester that fails costs the
// suggestions, not the work: the tasks are leased already.
func (s *Service) suggested(ctx context.Context, q openQueue, person string, tasks []Task) []Task {
	if s.suggest == nil || len(tasks) == 0 || IsSimulated(person) {
		return tasks
	}
	asked := make([]Asked, len(tasks))
	for i, t := range tasks {
		asked[i] = Asked{t.Text, t.Context}
	}
	list, err := s.suggest.Suggest(ctx, q.product, asked)
	if err != nil || len(list) != len(tasks) {
		return tasks
	}
	for i := range tasks {
		tasks[i].Suggestions = list[i]
	}
	return tasks
}

// Heartbeat renews leases for as long as they were given. A lease that has run
// out comes back to life unless somebody else has claimed the task since.
// The error is Refusals with LeaseLost for each task that is not the person's
// any more; the others are renewed.
func (s *Service) Heartbeat(ctx context.Context, taskIDs []string, person string) error {
	return s.eachLease(ctx, taskIDs, person, renew)
}

// Release gives leased tasks back, for others or the same person later.
// Errors as Heartbeat.
func (s *Service) Release(ctx context.Context, taskIDs []string, person string) error {
	return s.eachLease(ctx, taskIDs, person, func(ctx context.Context, tx db.Tx, task, person string, _ int64) (bool, error) {
		db.AfterCommit(tx, s.heads.forget)
		return free(ctx, tx, task, person)
	})
}

func (s *Service) eachLease(ctx context.Context, taskIDs []string, person string, do func(ctx context.Context, tx db.Tx, task, person string, now int64) (bool, error)) error {
	if person == "" {
		return NobodyAsks.With()
	}
	var refused Refusals
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		refused = nil
		now := s.now().UnixMicro()
		for i, task := range taskIDs {
			ok, err := do(ctx, tx, task, person, now)
			if err != nil {
				return err
			}
			if !ok {
				refused = append(refused, Refusal{i, LeaseLost.With("task", task)})
			}
		}
		return nil
	})
	if err == nil && len(refused) > 0 {
		s.counted(LostOut, len(refused))
		err = refused
	}
	return err
}

// Refusals are the items of a batch that were refused, each with its fault; all
// other items were done. errors.Is finds any of the faults.
type Refusals []Refusal

// Refusal is one item that was refused.
type Refusal struct {
	Item int // its place in the batch, from 0
	Err  error
}

// Error tells all of them.
func (r Refusals) Error() string {
	texts := make([]string, len(r))
	for i, one := range r {
		texts[i] = one.Err.Error()
	}
	return strings.Join(slices.Compact(texts), "; ")
}

// Unwrap gives the faults.
func (r Refusals) Unwrap() []error {
	all := make([]error, len(r))
	for i, one := range r {
		all[i] = one.Err
	}
	return all
}
