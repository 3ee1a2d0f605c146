package label

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"zhuomo/internal/db"
)

func insertSkip(ctx context.Context, tx db.Tx, task, person, kind, reason string, now int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO label_skips (task_id, person, kind, reason, at_us) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (task_id, person) DO UPDATE SET kind = excluded.kind, reason = excluded.reason, at_us = excluded.at_us,
			reply = '', replied_by = '', replied_us = 0`, task, person, kind, reason, now)
	return err
}

func deleteSkip(ctx context.Context, tx db.Tx, task, person string) (bool, error) {
	return hit(tx.ExecContext(ctx, `DELETE FROM label_skips WHERE task_id = $1 AND person = $2`, task, person))
}

func setReply(ctx context.Context, tx db.Tx, task, person, reply, actor string, now int64) (bool, error) {
	return hit(tx.ExecContext(ctx, `UPDATE label_skips SET reply = $3, replied_by = $4, replied_us = $5 WHERE task_id = $1 AND person = $2 AND kind = 'ask'`,
		task, person, reply, actor, now))
}

// leaseOne leases a free slot of a task to a person who may take it.
func leaseOne(ctx context.Context, tx db.Tx, task, person string, now, due int64, lease time.Duration) (bool, error) {
	return hit(tx.ExecContext(ctx, `UPDATE label_slots SET person = $1, due_us = $4, lease_us = $5 WHERE task_id = $3 AND due_us <= $6
		AND lane = (SELECT MIN(s.lane) FROM label_slots s WHERE s.task_id = $3 AND s.due_us <= $6 AND`+forPerson+`)`,
		person, !IsSimulated(person), task, due, lease.Microseconds(), now))
}

// leaseOfQueue is leaseOne for a task that must belong to a queue and that the
// person does not hold.
func leaseOfQueue(ctx context.Context, tx db.Tx, queue, task, person string, now, due int64, lease time.Duration) (bool, error) {
	var found string
	err := tx.QueryRowContext(ctx, `SELECT t.id FROM label_tasks t WHERE t.id = $1 AND t.queue_id = $2
		AND NOT EXISTS (SELECT 1 FROM label_slots s WHERE s.task_id = t.id AND s.person = $3 AND s.due_us > $4)`, task, queue, person, now).Scan(&found)
	if none(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("find task: %w", err)
	}
	return leaseOne(ctx, tx, task, person, now, due, lease)
}

func selectSkips(ctx context.Context, r db.Reader, queue, person string, offset, limit int) ([]Skipped, error) {
	rows, err := r.QueryContext(ctx, `SELECT k.task_id, k.person, k.kind, k.reason, k.at_us, k.reply, k.replied_by, k.replied_us, t.row_id, t.text, t.context_json
		FROM label_skips k JOIN label_tasks t ON t.id = k.task_id WHERE t.queue_id = $1 AND ($2 = '' OR k.person = $2)
		ORDER BY k.at_us DESC, k.task_id, k.person LIMIT $3 OFFSET $4`, queue, person, limit, offset)
	return read(rows, err, func(scan func(...any) error) (k Skipped, err error) {
		var lines string
		if err = scan(&k.TaskID, &k.Person, &k.Kind, &k.Reason, &k.AtUS, &k.Reply, &k.RepliedBy, &k.RepliedUS, &k.RowID, &k.Text, &lines); err != nil {
			return k, err
		}
		return k, json.Unmarshal([]byte(lines), &k.Context)
	})
}
