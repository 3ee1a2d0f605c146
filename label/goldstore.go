package label

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"zhuomo/internal/db"
)

const annotationColumns = `id, product_id, queue_id, task_id, row_id, text_hash, person, simulated, origin, labels_json, guideline_id, guideline_version, seconds, suggestion_shown, at_us, adoption_id`

func (a *Annotation) values() []any {
	return []any{a.ID, a.product, a.QueueID, a.TaskID, a.RowID, a.TextHash, a.Person, a.Simulated, a.Origin, asJSON(a.Labels),
		a.GuidelineID, a.GuidelineVersion, a.Seconds, a.SuggestionShown, a.AtUS, a.AdoptionID}
}

func scanAnnotation(scan func(...any) error) (a Annotation, err error) {
	var labels string
	if err = scan(&a.ID, &a.product, &a.QueueID, &a.TaskID, &a.RowID, &a.TextHash, &a.Person, &a.Simulated, &a.Origin, &labels,
		&a.GuidelineID, &a.GuidelineVersion, &a.Seconds, &a.SuggestionShown, &a.AtUS, &a.AdoptionID); err != nil {
		return a, err
	}
	if err = json.Unmarshal([]byte(labels), &a.Labels); err != nil {
		return a, fmt.Errorf("decode labels of annotation %s: %w", a.ID, err)
	}
	return a, nil
}

func insertAnnotations(ctx context.Context, tx db.Tx, list []Annotation) error {
	var args []any
	for i := range list {
		args = append(args, list[i].values()...)
	}
	if err := insertMany(ctx, tx, "label_annotations", annotationColumns, 16, args); err != nil {
		return fmt.Errorf("insert annotations: %w", err)
	}
	return nil
}

// undoAnswer marks a person's answer as undone and gives its task.
func undoAnswer(ctx context.Context, tx db.Tx, id, person string, now int64) (task string, ok bool, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE label_annotations SET undone_us = $3
		WHERE id = $1 AND person = $2 AND undone_us = 0 AND origin = 'answer' RETURNING task_id`, id, person, now).Scan(&task)
	if none(err) {
		return "", false, nil
	}
	return task, err == nil, err
}

// isJudged tells whether a reviewer has decided on a task.
func isJudged(ctx context.Context, r db.Reader, task string) (bool, error) {
	var n int
	err := r.QueryRowContext(ctx, `SELECT COUNT(*) FROM label_annotations WHERE task_id = $1 AND origin = 'adjudication' AND undone_us = 0`, task).Scan(&n)
	return n > 0, err
}

func annotationsOfRow(ctx context.Context, r db.Reader, product, row string) ([]Annotation, error) {
	rows, err := r.QueryContext(ctx, `SELECT `+annotationColumns+` FROM label_annotations
		WHERE product_id = $1 AND row_id = $2 AND undone_us = 0 ORDER BY at_us, id`, product, row)
	return read(rows, err, scanAnnotation)
}

// stateOfAnswers tells whether answers of a queue came or went.
func stateOfAnswers(ctx context.Context, r db.Reader, queue string) (a answerState, err error) {
	err = r.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(MAX(at_us), 0), COALESCE(MAX(undone_us), 0)
		FROM label_annotations WHERE queue_id = $1 AND origin = 'answer'`, queue).Scan(&a.count, &a.lastUS, &a.goneUS)
	if err != nil {
		return a, fmt.Errorf("read state of answers: %w", err)
	}
	return a, nil
}

// answersOfQueue are the answers of a queue, as agreement sees them.
func answersOfQueue(ctx context.Context, r db.Reader, queue string) ([]Said, error) {
	rows, err := r.QueryContext(ctx, `SELECT `+annotationColumns+` FROM label_annotations WHERE queue_id = $1 AND undone_us = 0 AND origin = 'answer'`, queue)
	return read(rows, err, func(scan func(...any) error) (Said, error) {
		a, err := scanAnnotation(scan)
		return Said{Text: a.TaskID, Person: a.Person, Labels: a.Labels}, err
	})
}

