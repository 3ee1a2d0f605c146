package label

import (
	"context"
	"encoding/json"
	"fmt"

	"zhuomo/internal/db"
)

// tallyOf counts a person's work in a queue; since is when the last hour began.
func tallyOf(ctx context.Context, r db.Reader, q openQueue, person string, now, since int64) (t Tally, err error) {
	err = r.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN at_us >= $3 THEN 1 ELSE 0 END), 0)
		FROM label_annotations WHERE queue_id = $1 AND person = $2 AND undone_us = 0 AND origin = 'answer'`, q.id, person, since).Scan(&t.AnswerCount, &t.HourCount)
	if err != nil {
		return t, fmt.Errorf("count own answers: %w", err)
	}
	err = r.QueryRowContext(ctx, `SELECT COALESCE(SUM(CASE WHEN k.kind = 'skip' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN k.kind = 'ask' THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN k.replied_us > 0 THEN 1 ELSE 0 END), 0)
		FROM label_skips k JOIN label_tasks t ON t.id = k.task_id WHERE t.queue_id = $1 AND k.person = $2`, q.id, person).Scan(&t.SkipCount, &t.AskCount, &t.RepliedAsks)
	if err != nil {
		return t, fmt.Errorf("count own skips: %w", err)
	}
	err = r.QueryRowContext(ctx, `SELECT COUNT(*) FROM label_returns WHERE queue_id = $1 AND person = $2`, q.id, person).Scan(&t.ReturnCount)
	if err != nil {
		return t, fmt.Errorf("count own returns: %w", err)
	}
	err = r.QueryRowContext(ctx, `SELECT COUNT(DISTINCT s.task_id) FROM label_slots s WHERE s.queue_id = $3 AND (s.due_us <= $4 AND`+forPerson+`
		OR s.person = $1 AND s.due_us > $4 AND s.due_us < $5)`, person, !IsSimulated(person), q.id, now, int64(answeredUS)).Scan(&t.LeftCount)
	if err != nil {
		return t, fmt.Errorf("count what is left: %w", err)
	}
	return t, nil
}

// agreedOf compares a person's answers with the gold of rows that several people
// answered.
func agreedOf(ctx context.Context, r db.Reader, queue, person string) (right, of int, err error) {
	err = r.QueryRowContext(ctx, `SELECT COALESCE(SUM(CASE WHEN a.labels_json = g.labels_json THEN 1 ELSE 0 END), 0), COUNT(*)
		FROM label_annotations a JOIN label_gold g ON g.row_id = a.row_id AND g.product_id = a.product_id AND g.ended_us = 0 AND g.task_id = a.task_id
		WHERE a.queue_id = $1 AND a.person = $2 AND a.undone_us = 0 AND a.origin = 'answer'
			AND EXISTS (SELECT 1 FROM label_annotations b WHERE b.task_id = a.task_id AND b.person <> a.person AND b.undone_us = 0 AND b.origin = 'answer')`,
		queue, person).Scan(&right, &of)
	if err != nil {
		return 0, 0, fmt.Errorf("compare with gold: %w", err)
	}
	return right, of, nil
}

// answersOf lists a person's answers in a queue with their texts, newest first.
func answersOf(ctx context.Context, r db.Reader, queue, person, before string, limit int) ([]Given, error) {
	rows, err := r.QueryContext(ctx, `SELECT a.id, a.product_id, a.queue_id, a.task_id, a.row_id, a.text_hash, a.person, a.simulated, a.origin, a.labels_json,
			a.guideline_id, a.guideline_version, a.seconds, a.suggestion_shown, a.at_us, a.adoption_id, t.text, t.context_json, t.session
		FROM label_annotations a JOIN label_tasks t ON t.id = a.task_id
		WHERE a.queue_id = $1 AND a.person = $2 AND a.undone_us = 0 AND a.origin = 'answer' AND ($3 = '' OR EXISTS (SELECT 1 FROM label_annotations b WHERE b.id = $3 AND (a.at_us < b.at_us OR a.at_us = b.at_us AND a.id < b.id)))
		ORDER BY a.at_us DESC, a.id DESC LIMIT $4`,
		queue, person, before, limit)
	return read(rows, err, func(scan func(...any) error) (g Given, err error) {
		var lines string
		g.Annotation, err = scanAnnotation(func(into ...any) error { return scan(append(into, &g.Text, &lines, &g.Session)...) })
		if err != nil {
			return g, err
		}
		return g, json.Unmarshal([]byte(lines), &g.Context)
	})
}

// renewAll prolongs the leases of a person in a queue, also those that have run
// out and that nobody took over.
func renewAll(ctx context.Context, tx db.Tx, q openQueue, person string, now int64) (int, error) {
	result, err := tx.ExecContext(ctx, `UPDATE label_slots SET due_us = $3 + lease_us WHERE queue_id = $1 AND person = $2 AND due_us < $4 AND lane < $5`,
		q.id, person, now, int64(answeredUS), q.annotators)
	if err != nil {
		return 0, fmt.Errorf("renew leases: %w", err)
	}
	n, err := result.RowsAffected()
	return int(n), err
}
