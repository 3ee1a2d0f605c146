package tune

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"zhuomo/internal/db"
)

// outside reads what asking and telling need of a study, and nothing that is
// counted. Faults: NoSuchStudy, NotOutside.
func (s *Service) outside(ctx context.Context, product, name string) (Study, error) {
	var study Study
	var planJSON, seed string
	err := s.needs.DB.Reader().QueryRowContext(ctx, `
SELECT id, component, sampler, objective, plan_json, seed, trial_count, state
FROM studies WHERE product_id = $1 AND (id = $2 OR name <> '' AND name = $2)`, product, name).Scan(
		&study.ID, &study.Component, &study.Sampler, &study.Objective, &planJSON, &seed, &study.Trials, &study.State)
	if errors.Is(err, sql.ErrNoRows) && numbered.MatchString(name) {
		found, err := s.Study(ctx, product, name)
		if err != nil {
			return study, err
		}
		return s.outside(ctx, product, found.ID)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return study, NoSuchStudy.With("study", name)
	}
	if err != nil {
		return study, db.Explain(err)
	}
	if study.Component != Outside {
		return study, NotOutside.With("study", name)
	}
	study.ProductID = product
	return study, study.setKept(planJSON, seed)
}

// named gives the id of the product's study of that name, "" = none.
func named(ctx context.Context, r db.Reader, product, name string) (id string, err error) {
	if name == "" {
		return "", nil
	}
	err = r.QueryRowContext(ctx, `SELECT id FROM studies WHERE product_id = $1 AND name = $2`, product, name).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return id, db.Explain(err)
}

