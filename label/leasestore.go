package label

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"zhuomo/internal/db"
)

// answeredUS is the due_us of a slot that is answered: it never comes due.
const answeredUS = math.MaxInt64

// laneOf gives the lane from which a person is served in an open queue: the one
// with the fewest people when they first come. Faults: NoQueue, QueueClosed.
func laneOf(ctx context.Context, tx db.Tx, q openQueue, person string) (lane int, err error) {
	var name, state string
	err = tx.QueryRowContext(ctx, `SELECT q.name, q.state, COALESCE((SELECT l.lane FROM label_lanes l WHERE l.queue_id = q.id AND l.person = $2), -1)
		FROM label_queues q WHERE q.id = $1`, q.id, person).Scan(&name, &state, &lane)
	switch {
	case none(err):
		return 0, NoQueue.With("queue", q.id)
	case err != nil:
		return 0, fmt.Errorf("read lane: %w", err)
	case state != open:
		return 0, QueueClosed.With("name", name)
	case lane >= 0:
		return lane, nil
	}
	people := make([]int, q.annotators)
	rows, err := tx.QueryContext(ctx, `SELECT lane, COUNT(*) FROM label_lanes WHERE queue_id = $1 GROUP BY lane ORDER BY lane`, q.id)
	counts, err := read(rows, err, func(scan func(...any) error) (c [2]int, err error) { return c, scan(&c[0], &c[1]) })
	if err != nil {
		return 0, fmt.Errorf("count people: %w", err)
	}
	for _, c := range counts {
		people[c[0]] = c[1]
	}
	lane = slices.Index(people, slices.Min(people))
	_, err = tx.ExecContext(ctx, `INSERT INTO label_lanes (queue_id, person, lane) VALUES ($1, $2, $3) ON CONFLICT (queue_id, person) DO NOTHING`, q.id, person, lane)
	return lane, err
}

// claim is what all statements of a claim share.
type claim struct {
	queue, person string
	now, due      int64
	lease         time.Duration
}

// forPerson is what makes a slot s one that the person $1 may take, kept ones if
// $2 says so: the person has no other slot of the task, did not skip it, and waits for no reply
// about it.
const forPerson = ` s.kept IN (FALSE, $2)
	AND NOT EXISTS (SELECT 1 FROM label_slots o WHERE o.task_id = s.task_id AND o.lane <> s.lane AND o.person = $1)
	AND NOT EXISTS (SELECT 1 FROM label_skips k WHERE k.task_id = s.task_id AND k.person = $1 AND k.replied_us = 0)`

// take leases up to n slots of a lane, those never leased first. The loser of a
// race finds due_us changed and updates nothing.
func (c claim) take(ctx context.Context, tx db.Tx, lane, n int) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `UPDATE label_slots SET person = $1, due_us = $3, lease_us = $4
		WHERE lane = $5 AND due_us <= $6 AND task_id IN (
			SELECT s.task_id FROM label_slots s WHERE s.queue_id = $7 AND s.lane = $5 AND s.due_us <= $6 AND`+forPerson+`
			ORDER BY s.due_us, s.position LIMIT $8)
		RETURNING task_id`, c.person, !IsSimulated(c.person), c.due, c.lease.Microseconds(), lane, c.now, c.queue, n)
	ids, err := read(rows, err, func(scan func(...any) error) (id string, err error) { return id, scan(&id) })
	if err != nil {
		return nil, fmt.Errorf("lease tasks: %w", err)
	}
	return ids, nil
}

// anyFor tells whether some lane has a slot that the person may take.
func anyFor(ctx context.Context, r db.Reader, q openQueue, person string, now int64) (bool, error) {
	for lane := range q.annotators {
		var one int
		err := r.QueryRowContext(ctx, `SELECT 1 FROM label_slots s WHERE s.queue_id = $3 AND s.lane = $4 AND s.due_us <= $5 AND`+forPerson+` LIMIT 1`,
			person, !IsSimulated(person), q.id, lane, now).Scan(&one)
		if err == nil {
			return true, nil
		}
		if !none(err) {
			return false, fmt.Errorf("look for tasks: %w", err)
		}
	}
	return false, nil
}

// heldBy gives the tasks that a person has leased, with the ends of the leases.
func heldBy(ctx context.Context, r db.Reader, q openQueue, person string, now int64) (map[string]int64, error) {
	held := map[string]int64{}
	type lease struct {
		task string
		due  int64
	}
	for lane := range q.annotators {
		rows, err := r.QueryContext(ctx, `SELECT task_id, due_us FROM label_slots
			WHERE queue_id = $1 AND lane = $2 AND due_us > $3 AND due_us < $4 AND person = $5`, q.id, lane, now, int64(answeredUS), person)
		list, err := read(rows, err, func(scan func(...any) error) (l lease, err error) { return l, scan(&l.task, &l.due) })
		if err != nil {
			return nil, fmt.Errorf("read leases: %w", err)
		}
		for _, l := range list {
			held[l.task] = l.due
		}
	}
	return held, nil
}

