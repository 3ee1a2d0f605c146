package label

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhuomo/internal/db"
)

// partMost is how many values one statement carries.
const partMost = 512

// padded repeats the last of some values until their number is a power of two, so
// that few texts are to be prepared. Only for statements to which it is nothing.
func padded[T any](part []T) []T {
	full := powerOfTwo(len(part))
	return slices.Concat(part, slices.Repeat(part[len(part)-1:], full-len(part)))
}

// powerOfTwo is the least one that is not below n, from 1.
func powerOfTwo(n int) int { return 1 << bits.Len(uint(n-1)) }

func asArgs[T any](list []T) []any {
	args := make([]any, len(list))
	for i, v := range list {
		args[i] = v
	}
	return args
}

// pairsOf is part as arguments, two each.
func pairsOf(part [][2]string) []any {
	args := make([]any, 0, 2*len(part))
	for _, p := range part {
		args = append(args, p[0], p[1])
	}
	return args
}

// pairList is ($from, $from+1), … for n pairs.
func pairList(from, n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = inList(from+2*i, 2)
	}
	return strings.Join(list, ", ")
}

type queueState struct{ id, name, state string }

func queueStates(ctx context.Context, r db.Reader, ids []string) (map[string]queueState, error) {
	states := make(map[string]queueState, len(ids))
	for part := range slices.Chunk(ids, partMost) {
		part = padded(part)
		rows, err := r.QueryContext(ctx, `SELECT id, name, state FROM label_queues WHERE id IN `+inList(1, len(part)), asArgs(part)...)
		found, err := read(rows, err, func(scan func(...any) error) (q queueState, err error) { return q, scan(&q.id, &q.name, &q.state) })
		if err != nil {
			return nil, fmt.Errorf("read states of queues: %w", err)
		}
		for _, q := range found {
			states[q.id] = q
		}
	}
	return states, nil
}

// dueSlot is a slot that somebody may take; due is 0 if nobody has had it.
type dueSlot struct {
	task     string
	kept     bool
	position int
	due      int64
}

func scanSlot(scan func(...any) error) (s dueSlot, err error) {
	return s, scan(&s.task, &s.kept, &s.position, &s.due)
}

// dueSlots gives the first slots of a lane that are due, those never leased first.
// The limit stands in the text, since SQLite plans anew for each other limit that is
// bound: let it be one of few.
func dueSlots(ctx context.Context, r db.Reader, lane laneKey, now int64, limit int) ([]dueSlot, error) {
	rows, err := r.QueryContext(ctx, `SELECT task_id, kept, position, due_us FROM label_slots
		WHERE queue_id = $1 AND lane = $2 AND due_us <= $3 ORDER BY due_us, position LIMIT `+strconv.Itoa(limit), lane.queue, lane.lane, now)
	found, err := read(rows, err, scanSlot)
	if err != nil {
		return nil, fmt.Errorf("look for slots: %w", err)
	}
	return found, nil
}

// newSlots gives the first slots of a lane after a position that nobody has had;
// the limit as that of dueSlots.
func newSlots(ctx context.Context, r db.Reader, lane laneKey, after, limit int) ([]dueSlot, error) {
	rows, err := r.QueryContext(ctx, `SELECT task_id, kept, position, due_us FROM label_slots
		WHERE queue_id = $1 AND lane = $2 AND due_us = 0 AND position > $3 ORDER BY position LIMIT `+strconv.Itoa(limit), lane.queue, lane.lane, after)
	found, err := read(rows, err, scanSlot)
	if err != nil {
		return nil, fmt.Errorf("look for new slots: %w", err)
	}
	return found, nil
}

