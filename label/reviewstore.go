package label

import (
	"context"
	"encoding/json"
	"fmt"

	"zhuomo/internal/db"
)

const reviewedColumns = `t.id, t.queue_id, t.position, t.row_id, t.text_hash, t.text, t.context_json, t.session, t.state,
	COALESCE((SELECT COUNT(*) FROM label_returns b WHERE b.queue_id = t.queue_id AND b.task_id = t.id), 0)`

func scanReviewed(scan func(...any) error) (t Reviewed, err error) {
	t.Task, err = scanTask(func(into ...any) error { return scan(append(into, &t.State, &t.Returned)...) })
	return t, err
}

// reviewedTasks gives up to limit tasks after a position that the parts of a
// filter which SQL can tell let through.
func reviewedTasks(ctx context.Context, r db.Reader, q openQueue, f ReviewFilter, after, limit int) ([]Reviewed, error) {
	rows, err := r.QueryContext(ctx, `SELECT `+reviewedColumns+` FROM label_tasks t WHERE t.queue_id = $1 AND t.position > $2 AND ($3 = '' OR t.state = $3)
		AND ($4 = '' OR EXISTS (SELECT 1 FROM label_annotations a WHERE a.task_id = t.id AND a.person = $4 AND a.undone_us = 0))
		ORDER BY t.position LIMIT $5`, q.id, after, f.State, f.Person, limit)
	list, err := read(rows, err, scanReviewed)
	if err != nil {
		return nil, fmt.Errorf("read tasks to review: %w", err)
	}
	return withAnswers(ctx, r, q, list)
}

// reviewedOf gives tasks by their ids, in the order of the queue.
func reviewedOf(ctx context.Context, r db.Reader, q openQueue, ids []string) ([]Reviewed, error) {
	if len(ids) == 0 {
		return []Reviewed{}, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := r.QueryContext(ctx, `SELECT `+reviewedColumns+` FROM label_tasks t WHERE t.id IN `+inList(1, len(ids))+` ORDER BY t.position`, args...)
	list, err := read(rows, err, scanReviewed)
	if err != nil {
		return nil, fmt.Errorf("read tasks to review: %w", err)
	}
	return withAnswers(ctx, r, q, list)
}

// withAnswers puts answers and gold on tasks of one queue.
func withAnswers(ctx context.Context, r db.Reader, q openQueue, list []Reviewed) ([]Reviewed, error) {
	if len(list) == 0 {
		return list, nil
	}
	at := map[string]int{}
	tasks, rowIDs := make([]any, len(list)), make([]string, len(list))
	for i, t := range list {
		at[t.ID], tasks[i], rowIDs[i] = i, t.ID, t.RowID
		list[i].Answers = []Annotation{}
	}
	rows, err := r.QueryContext(ctx, `SELECT `+annotationColumns+` FROM label_annotations
		WHERE undone_us = 0 AND origin = 'answer' AND task_id IN `+inList(1, len(tasks))+` ORDER BY person, id`, tasks...)
	answers, err := read(rows, err, scanAnnotation)
	if err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	for _, a := range answers {
		list[at[a.TaskID]].Answers = append(list[at[a.TaskID]].Answers, a)
	}
	gold, err := goldOfRows(ctx, r, q.product, rowIDs)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if g, ok := gold[list[i].RowID]; ok && g.TextHash == list[i].TextHash {
			list[i].Gold, list[i].GoldHow = g.Labels, g.How
		}
	}
	return list, nil
}

func settledTasks(ctx context.Context, r db.Reader, queue string) ([]string, error) {
	rows, err := r.QueryContext(ctx, `SELECT id FROM label_tasks WHERE queue_id = $1 AND state = 'settled' ORDER BY position`, queue)
	return read(rows, err, func(scan func(...any) error) (id string, err error) { return id, scan(&id) })
}

// answersOfTask are the answers and adjudications of a task that were not undone.
func answersOfTask(ctx context.Context, r db.Reader, task string) ([]Annotation, error) {
	rows, err := r.QueryContext(ctx, `SELECT `+annotationColumns+` FROM label_annotations WHERE task_id = $1 AND undone_us = 0 ORDER BY id`, task)
	return read(rows, err, scanAnnotation)
}

