package label

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"

	"zhuomo/internal/db"
)

// Reviewed is a task with everybody's answers and what it was settled as.
type Reviewed struct {
	Task
	State    string       `json:"state" enum:"waiting,settled,disputed" table:"状态|state"`
	Answers  []Annotation `json:"answers"`
	Gold     []string     `json:"gold,omitempty" table:"金标|gold"` // absent while nothing is settled
	GoldHow  string       `json:"gold_how,omitempty"`
	Returned int          `json:"returned" table:"退回|sent back"` // times that answers were sent back
}

// ReviewFilter says which tasks of a queue to list; its zero value lists those
// that somebody has answered.
type ReviewFilter struct {
	State  string // waiting, settled, disputed; "" is any
	Person string // who answered it
	Label  string // that an answer (of Person, if given) has
	Other  string // that another answer has, while it lacks Label and the first lacks Other
	Differ bool   // answers are not all the same
	Wrong  bool   // an answer (of Person, if given) is not the gold
	Sent   bool   // answers were sent back
	Twice  bool   // several people answered it
	// An answer was given in [FromUS, ToUS); ToUS 0 is open.
	FromUS, ToUS int64
}

// passes tells whether a task belongs to the list.
func (f ReviewFilter) passes(t Reviewed) bool {
	if len(t.Answers) == 0 && !f.Sent || f.Sent && t.Returned == 0 || f.Twice && len(t.Answers) < 2 {
		return false
	}
	if f.Differ && !slices.ContainsFunc(t.Answers, func(a Annotation) bool { return setKey(a.Labels) != setKey(t.Answers[0].Labels) }) {
		return false
	}
	if f.Sent && len(t.Answers) == 0 {
		return f.Person == "" && f.Label == "" && !f.Wrong
	}
	return slices.ContainsFunc(t.Answers, func(a Annotation) bool {
		switch {
		case f.Person != "" && a.Person != f.Person,
			f.Label != "" && !slices.Contains(a.Labels, f.Label),
			f.Wrong && (t.GoldHow == "" || setKey(a.Labels) == setKey(t.Gold)),
			a.AtUS < f.FromUS, f.ToUS > 0 && a.AtUS >= f.ToUS:
			return false
		case f.Other == "":
			return true
		}
		return slices.ContainsFunc(t.Answers, func(b Annotation) bool { return confused(a.Labels, b.Labels, f.Label, f.Other) })
	})
}

// confused tells whether one says a where the other says b, and neither both.
func confused(one, other []string, a, b string) bool {
	return slices.Contains(one, a) && !slices.Contains(one, b) && slices.Contains(other, b) && !slices.Contains(other, a)
}

// reviewBatch is how many tasks are read at once while looking for those that
// pass a filter.
const reviewBatch = 500

// Review lists up to limit tasks of a queue that pass a filter, in its order,
// after a position (-1: from the first), and the position of the last one read;
// more is false at the end of the queue. Fault: NoQueue.
func (s *Service) Review(ctx context.Context, queueID string, f ReviewFilter, after, limit int) (list []Reviewed, last int, more bool, err error) {
	q, err := s.known(ctx, queueID)
	if err != nil {
		return nil, after, false, err
	}
	list = []Reviewed{}
	for {
		page, err := reviewedTasks(ctx, s.db.Reader(), q, f, after, reviewBatch)
		if err != nil {
			return nil, after, false, err
		}
		for _, t := range page {
			if f.passes(t) {
				if len(list) == limit {
					return list, after, true, nil
				}
				list = append(list, t)
			}
			after = t.position
		}
		if len(page) < reviewBatch {
			return list, after, false, nil
		}
	}
}

// Samples draws count settled tasks of a queue for inspection; the same seed
// draws the same of the same tasks. Fault: NoQueue.
func (s *Service) Samples(ctx context.Context, queueID string, count int, seed uint64) ([]Reviewed, error) {
	q, err := s.known(ctx, queueID)
	if err != nil {
		return nil, err
	}
	ids, err := settledTasks(ctx, s.db.Reader(), q.id)
	if err != nil {
		return nil, err
	}
	var drawn []string
	for _, i := range rand.New(rand.NewPCG(seed, 2)).Perm(len(ids)) {
		if len(drawn) == count {
			break
		}
		drawn = append(drawn, ids[i])
	}
	list, err := reviewedOf(ctx, s.db.Reader(), q, drawn)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b Reviewed) int { return slices.Index(drawn, a.ID) - slices.Index(drawn, b.ID) })
	return list, nil
}

// SendBack has the answers of a task given anew: they are undone, its places are
// free again for anybody, the gold that rested on them ends. The reason is kept.
// Faults: NoReason, NoTask, NothingToSend.
func (s *Service) SendBack(ctx context.Context, taskID, reason, reviewer string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" || utf8.RuneCountInString(reason) > reasonRunes {
		return NoReason.With("limit", reasonRunes).At("reason")
	}
	found, err := selectTasks(ctx, s.db.Reader(), []string{taskID})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return NoTask.With("task", taskID)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		now := s.now()
		answers, err := answersOfTask(ctx, tx, taskID)
		if err == nil && len(answers) == 0 {
			err = NothingToSend.With("task", taskID)
		}
		if err != nil {
			return err
		}
		if err := endAllGoldOfTask(ctx, tx, taskID, now.UnixMicro(), "sent back"); err != nil {
			return err
		}
		for _, a := range answers {
			if a.Origin == fromAnswer {
				if err := insertReturn(ctx, tx, db.NewID(now), a, reason, reviewer, now.UnixMicro()); err != nil {
					return err
				}
			}
		}
		db.AfterCommit(tx, s.heads.forget)
		return emptyTask(ctx, tx, taskID, now.UnixMicro())
	})
}
