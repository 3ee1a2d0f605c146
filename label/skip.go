package label

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"zhuomo/internal/db"
)

// Skipped is a task that a person could not answer: skipped with a reason, or
// put to the lead as a question.
type Skipped struct {
	TaskID    string `json:"task_id"`
	Person    string `json:"person" table:"人员|person"`
	Kind      string `json:"kind" enum:"skip,ask" table:"种类|kind"`
	Reason    string `json:"reason" table:"原因|reason"`
	AtUS      int64  `json:"at_us" table:"时间|time"`
	Reply     string `json:"reply,omitempty" table:"回复|reply"`
	RepliedBy string `json:"replied_by,omitempty"`
	RepliedUS int64  `json:"replied_us,omitempty"`
	RowID     string `json:"row_id"`
	Text      string `json:"text" table:"原文|text"`
	Context   []Line `json:"context"`
}

// Kinds of Skipped.
const (
	skipKind = "skip"
	askKind  = "ask"
)

const reasonRunes = 500

// Skip says that a person cannot answer a task. It goes to somebody else and
// comes back to this person only when they take the skip back.
// Faults: NoReason, LeaseLost, NobodyAsks.
func (s *Service) Skip(ctx context.Context, taskID, person, reason string) error {
	return s.putAside(ctx, taskID, person, skipKind, reason)
}

// Ask puts a question about a task to the lead and puts the task aside for this
// person until the reply is there; others may answer it meanwhile. Faults as Skip.
func (s *Service) Ask(ctx context.Context, taskID, person, question string) error {
	return s.putAside(ctx, taskID, person, askKind, question)
}

func (s *Service) putAside(ctx context.Context, taskID, person, kind, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" || utf8.RuneCountInString(reason) > reasonRunes {
		return NoReason.With("limit", reasonRunes).At("reason")
	}
	if person == "" {
		return NobodyAsks.With()
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		db.AfterCommit(tx, s.heads.forget)
		ok, err := free(ctx, tx, taskID, person)
		if err == nil && !ok {
			err = LeaseLost.With("task", taskID)
		}
		if err != nil {
			return err
		}
		return insertSkip(ctx, tx, taskID, person, kind, reason, s.now().UnixMicro())
	})
}

// Unskip takes a person's own skip or question back and leases the task to them
// again, if a place on it is still free. Faults: NoSkip, LeaseLost.
func (s *Service) Unskip(ctx context.Context, taskID, person string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		ok, err := deleteSkip(ctx, tx, taskID, person)
		if err == nil && !ok {
			err = NoSkip.With("task", taskID)
		}
		if err != nil {
			return err
		}
		now := s.now()
		ok, err = leaseOne(ctx, tx, taskID, person, now.UnixMicro(), now.Add(undoLease).UnixMicro(), undoLease)
		if err == nil && !ok {
			err = LeaseLost.With("task", taskID)
		}
		return err
	})
}

// Reply answers a person's question; the task may be served to them again.
// Replying again replaces the reply. Faults: NoReason, NoSkip.
func (s *Service) Reply(ctx context.Context, taskID, person, reply, actor string) error {
	reply = strings.TrimSpace(reply)
	if reply == "" || utf8.RuneCountInString(reply) > reasonRunes {
		return NoReason.With("limit", reasonRunes).At("reply")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		db.AfterCommit(tx, s.heads.forget)
		ok, err := setReply(ctx, tx, taskID, person, reply, actor, s.now().UnixMicro())
		if err == nil && !ok {
			err = NoSkip.With("task", taskID)
		}
		return err
	})
}

// Skips lists what was skipped or asked in a queue, newest first; person "" is
// everybody. At most limit, from the offset on: such lists are short.
// Fault: NoQueue.
func (s *Service) Skips(ctx context.Context, queueID, person string, offset, limit int) ([]Skipped, error) {
	q, err := s.known(ctx, queueID)
	if err != nil {
		return nil, err
	}
	return selectSkips(ctx, s.db.Reader(), q.id, person, offset, limit)
}

// ClaimThese leases the tasks of a list that a person may still take, whatever
// their place in the queue: look-alikes that are answered together.
// Faults: NoQueue, QueueClosed, NobodyAsks.
func (s *Service) ClaimThese(ctx context.Context, queueID, person string, taskIDs []string, lease time.Duration) ([]Task, error) {
	if person == "" {
		return nil, NobodyAsks.With()
	}
	q, err := s.known(ctx, queueID)
	if err != nil {
		return nil, err
	}
	lease = min(max(lease, leaseLeast), leaseMost)
	var got []string
	var due int64
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		got = nil
		if _, err := laneOf(ctx, tx, q, person); err != nil {
			return err
		}
		now := s.now()
		due = now.Add(lease).UnixMicro()
		for _, id := range taskIDs {
			ok, err := leaseOfQueue(ctx, tx, q.id, id, person, now.UnixMicro(), due, lease)
			if err != nil {
				return err
			}
			if ok {
				got = append(got, id)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.counted(Claimed, len(got))
	tasks, err := selectTasks(ctx, s.db.Reader(), got)
	for i := range tasks {
		tasks[i].LeaseUntil = due
	}
	return tasks, err
}