func setPlan(ctx context.Context, tx db.Tx, s Study) error {
	planJSON, err := s.planJSON()
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE studies SET plan_json = $2 WHERE id = $1`, s.ID, planJSON)
	return db.Explain(err)
}

// setStanding keeps where a study stands and how many trials it should have in all.
func setStanding(ctx context.Context, tx db.Tx, study string, state State, trials int) error {
	_, err := tx.ExecContext(ctx, `UPDATE studies SET state = $2, trial_count = $3 WHERE id = $1`, study, state, trials)
	return db.Explain(err)
}

// wantMore raises how many trials a study should have, where it has an end.
func wantMore(ctx context.Context, tx db.Tx, study string, more int) error {
	_, err := tx.ExecContext(ctx, `UPDATE studies SET trial_count = trial_count + $2 WHERE id = $1 AND trial_count > 0`, study, more)
	return db.Explain(err)
}

func countTrials(ctx context.Context, r db.Reader, study string) (n int, err error) {
	err = r.QueryRowContext(ctx, `SELECT COUNT(*) FROM trials WHERE study_id = $1`, study).Scan(&n)
	return n, db.Explain(err)
}

// nextFree is one above the largest number that was ever given or told.
func nextFree(ctx context.Context, r db.Reader, study string) (n int, err error) {
	err = r.QueryRowContext(ctx, `
SELECT COALESCE(MAX(number), -1) + 1 FROM (
	SELECT number FROM trials WHERE study_id = $1 UNION ALL SELECT number FROM asked WHERE study_id = $1) AS used`, study).Scan(&n)
	return n, db.Explain(err)
}

const askedColumns = `number, value_json, lease, worker, tries, due_us, asked_us`

func scanAsked(row interface{ Scan(...any) error }, more ...any) (t Asked, err error) {
	var values string
	if err := row.Scan(append([]any{&t.Number, &values, &t.Lease, &t.Worker, &t.Tries, &t.DueUS, &t.AskedUS}, more...)...); err != nil {
		return t, err
	}
	return t, json.Unmarshal([]byte(values), &t.Values)
}

// look gathers what an ask must see of a study.
func look(ctx context.Context, r db.Reader, study string, o AskOptions, nowUS int64) (see sight, err error) {
	see.nowUS = nowUS
	var due int
	err = r.QueryRowContext(ctx, `
SELECT s.state, s.trial_count,
	(SELECT COUNT(*) FROM trials t WHERE t.study_id = s.id),
	(SELECT COUNT(*) FROM asked a WHERE a.study_id = s.id AND a.state = 'running'),
	(SELECT COUNT(*) FROM asked a WHERE a.study_id = s.id AND a.state = 'running' AND a.due_us <= $2),
	COALESCE((SELECT MIN(a.due_us) FROM asked a WHERE a.study_id = s.id AND a.state = 'running'), 0)
FROM studies s WHERE s.id = $1`, study, nowUS).Scan(&see.state, &see.wanted, &see.kept, &see.running, &due, &see.soonestUS)
	if errors.Is(err, sql.ErrNoRows) {
		return see, NoSuchStudy.With("study", study)
	}
	if err != nil {
		return see, db.Explain(err)
	}
	see.overdue = due > 0
	if see.nextFree, err = nextFree(ctx, r, study); err != nil {
		return see, err
	}
	if o.Key == "" && o.Number == nil {
		return see, nil
	}
	number := -1
	if o.Number != nil {
		number = *o.Number
	}
	var state State
	mine, err := scanAsked(r.QueryRowContext(ctx, `
SELECT `+askedColumns+`, state FROM asked WHERE study_id = $1 AND ($2 <> '' AND ask_key = $2 OR number = $3)
ORDER BY number LIMIT 1`, study, o.Key, number), &state)
	switch {
	case err == nil:
		see.mine, see.mineTold = &mine, state == toldState
	case !errors.Is(err, sql.ErrNoRows):
		return see, db.Explain(err)
	case o.Number != nil:
		var known int
		if err := r.QueryRowContext(ctx, `SELECT COUNT(*) FROM trials WHERE study_id = $1 AND number = $2`, study, number).Scan(&known); err != nil {
			return see, db.Explain(err)
		}
		if known > 0 {
			see.mine, see.mineTold = &Asked{}, true
		}
	}
	return see, nil
}

// takeOver gives the overdue trial with the lowest number to another; nil = none.
func takeOver(ctx context.Context, tx db.Tx, study string, l lease) (*Asked, error) {
	t, err := scanAsked(tx.QueryRowContext(ctx, `
UPDATE asked SET ask_key = $2, lease = $3, worker = $4, actor_id = $5, due_us = $6, tries = tries + 1
WHERE study_id = $1 AND state = 'running' AND due_us <= $7 AND number = (
	SELECT MIN(number) FROM asked WHERE study_id = $1 AND state = 'running' AND due_us <= $7)
RETURNING `+askedColumns, study, l.key, l.lease, l.worker, l.actor, l.dueUS, l.nowUS))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &t, db.Explain(err)
}

func insertAsked(ctx context.Context, tx db.Tx, study string, t Asked, l lease) error {
	values, err := json.Marshal(t.Values)
	if err != nil {
		return fmt.Errorf("encode values of trial %d: %w", t.Number, err)
	}
	_, err = tx.ExecContext(ctx, `
INSERT INTO asked (study_id, number, state, ask_key, lease, worker, actor_id, value_json, tries, asked_us, due_us)
VALUES ($1, $2, 'running', $3, $4, $5, $6, $7, 1, $8, $9)`, study, t.Number, l.key, l.lease, l.worker, l.actor, string(values), l.nowUS, l.dueUS)
	return db.Explain(err)
}

// AskedOf lists the trials of a study that are given out and not told, by number.
func (s *Service) AskedOf(ctx context.Context, study string) ([]Asked, error) {
	rows, err := s.needs.DB.Reader().QueryContext(ctx, `
SELECT `+askedColumns+` FROM asked WHERE study_id = $1 AND state = 'running' ORDER BY number LIMIT 1000`, study)
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	list := []Asked{}
	for rows.Next() {
		t, err := scanAsked(rows)
		if err != nil {
			return nil, fmt.Errorf("read a trial under way: %w", err)
		}
		list = append(list, t)
	}
	return list, db.Explain(rows.Err())
}

// readAsked gives one trial that was given out, nil = none.
func readAsked(ctx context.Context, tx db.Tx, study string, number int) (t *Asked, state State, err error) {
	found, err := scanAsked(tx.QueryRowContext(ctx, `
SELECT `+askedColumns+`, state FROM asked WHERE study_id = $1 AND number = $2`, study, number), &state)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, "", nil
	}
	return &found, state, db.Explain(err)
}

func extend(ctx context.Context, tx db.Tx, study string, number int, dueUS int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE asked SET due_us = $3 WHERE study_id = $1 AND number = $2 AND due_us < $3`, study, number, dueUS)
	return db.Explain(err)
}