// eachAnnotationBefore walks over a product's annotations under versions before
// one, in the order of their ids, without rows whose gold is of that version or
// a later one.
func eachAnnotationBefore(ctx context.Context, r db.Reader, product string, version int, each func(a Annotation, text string)) error {
	rows, err := r.QueryContext(ctx, `SELECT `+annotationColumns+`, COALESCE((SELECT t.text FROM label_tasks t WHERE t.id = label_annotations.task_id), '')
		FROM label_annotations
		WHERE product_id = $1 AND guideline_version < $2 AND undone_us = 0 AND NOT EXISTS (SELECT 1 FROM label_gold g
			WHERE g.product_id = label_annotations.product_id AND g.row_id = label_annotations.row_id AND g.ended_us = 0 AND g.guideline_version >= $2)
		ORDER BY id`, product, version)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		a, err := scanAnnotation(func(into ...any) error { return rows.Scan(append(into, &text)...) })
		if err != nil {
			return err
		}
		each(a, text)
	}
	return rows.Err()
}

const goldColumns = `id, product_id, row_id, text_hash, version_id, session, text, context_json, labels_json, annotators_json, witnesses_json, how, simulated, guideline_id, guideline_version, task_id, settled_us, adoption_id`

func scanGold(scan func(...any) error) (g Gold, err error) {
	var lines, labels, annotators, witnesses string
	if err = scan(&g.ID, &g.ProductID, &g.RowID, &g.TextHash, &g.VersionID, &g.Session, &g.Text, &lines, &labels, &annotators, &witnesses, &g.How,
		&g.Simulated, &g.GuidelineID, &g.GuidelineVersion, &g.TaskID, &g.SettledUS, &g.AdoptionID); err != nil {
		return g, err
	}
	err = errors.Join(json.Unmarshal([]byte(lines), &g.Context), json.Unmarshal([]byte(labels), &g.Labels),
		json.Unmarshal([]byte(annotators), &g.Annotators), json.Unmarshal([]byte(witnesses), &g.Witnesses))
	if err != nil {
		return g, fmt.Errorf("decode gold %s: %w", g.ID, err)
	}
	return g, nil
}

// goldOfRows gives the gold in force of rows of a product, by row.
func goldOfRows(ctx context.Context, r db.Reader, product string, rows []string) (map[string]Gold, error) {
	args := []any{product}
	for _, row := range rows {
		args = append(args, row)
	}
	found, err := r.QueryContext(ctx, `SELECT `+goldColumns+` FROM label_gold WHERE product_id = $1 AND ended_us = 0 AND row_id IN `+inList(2, len(rows)), args...)
	list, err := read(found, err, scanGold)
	if err != nil {
		return nil, fmt.Errorf("read gold: %w", err)
	}
	byRow := make(map[string]Gold, len(list))
	for _, g := range list {
		byRow[g.RowID] = g
	}
	return byRow, nil
}

func selectGold(ctx context.Context, r db.Reader, product, after string, limit int) ([]Gold, error) {
	rows, err := r.QueryContext(ctx, `SELECT `+goldColumns+` FROM label_gold WHERE product_id = $1 AND ended_us = 0 AND row_id > $2 ORDER BY row_id LIMIT $3`,
		product, after, limit)
	list, err := read(rows, err, scanGold)
	if err != nil {
		return nil, fmt.Errorf("read gold: %w", err)
	}
	return list, nil
}

