package label

import (
	"context"
	"encoding/json"
	"fmt"

	"zhuomo/internal/db"
)

// eachOf walks over the rows of a query.
func eachOf[T any](ctx context.Context, r db.Reader, one func(scan func(...any) error) (T, error), each func(T) error, query string, args ...any) error {
	rows, err := r.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := one(rows.Scan)
		if err != nil {
			return err
		}
		if err := each(v); err != nil {
			return err
		}
	}
	return rows.Err()
}

// eachGoldText walks over the texts and labels of the gold in force.
func eachGoldText(ctx context.Context, r db.Reader, product string, each func(AlikeGold) error) error {
	err := eachOf(ctx, r, func(scan func(...any) error) (g AlikeGold, err error) {
		var labels string
		if err = scan(&g.RowID, &g.Text, &labels); err != nil {
			return g, err
		}
		return g, json.Unmarshal([]byte(labels), &g.Labels)
	}, each, `SELECT row_id, text, labels_json FROM label_gold WHERE product_id = $1 AND ended_us = 0 ORDER BY row_id`, product)
	if err != nil {
		return fmt.Errorf("walk over gold: %w", err)
	}
	return nil
}

// eachOpenTask walks over the tasks that a person may still take or holds.
func eachOpenTask(ctx context.Context, r db.Reader, queue, person string, now int64, each func(AlikeTask) error) error {
	err := eachOf(ctx, r, func(scan func(...any) error) (t AlikeTask, err error) {
		var lines string
		if err = scan(&t.TaskID, &t.RowID, &t.Text, &lines); err != nil {
			return t, err
		}
		return t, json.Unmarshal([]byte(lines), &t.Context)
	}, each, `SELECT t.id, t.row_id, t.text, t.context_json FROM label_tasks t
		WHERE t.queue_id = $3 AND t.state = 'waiting' AND EXISTS (SELECT 1 FROM label_slots s WHERE s.task_id = t.id
			AND (s.due_us <= $4 AND`+forPerson+` OR s.person = $1 AND s.due_us > $4 AND s.due_us < $5))
		ORDER BY t.position`, person, !IsSimulated(person), queue, now, int64(answeredUS))
	if err != nil {
		return fmt.Errorf("walk over open tasks: %w", err)
	}
	return nil
}