// renew prolongs a lease by its own length, also one that has run out and that
// nobody took over.
func renew(ctx context.Context, tx db.Tx, task, person string, now int64) (bool, error) {
	return hit(tx.ExecContext(ctx, `UPDATE label_slots SET due_us = $3 + lease_us WHERE task_id = $1 AND person = $2 AND due_us < $4`,
		task, person, now, int64(answeredUS)))
}

// free gives a leased slot back.
func free(ctx context.Context, tx db.Tx, task, person string) (bool, error) {
	return hit(tx.ExecContext(ctx, `UPDATE label_slots SET person = '', due_us = 0 WHERE task_id = $1 AND person = $2 AND due_us < $3`,
		task, person, int64(answeredUS)))
}

const taskColumns = `id, queue_id, position, row_id, text_hash, text, context_json, session`

func scanTask(scan func(...any) error) (t Task, err error) {
	var lines string
	if err = scan(&t.ID, &t.QueueID, &t.position, &t.RowID, &t.TextHash, &t.Text, &lines, &t.Session); err != nil {
		return t, err
	}
	t.Context = []Line{}
	if lines == "[]" {
		return t, nil
	}
	if err = json.Unmarshal([]byte(lines), &t.Context); err != nil {
		return t, fmt.Errorf("decode context of task %s: %w", t.ID, err)
	}
	return t, nil
}

// selectTasks gives the tasks that are there, in the order of their queue.
func selectTasks(ctx context.Context, r db.Reader, ids []string) ([]Task, error) {
	list := []Task{}
	for part := range slices.Chunk(ids, partMost) {
		part = padded(part)
		rows, err := r.QueryContext(ctx, `SELECT `+taskColumns+` FROM label_tasks WHERE id IN `+inList(1, len(part)), asArgs(part)...)
		found, err := read(rows, err, scanTask)
		if err != nil {
			return nil, fmt.Errorf("read tasks: %w", err)
		}
		list = append(list, found...)
	}
	slices.SortFunc(list, func(a, b Task) int { return a.position - b.position })
	return list, nil
}

// answeredTask is a task with its answers, oldest first.
type answeredTask struct {
	Task
	answers []Annotation
}

// answeredTasks gives up to limit tasks in a state after a position.
func answeredTasks(ctx context.Context, r db.Reader, queue, state string, after, limit int) ([]answeredTask, error) {
	rows, err := r.QueryContext(ctx, `SELECT `+taskColumns+` FROM label_tasks WHERE queue_id = $1 AND state = $2 AND position > $3 ORDER BY position LIMIT $4`,
		queue, state, after, limit)
	tasks, err := read(rows, err, scanTask)
	if err != nil {
		return nil, err
	}
	return answersOn(ctx, r, tasks)
}

// waitingTasks gives those of the tasks that are not decided yet.
func waitingTasks(ctx context.Context, r db.Reader, ids []string) ([]answeredTask, error) {
	ids = padded(ids)
	rows, err := r.QueryContext(ctx, `SELECT `+taskColumns+` FROM label_tasks WHERE state = '`+waiting+`' AND id IN `+inList(1, len(ids)), asArgs(ids)...)
	tasks, err := read(rows, err, scanTask)
	if err != nil {
		return nil, err
	}
	return answersOn(ctx, r, tasks)
}

// answersOn puts the answers to their tasks.
func answersOn(ctx context.Context, r db.Reader, tasks []Task) ([]answeredTask, error) {
	if len(tasks) == 0 {
		return nil, nil
	}
	list := make([]answeredTask, len(tasks))
	at := map[string]int{}
	ids := make([]string, len(tasks))
	for i, t := range tasks {
		list[i].Task, at[t.ID], ids[i] = t, i, t.ID
	}
	ids = padded(ids)
	rows, err := r.QueryContext(ctx, `SELECT `+annotationColumns+` FROM label_annotations
		WHERE undone_us = 0 AND origin = 'answer' AND task_id IN `+inList(1, len(ids))+` ORDER BY at_us, id`, asArgs(ids)...)
	answers, err := read(rows, err, scanAnnotation)
	if err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	for _, a := range answers {
		list[at[a.TaskID]].answers = append(list[at[a.TaskID]].answers, a)
	}
	return list, nil
}

func setTaskState(ctx context.Context, tx db.Tx, task, state string) error {
	_, err := tx.ExecContext(ctx, `UPDATE label_tasks SET state = $2 WHERE id = $1`, task, state)
	return err
}

// judgeTask marks a task as settled that has all its answers.
func judgeTask(ctx context.Context, tx db.Tx, task string) (bool, error) {
	return hit(tx.ExecContext(ctx, `UPDATE label_tasks SET state = 'settled' WHERE id = $1 AND state IN ('disputed', 'settled')`, task))
}

// reopen leases an answered slot to its person again; the task waits.
func reopen(ctx context.Context, tx db.Tx, task, person string, due int64, lease time.Duration) error {
	_, err := tx.ExecContext(ctx, `UPDATE label_slots SET due_us = $3, lease_us = $4 WHERE task_id = $1 AND person = $2`, task, person, due, lease.Microseconds())
	if err != nil {
		return err
	}
	return setTaskState(ctx, tx, task, waiting)
}
