package label

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"zhuomo/internal/db"
)

// read scans all rows of a query.
func read[T any](rows *sql.Rows, err error, one func(scan func(...any) error) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []T{}
	for rows.Next() {
		v, err := one(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

func none(err error) bool { return errors.Is(err, sql.ErrNoRows) }

func hit(r sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}

// asJSON encodes lists of texts and lines, which cannot fail; nil is [].
func asJSON[T any](list []T) string {
	if len(list) == 0 {
		return "[]"
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic("a list that is not JSON: " + err.Error())
	}
	return string(b)
}

// manyRows is how many rows one INSERT carries at most; what is left over goes in
// powers of two, so that there are few texts to prepare.
const manyRows = 64

// insertMany inserts rows of width values each.
func insertMany(ctx context.Context, tx db.Tx, table, columns string, width int, args []any) error {
	for n := manyRows; len(args) > 0; {
		if n*width > len(args) {
			n /= 2
			continue
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO `+table+` (`+columns+`) VALUES `+valueList(n, width), args[:n*width]...); err != nil {
			return err
		}
		args = args[n*width:]
	}
	return nil
}

// valueList is ($1, $2), ($3, $4) … for n rows.
func valueList(n, width int) string {
	var b strings.Builder
	for i := range n * width {
		switch {
		case i%width == 0 && i > 0:
			b.WriteString("), (")
		case i%width == 0:
			b.WriteString("(")
		default:
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	return b.String() + ")"
}

// inList is ($from, …) for n values.
func inList(from, n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = "$" + strconv.Itoa(from+i)
	}
	return "(" + strings.Join(names, ", ") + ")"
}

const guidelineColumns = `product_id, version, id, source, actor_id, created_us`

func scanGuideline(scan func(...any) error) (g SavedGuideline, err error) {
	return g, scan(&g.ProductID, &g.Version, &g.ID, &g.Source, &g.ActorID, &g.CreatedUS)
}

func insertGuideline(ctx context.Context, tx db.Tx, g SavedGuideline) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO guidelines (`+guidelineColumns+`) VALUES ($1, $2, $3, $4, $5, $6)`,
		g.ProductID, g.Version, g.ID, g.Source, g.ActorID, g.CreatedUS)
	return err
}

// latestVersion is the newest version's number and id; number 0 when there is none.
func latestVersion(ctx context.Context, r db.Reader, product string) (g SavedGuideline, err error) {
	err = r.QueryRowContext(ctx, `SELECT version, id FROM guidelines WHERE product_id = $1 ORDER BY version DESC LIMIT 1`, product).Scan(&g.Version, &g.ID)
	if none(err) {
		return g, nil
	}
	return g, err
}

// versionOf is the newest version with an id, 0 when there is none.
func versionOf(ctx context.Context, r db.Reader, product, id string) (version int, err error) {
	err = r.QueryRowContext(ctx, `SELECT version FROM guidelines WHERE product_id = $1 AND id = $2 ORDER BY version DESC LIMIT 1`, product, id).Scan(&version)
	if none(err) {
		return 0, nil
	}
	return version, err
}

func selectGuideline(ctx context.Context, r db.Reader, product string, version int) (SavedGuideline, bool, error) {
	g, err := scanGuideline(r.QueryRowContext(ctx, `SELECT `+guidelineColumns+` FROM guidelines WHERE product_id = $1 AND version = $2`, product, version).Scan)
	if none(err) {
		return g, false, nil
	}
	return g, err == nil, err
}

func selectGuidelines(ctx context.Context, r db.Reader, product string, before, limit int) ([]SavedGuideline, error) {
	rows, err := r.QueryContext(ctx, `SELECT product_id, version, id, '', actor_id, created_us FROM guidelines
		WHERE product_id = $1 AND ($2 = 0 OR version < $2) ORDER BY version DESC LIMIT $3`, product, before, limit)
	return read(rows, err, scanGuideline)
}

const queueColumns = `id, product_id, name, state, version_id, guideline_id, guideline_version, annotators, order_json, actor_id, created_us`

func scanQueue(scan func(...any) error) (q Queue, err error) {
	var order string
	if err = scan(&q.ID, &q.ProductID, &q.Name, &q.State, &q.VersionID, &q.GuidelineID, &q.GuidelineVersion, &q.Annotators, &order, &q.ActorID, &q.CreatedUS); err != nil {
		return q, err
	}
	if err = json.Unmarshal([]byte(order), &q.Order); err != nil {
		return q, fmt.Errorf("decode order of queue %s: %w", q.ID, err)
	}
	return q, nil
}

// beginQueue inserts a queue that is being filled; one of the same name that was
// begun before and never opened goes.
func beginQueue(ctx context.Context, tx db.Tx, q Queue) error {
	var left string
	err := tx.QueryRowContext(ctx, `SELECT id FROM label_queues WHERE product_id = $1 AND name = $2 AND state = 'filling'`, q.ProductID, q.Name).Scan(&left)
	if err == nil {
		err = dropFilling(ctx, tx, left)
	}
	if err != nil && !none(err) {
		return err
	}
	order, err := json.Marshal(q.Order)
	if err != nil {
		return fmt.Errorf("encode order: %w", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO label_queues (`+queueColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		q.ID, q.ProductID, q.Name, q.State, q.VersionID, q.GuidelineID, q.GuidelineVersion, q.Annotators, string(order), q.ActorID, q.CreatedUS)
	return db.Explain(err)
}

// dropFilling removes a queue that was begun and not opened.
func dropFilling(ctx context.Context, tx db.Tx, id string) error {
	for _, text := range []string{
		`DELETE FROM label_slots WHERE queue_id IN (SELECT id FROM label_queues WHERE id = $1 AND state = 'filling')`,
		`DELETE FROM label_tasks WHERE queue_id IN (SELECT id FROM label_queues WHERE id = $1 AND state = 'filling')`,
		`DELETE FROM label_queues WHERE id = $1 AND state = 'filling'`,
	} {
		if _, err := tx.ExecContext(ctx, text, id); err != nil {
			return err
		}
	}
	return nil
}

// insertTasks adds tasks with a slot for each person that shall answer.
func insertTasks(ctx context.Context, tx db.Tx, q Queue, batch []taskRow) error {
	var tasks, slots []any
	for _, t := range batch {
		tasks = append(tasks, t.id, q.ID, t.position, t.row, t.hash, t.text, asJSON(t.context), t.session, t.kept)
		for lane := range q.Annotators {
			slots = append(slots, t.id, lane, q.ID, t.position, t.kept)
		}
	}
	if err := insertMany(ctx, tx, "label_tasks", `id, queue_id, position, row_id, text_hash, text, context_json, session, kept`, 9, tasks); err != nil {
		return fmt.Errorf("insert tasks: %w", err)
	}
	if err := insertMany(ctx, tx, "label_slots", `task_id, lane, queue_id, position, kept`, 5, slots); err != nil {
		return fmt.Errorf("insert slots: %w", err)
	}
	return nil
}

func setState(ctx context.Context, tx db.Tx, id, from, to string) (bool, error) {
	return hit(tx.ExecContext(ctx, `UPDATE label_queues SET state = $3 WHERE id = $1 AND state = $2`, id, from, to))
}

func nameTaken(ctx context.Context, r db.Reader, product, name string) (bool, error) {
	var n int
	err := r.QueryRowContext(ctx, `SELECT COUNT(*) FROM label_queues WHERE product_id = $1 AND name = $2 AND state <> 'filling'`, product, name).Scan(&n)
	return n > 0, err
}

func selectQueue(ctx context.Context, r db.Reader, id string) (Queue, bool, error) {
	q, err := scanQueue(r.QueryRowContext(ctx, `SELECT `+queueColumns+` FROM label_queues WHERE id = $1`, id).Scan)
	if none(err) {
		return q, false, nil
	}
	return q, err == nil, err
}

// selectQueueOnly gives a queue that is known to be there, without its counts.
func selectQueueOnly(ctx context.Context, r db.Reader, id string) (Queue, error) {
	q, ok, err := selectQueue(ctx, r, id)
	if err == nil && !ok {
		err = NoQueue.With("queue", id)
	}
	return q, err
}

func selectQueues(ctx context.Context, r db.Reader, product, after string, limit int) ([]Queue, error) {
	rows, err := r.QueryContext(ctx, `SELECT `+queueColumns+` FROM label_queues WHERE product_id = $1 AND id > $2 ORDER BY id LIMIT $3`, product, after, limit)
	return read(rows, err, scanQueue)
}

func countQueue(ctx context.Context, r db.Reader, q Queue, now int64) (c Counts, err error) {
	err = r.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN kept THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN state = 'settled' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN state = 'disputed' THEN 1 ELSE 0 END), 0)
		FROM label_tasks WHERE queue_id = $1`, q.ID).Scan(&c.TaskCount, &c.KeptCount, &c.SettledCount, &c.DisputedCount)
	if err != nil {
		return c, fmt.Errorf("count tasks: %w", err)
	}
	for lane := range q.Annotators { // one range of the index each, not a walk over all slots
		var answered, leased int
		err = r.QueryRowContext(ctx, `SELECT COALESCE(SUM(CASE WHEN due_us = $4 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN due_us < $4 THEN 1 ELSE 0 END), 0)
			FROM label_slots WHERE queue_id = $1 AND lane = $2 AND due_us > $3`, q.ID, lane, now, int64(answeredUS)).Scan(&answered, &leased)
		if err != nil {
			return c, fmt.Errorf("count slots: %w", err)
		}
		c.AnswerCount += answered
		c.LeasedCount += leased
	}
	return c, nil
}

func insertCheck(ctx context.Context, tx db.Tx, product string, c Checked) error {
	report, err := json.Marshal(c.CheckReport)
	if err != nil {
		return fmt.Errorf("encode check: %w", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO label_checks (id, product_id, version, who, is_model, report_json, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		c.ID, product, c.Version, c.Who, c.IsModel, string(report), c.AtUS)
	return err
}

// selectChecks gives the last check of each person and model under a version.
func selectChecks(ctx context.Context, r db.Reader, product string, version int) ([]Checked, error) {
	rows, err := r.QueryContext(ctx, `SELECT c.id, c.version, c.who, c.is_model, c.report_json, c.at_us FROM label_checks c
		WHERE c.product_id = $1 AND c.version = $2 AND c.id = (SELECT MAX(o.id) FROM label_checks o
			WHERE o.product_id = $1 AND o.version = $2 AND o.who = c.who AND o.is_model = c.is_model)
		ORDER BY c.id DESC LIMIT 500`, product, version)
	return read(rows, err, func(scan func(...any) error) (c Checked, err error) {
		var report string
		if err = scan(&c.ID, &c.Version, &c.Who, &c.IsModel, &report, &c.AtUS); err != nil {
			return c, err
		}
		return c, json.Unmarshal([]byte(report), &c.CheckReport)
	})
}

// CountGold counts the rows of a product that have gold now.
func (s *Service) CountGold(ctx context.Context, product string) (n int, err error) {
	err = s.db.Reader().QueryRowContext(ctx, `SELECT COUNT(*) FROM label_gold WHERE product_id = $1 AND ended_us = 0`, product).Scan(&n)
	return n, db.Explain(err)
}

// Erase deletes what the product has in this stage, and tells how many rows went.
func (s *Service) Erase(ctx context.Context, product string) (int, error) {
	return s.db.Erase(ctx, product,
		`DELETE FROM label_slots WHERE queue_id IN (SELECT id FROM label_queues WHERE product_id = $1)`,
		`DELETE FROM label_lanes WHERE queue_id IN (SELECT id FROM label_queues WHERE product_id = $1)`,
		`DELETE FROM label_returns WHERE queue_id IN (SELECT id FROM label_queues WHERE product_id = $1)`,
		`DELETE FROM label_skips WHERE task_id IN (SELECT id FROM label_tasks WHERE queue_id IN (SELECT id FROM label_queues WHERE product_id = $1))`,
		`DELETE FROM label_tasks WHERE queue_id IN (SELECT id FROM label_queues WHERE product_id = $1)`,
		`DELETE FROM label_queues WHERE product_id = $1`,
		`DELETE FROM label_annotations WHERE product_id = $1`,
		`DELETE FROM label_gold WHERE product_id = $1`,
		`DELETE FROM label_adoptions WHERE product_id = $1`,
		`DELETE FROM label_checks WHERE product_id = $1`,
		`DELETE FROM guidelines WHERE product_id = $1`)
}

var holders = db.Holders{
	"queues":      `SELECT product_id FROM label_queues WHERE id = $1`,
	"tasks":       `SELECT q.product_id FROM label_tasks t JOIN label_queues q ON q.id = t.queue_id WHERE t.id = $1`,
	"annotations": `SELECT product_id FROM label_annotations WHERE id = $1`,
	"adoptions":   `SELECT product_id FROM label_adoptions WHERE id = $1`,
}

// ProductOf answers the product of a thing of this stage, "" when there is none.
func (s *Service) ProductOf(ctx context.Context, collection, id string) (string, error) {
	return holders.ProductOf(ctx, s.db.Reader(), collection, id)
}