// putGold brings gold of distinct rows of one product into force; what was in
// force before ends, and is remembered in replaces.
func putGold(ctx context.Context, tx db.Tx, list []Gold) error {
	if len(list) == 0 {
		return nil
	}
	rows := make([]string, len(list))
	for i, g := range list {
		rows[i] = g.RowID
	}
	before, err := goldOfRows(ctx, tx, list[0].ProductID, rows)
	if err != nil {
		return err
	}
	var args []any
	for _, g := range list {
		replaces := before[g.RowID].ID
		if replaces != "" {
			_, err := tx.ExecContext(ctx, `UPDATE label_gold SET ended_us = $2, ended_by = $3 WHERE id = $1 AND ended_us = 0`, replaces, g.SettledUS, g.ID)
			if err != nil {
				return fmt.Errorf("end gold: %w", err)
			}
		}
		args = append(args, g.ID, g.ProductID, g.RowID, g.TextHash, g.VersionID, g.Session, g.Text, asJSON(g.Context), asJSON(g.Labels),
			asJSON(g.Annotators), asJSON(g.Witnesses), g.How, g.Simulated, g.GuidelineID, g.GuidelineVersion, g.TaskID, g.SettledUS, g.AdoptionID, replaces)
	}
	if err := insertMany(ctx, tx, "label_gold", goldColumns+`, replaces`, 19, args); err != nil {
		return fmt.Errorf("insert gold: %w", err)
	}
	return nil
}

// endGold ends the gold of a row and brings back the one that it replaced. The
// decision that it rested on is undone; its task, if any, is disputed again.
func endGold(ctx context.Context, tx db.Tx, product, row string, now int64, by string) (bool, error) {
	found, err := goldOfRows(ctx, tx, product, []string{row})
	if err != nil {
		return false, err
	}
	g, ok := found[row]
	if !ok {
		return false, nil
	}
	if g.How == howDecided || g.How == howJudged || g.How == howImported {
		for _, id := range g.Witnesses {
			if _, err := tx.ExecContext(ctx, `UPDATE label_annotations SET undone_us = $2 WHERE id = $1 AND undone_us = 0`, id, now); err != nil {
				return false, err
			}
		}
	}
	if g.TaskID != "" {
		if err := setTaskState(ctx, tx, g.TaskID, disputed); err != nil {
			return false, err
		}
	}
	return true, endOne(ctx, tx, g.ID, now, by)
}

// endOne ends one gold and lets the one before come back, if it was in force.
// Whatever would have brought it back later brings back the one before it.
func endOne(ctx context.Context, tx db.Tx, id string, now int64, by string) error {
	for _, step := range []struct {
		text string
		args []any
	}{
		{`UPDATE label_gold SET replaces = (SELECT e.replaces FROM label_gold e WHERE e.id = $1)
			WHERE row_id = (SELECT e.row_id FROM label_gold e WHERE e.id = $1) AND replaces = $1`, []any{id}},
		{`UPDATE label_gold SET ended_us = $2, ended_by = $3 WHERE id = $1 AND ended_us = 0`, []any{id, now, by}},
		{`UPDATE label_gold SET ended_us = 0, ended_by = '' WHERE id = (SELECT e.replaces FROM label_gold e WHERE e.id = $1)
			AND NOT EXISTS (SELECT 1 FROM label_gold o WHERE o.product_id = label_gold.product_id AND o.row_id = label_gold.row_id AND o.ended_us = 0)`, []any{id}},
	} {
		if _, err := tx.ExecContext(ctx, step.text, step.args...); err != nil {
			return fmt.Errorf("end gold: %w", err)
		}
	}
	return nil
}

// endGoldOfTask ends the gold on which the people of a task agreed.
func endGoldOfTask(ctx context.Context, tx db.Tx, task string, now int64, by string) error {
	var id string
	err := tx.QueryRowContext(ctx, `SELECT g.id FROM label_tasks t JOIN label_gold g ON g.row_id = t.row_id AND g.task_id = t.id
		WHERE t.id = $1 AND g.how IN ('agreed', 'majority') ORDER BY g.settled_us DESC, g.id DESC LIMIT 1`, task).Scan(&id)
	if none(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find gold of task: %w", err)
	}
	return endOne(ctx, tx, id, now, by)
}