func readTrial(ctx context.Context, tx db.Tx, study string, number int) (t Trial, err error) {
	var values, figures string
	err = tx.QueryRowContext(ctx, `
SELECT number, state, value_json, score, figure_json, seconds, problem, begun_us, ended_us, worker FROM trials WHERE study_id = $1 AND number = $2`, study, number).Scan(
		&t.Number, &t.State, &values, &t.Score, &figures, &t.Seconds, &t.Problem, &t.BegunUS, &t.EndedUS, &t.Worker)
	if err != nil {
		return t, db.Explain(err)
	}
	return t, errors.Join(json.Unmarshal([]byte(values), &t.Values), json.Unmarshal([]byte(figures), &t.Figures))
}

// addTrial keeps a finished trial unless its number has one.
func addTrial(ctx context.Context, tx db.Tx, study string, t Trial) (added bool, err error) {
	var known int
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM trials WHERE study_id = $1 AND number = $2`, study, t.Number).Scan(&known); err != nil || known > 0 {
		return false, db.Explain(err)
	}
	if err := upsertTrial(ctx, tx, study, t); err != nil {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE asked SET state = 'told' WHERE study_id = $1 AND number = $2`, study, t.Number)
	return true, db.Explain(err)
}

// tellTrial keeps the result of a trial that was given out; the last one that was
// wanted ends the study.
func tellTrial(ctx context.Context, tx db.Tx, study string, t Trial) error {
	if added, err := addTrial(ctx, tx, study, t); err != nil || !added {
		return err
	}
	_, err := tx.ExecContext(ctx, `
UPDATE studies SET state = 'done' WHERE id = $1 AND state = 'running' AND trial_count > 0
	AND trial_count <= (SELECT COUNT(*) FROM trials WHERE study_id = $1)`, study)
	return db.Explain(err)
}

func insertReported(ctx context.Context, tx db.Tx, study string, number, step int, value float64) error {
	_, err := tx.ExecContext(ctx, `
INSERT INTO reported (study_id, number, step, value) VALUES ($1, $2, $3, $4)
ON CONFLICT (study_id, number, step) DO UPDATE SET value = excluded.value`, study, number, step, value)
	return db.Explain(err)
}

// lastReported is what a trial had reached at its last step, nil = it told nothing.
func lastReported(ctx context.Context, tx db.Tx, study string, number int) (*float64, error) {
	var v float64
	err := tx.QueryRowContext(ctx, `SELECT value FROM reported WHERE study_id = $1 AND number = $2 ORDER BY step DESC LIMIT 1`, study, number).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &v, db.Explain(err)
}

// readReported gives what a trial reached up to a step, and what the finished ones
// had at that step.
func readReported(ctx context.Context, tx db.Tx, study string, number, step int) (mine, others []float64, err error) {
	rows, err := tx.QueryContext(ctx, `
SELECT r.number, r.value FROM reported r
WHERE r.study_id = $1 AND (r.number = $2 AND r.step <= $3 OR r.number <> $2 AND r.step = $3 AND EXISTS (
	SELECT 1 FROM trials t WHERE t.study_id = r.study_id AND t.number = r.number AND t.state = 'done'))
ORDER BY r.number, r.step`, study, number, step)
	if err != nil {
		return nil, nil, db.Explain(err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		var v float64
		if err := rows.Scan(&n, &v); err != nil {
			return nil, nil, fmt.Errorf("read a report: %w", err)
		}
		if n == number {
			mine = append(mine, v)
		} else {
			others = append(others, v)
		}
	}
	return mine, others, db.Explain(rows.Err())
}