func insertReturn(ctx context.Context, tx db.Tx, id string, a Annotation, reason, actor string, now int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO label_returns (id, queue_id, task_id, person, labels_json, reason, actor_id, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, a.QueueID, a.TaskID, a.Person, asJSON(a.Labels), reason, actor, now)
	return err
}

// emptyTask undoes all answers of a task and frees its slots.
func emptyTask(ctx context.Context, tx db.Tx, task string, now int64) error {
	if _, err := tx.ExecContext(ctx, `UPDATE label_annotations SET undone_us = $2 WHERE task_id = $1 AND undone_us = 0`, task, now); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE label_slots SET person = '', due_us = 0, lease_us = 0 WHERE task_id = $1`, task); err != nil {
		return err
	}
	return setTaskState(ctx, tx, task, waiting)
}

// endAllGoldOfTask ends whatever gold of a task is in force, however it was settled.
func endAllGoldOfTask(ctx context.Context, tx db.Tx, task string, now int64, by string) error {
	for {
		var id string
		err := tx.QueryRowContext(ctx, `SELECT g.id FROM label_tasks t JOIN label_gold g ON g.row_id = t.row_id AND g.task_id = t.id
			WHERE t.id = $1 AND g.ended_us = 0 LIMIT 1`, task).Scan(&id)
		if none(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("find gold of task: %w", err)
		}
		if err := endOne(ctx, tx, id, now, by); err != nil {
			return err
		}
	}
}

// comparison is an answer of a queue beside the gold of its row, if it has any.
type comparison struct {
	task, person string
	labels       []string
	version      int
	seconds      float64
	atUS         int64
	gold         []string
	settled      bool
}

// comparisons are all answers of a queue in force, in the order of their tasks.
func comparisons(ctx context.Context, r db.Reader, q openQueue) ([]comparison, error) {
	rows, err := r.QueryContext(ctx, `SELECT a.task_id, a.person, a.labels_json, a.guideline_version, a.seconds, a.at_us, COALESCE(g.labels_json, '')
		FROM label_annotations a LEFT JOIN label_gold g ON g.product_id = a.product_id AND g.row_id = a.row_id AND g.ended_us = 0 AND g.task_id = a.task_id
		WHERE a.queue_id = $1 AND a.undone_us = 0 AND a.origin = 'answer' ORDER BY a.task_id, a.person`, q.id)
	return read(rows, err, func(scan func(...any) error) (c comparison, err error) {
		var labels, gold string
		if err = scan(&c.task, &c.person, &labels, &c.version, &c.seconds, &c.atUS, &gold); err != nil {
			return c, err
		}
		if c.settled = gold != ""; c.settled {
			err = json.Unmarshal([]byte(gold), &c.gold)
		}
		if err == nil {
			err = json.Unmarshal([]byte(labels), &c.labels)
		}
		return c, err
	})
}

// returnsOf counts the answers that were sent back, by person, and the tasks.
func returnsOf(ctx context.Context, r db.Reader, queue string) (byPerson map[string]int, tasks int, err error) {
	rows, err := r.QueryContext(ctx, `SELECT person, COUNT(*) FROM label_returns WHERE queue_id = $1 GROUP BY person ORDER BY person`, queue)
	byPerson = map[string]int{}
	_, err = read(rows, err, func(scan func(...any) error) (none struct{}, err error) {
		var person string
		var n int
		err = scan(&person, &n)
		byPerson[person] = n
		return none, err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("count returns: %w", err)
	}
	err = r.QueryRowContext(ctx, `SELECT COUNT(DISTINCT task_id) FROM label_returns WHERE queue_id = $1`, queue).Scan(&tasks)
	return byPerson, tasks, err
}

// judgedCount is how many tasks of a queue a reviewer has decided.
func judgedCount(ctx context.Context, r db.Reader, queue string) (n int, err error) {
	err = r.QueryRowContext(ctx, `SELECT COUNT(DISTINCT task_id) FROM label_annotations WHERE queue_id = $1 AND origin = 'adjudication' AND undone_us = 0`, queue).Scan(&n)
	return n, err
}