// closedTo gives the pairs of task and person of which the person may not take the
// slot of this lane: forPerson, for many at once.
func closedTo(ctx context.Context, r db.Reader, lane laneKey, slots []dueSlot) (map[[2]string]bool, error) {
	closed := map[[2]string]bool{}
	for part := range slices.Chunk(slots, partMost) {
		ids := make([]string, len(part))
		for i, s := range part {
			ids[i] = s.task
		}
		ids = padded(ids)
		in := inList(2, len(ids))
		rows, err := r.QueryContext(ctx, `SELECT task_id, person FROM label_slots WHERE lane <> $1 AND person <> '' AND task_id IN `+in+`
			UNION ALL SELECT task_id, person FROM label_skips WHERE replied_us = 0 AND task_id IN `+in, append([]any{lane.lane}, asArgs(ids)...)...)
		found, err := read(rows, err, scanPair)
		if err != nil {
			return nil, fmt.Errorf("look who has tasks already: %w", err)
		}
		for _, p := range found {
			closed[p] = true
		}
	}
	return closed, nil
}

func scanPair(scan func(...any) error) (p [2]string, err error) { return p, scan(&p[0], &p[1]) }

// leaseSlots leases slots of a lane, pairs of task and person, and gives those that
// it leased.
func leaseSlots(ctx context.Context, tx db.Tx, lane laneKey, pairs [][2]string, now int64, lease time.Duration) (leased [][2]string, err error) {
	for part := range slices.Chunk(pairs, partMost) {
		part = padded(part)
		rows, err := tx.QueryContext(ctx, `WITH v (task_id, person) AS (VALUES `+pairList(5, len(part))+`)
			UPDATE label_slots SET person = v.person, due_us = $1, lease_us = $2 FROM v
			WHERE label_slots.task_id = v.task_id AND label_slots.lane = $3 AND label_slots.due_us <= $4
			RETURNING label_slots.task_id, label_slots.person`,
			append([]any{now + lease.Microseconds(), lease.Microseconds(), lane.lane, now}, pairsOf(part)...)...)
		found, err := read(rows, err, scanPair)
		if err != nil {
			return nil, fmt.Errorf("lease tasks: %w", err)
		}
		leased = append(leased, found...)
	}
	return leased, nil
}

// answerSlots marks as answered what people hold, pairs of task and person, and
// gives those that they held.
func answerSlots(ctx context.Context, tx db.Tx, pairs [][2]string, now int64) (map[[2]string]bool, error) {
	held := map[[2]string]bool{}
	for part := range slices.Chunk(pairs, partMost) {
		part = padded(part)
		rows, err := tx.QueryContext(ctx, `WITH v (task_id, person) AS (VALUES `+pairList(3, len(part))+`)
			UPDATE label_slots SET due_us = $1 FROM v
			WHERE label_slots.task_id = v.task_id AND label_slots.person = v.person AND label_slots.due_us > $2 AND label_slots.due_us < $1
			RETURNING label_slots.task_id, label_slots.person`, append([]any{int64(answeredUS), now}, pairsOf(part)...)...)
		found, err := read(rows, err, scanPair)
		if err != nil {
			return nil, fmt.Errorf("mark as answered: %w", err)
		}
		for _, p := range found {
			held[p] = true
		}
	}
	return held, nil
}

// annotationsByID gives those of some annotations that are there.
func annotationsByID(ctx context.Context, r db.Reader, ids []string) (map[string]knownAnnotation, error) {
	known := map[string]knownAnnotation{}
	for part := range slices.Chunk(ids, partMost) {
		part = padded(part)
		rows, err := r.QueryContext(ctx, `SELECT `+annotationColumns+`, undone_us FROM label_annotations WHERE id IN `+inList(1, len(part)), asArgs(part)...)
		found, err := read(rows, err, func(scan func(...any) error) (k knownAnnotation, err error) {
			var undone int64
			k.Annotation, err = scanAnnotation(func(into ...any) error { return scan(append(into, &undone)...) })
			k.undone = undone > 0
			return k, err
		})
		if err != nil {
			return nil, fmt.Errorf("read annotations: %w", err)
		}
		for _, k := range found {
			known[k.ID] = k
		}
	}
	return known, nil
}
