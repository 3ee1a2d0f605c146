package tune

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

// plan is the part of a study that is kept as JSON.
type plan struct {
	Dials  []string           `json:"dials"`
	Fixed  map[string]any     `json:"fixed,omitempty"`
	Ranges map[string]Range   `json:"ranges,omitempty"`
	Race   Racing             `json:"race,omitzero"`
	Worth  float64            `json:"worth,omitempty"`
	Goals  []string           `json:"goals,omitempty"`
	Limits map[string]float64 `json:"limits,omitempty"`
	Fresh  bool               `json:"fresh,omitempty"`
	Begin  []map[string]any   `json:"begin,omitempty"`

	Declared []Declared `json:"declared,omitempty"`
	Minimise bool       `json:"minimise,omitempty"`
	Stopping string     `json:"stopping,omitempty"`
}

// planJSON is the plan of a study as it is kept.
func (s Study) planJSON() (string, error) {
	kept, err := json.Marshal(plan{
		Dials: s.Dials, Fixed: s.Fixed, Ranges: s.Ranges, Race: s.Race, Worth: s.Worth, Goals: s.Goals, Limits: s.Limits,
		Fresh: s.Fresh, Begin: s.Begin, Declared: s.Declared, Minimise: s.Minimise, Stopping: s.Stopping,
	})
	if err != nil {
		return "", fmt.Errorf("encode plan of a study: %w", err)
	}
	return string(kept), nil
}

// setKept reads what is kept as text: the plan and the seed.
func (s *Study) setKept(planJSON, seed string) (err error) {
	var p plan
	if err := json.Unmarshal([]byte(planJSON), &p); err != nil {
		return fmt.Errorf("read the plan of study %s: %w", s.ID, err)
	}
	s.Dials, s.Fixed, s.Ranges, s.Race = p.Dials, p.Fixed, p.Ranges, p.Race
	s.Worth, s.Goals, s.Limits, s.Fresh, s.Begin = p.Worth, p.Goals, p.Limits, p.Fresh, p.Begin
	s.Declared, s.Minimise, s.Stopping = p.Declared, p.Minimise, p.Stopping
	if s.Seed, err = strconv.ParseUint(seed, 10, 64); err != nil {
		return fmt.Errorf("read the seed of study %s: %w", s.ID, err)
	}
	return nil
}

// studyColumns end with what is counted from the trials: how many are done, the
// number of the best, and its values.
const studyColumns = `s.id, s.product_id, s.name, s.component, s.sampler, s.objective, s.plan_json, s.seed, s.trial_count, s.budget_ms,
	s.state, s.job_id, s.actor_id, s.created_us,
	(SELECT COUNT(*) FROM trials t WHERE t.study_id = s.id AND t.state <> 'running'),
	(SELECT COALESCE(SUM(t.fold_count), 0) FROM trials t WHERE t.study_id = s.id),
	COALESCE((SELECT t.score FROM trials t WHERE t.study_id = s.id AND t.number = 0), 0),
	COALESCE((SELECT t.score FROM trials t WHERE t.study_id = s.id AND t.state = 'done' ORDER BY t.score DESC, t.number LIMIT 1), 0),
	COALESCE((SELECT t.value_json FROM trials t WHERE t.study_id = s.id AND t.state = 'done' ORDER BY t.score DESC, t.number LIMIT 1), 'null'),
	COALESCE((SELECT t.number FROM trials t WHERE t.study_id = s.id AND t.state = 'done' ORDER BY t.score DESC, t.number LIMIT 1), -1),
	(SELECT COUNT(*) FROM studies x WHERE x.product_id = s.product_id AND x.id <= s.id)`

func scanStudy(row interface{ Scan(...any) error }) (s Study, err error) {
	var planJSON, seed, bestJSON string
	err = row.Scan(&s.ID, &s.ProductID, &s.Name, &s.Component, &s.Sampler, &s.Objective, &planJSON, &seed, &s.Trials, &s.BudgetMS,
		&s.State, &s.JobID, &s.ActorID, &s.CreatedUS, &s.DoneCount, &s.FitCount, &s.DefaultScore, &s.BestScore, &bestJSON, &s.BestNumber, &s.Number)
	if err != nil {
		return s, err
	}
	return s, errors.Join(s.setKept(planJSON, seed), json.Unmarshal([]byte(bestJSON), &s.Best))
}

func insertStudy(ctx context.Context, tx db.Tx, s Study) error {
	planJSON, err := s.planJSON()
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
INSERT INTO studies (id, product_id, name, component, sampler, objective, plan_json, seed, trial_count, budget_ms, state, job_id, actor_id, created_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		s.ID, s.ProductID, s.Name, s.Component, s.Sampler, s.Objective, planJSON, strconv.FormatUint(s.Seed, 10), s.Trials, s.BudgetMS,
		s.State, s.JobID, s.ActorID, s.CreatedUS)
	return db.Explain(err)
}

// extendStudy keeps new limits and a new job of a study that is not running. Fault:
// StudyRuns.
func extendStudy(ctx context.Context, tx db.Tx, s Study) error {
	planJSON, err := s.planJSON()
	if err != nil {
		return err
	}
	done, err := tx.ExecContext(ctx, `
UPDATE studies SET plan_json = $2, trial_count = $3, budget_ms = $4, job_id = $5, state = 'running' WHERE id = $1 AND state <> 'running'`,
		s.ID, planJSON, s.Trials, s.BudgetMS, s.JobID)
	if err != nil {
		return db.Explain(err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, StudyRuns.With("study", s.ID))
	}
	return nil
}

func setState(ctx context.Context, tx db.Tx, id string, state State) error {
	_, err := tx.ExecContext(ctx, `UPDATE studies SET state = $2 WHERE id = $1 AND NOT (state = 'paused' AND $2 = 'cancelled')`, id, state)
	return db.Explain(err)
}

// upsertTrial keeps a finished trial; the same number again replaces it.
func upsertTrial(ctx context.Context, tx db.Tx, study string, t Trial) error {
	values, err := json.Marshal(t.Values)
	if err != nil {
		return fmt.Errorf("encode values of trial %d: %w", t.Number, err)
	}
	figures, err := json.Marshal(t.Figures)
	if err != nil {
		return fmt.Errorf("encode figures of trial %d: %w", t.Number, err)
	}
	_, err = tx.ExecContext(ctx, `
INSERT INTO trials (study_id, number, state, value_json, score, figure_json, seconds, problem, fold_count, worse_p, rival, score_error, fold_json,
	begun_us, ended_us, worker)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (study_id, number) DO UPDATE SET state = excluded.state, value_json = excluded.value_json, score = excluded.score,
	figure_json = excluded.figure_json, seconds = excluded.seconds, problem = excluded.problem,
	fold_count = excluded.fold_count, worse_p = excluded.worse_p, rival = excluded.rival, score_error = excluded.score_error, fold_json = excluded.fold_json,
	begun_us = excluded.begun_us, ended_us = excluded.ended_us, worker = excluded.worker`,
		study, t.Number, t.State, string(values), t.Score, string(figures), t.Seconds, t.Problem, t.FoldCount, t.WorseP, t.Rival, t.Error, packed(t.right),
		t.BegunUS, t.EndedUS, t.Worker)
	return db.Explain(err)
}

// Study gives one study of a product by its id, its name, or as people write it,
// s3. Fault: NoSuchStudy.
func (s *Service) Study(ctx context.Context, product, id string) (Study, error) {
	number := -1
	if n, err := strconv.Atoi(strings.TrimPrefix(id, "s")); err == nil && strings.HasPrefix(id, "s") {
		number = n
	}
	found, err := scanStudy(s.needs.DB.Reader().QueryRowContext(ctx, `
SELECT `+studyColumns+` FROM studies s WHERE s.product_id = $1 AND (s.id = $2 OR s.name <> '' AND s.name = $2 OR
	$3 > 0 AND (SELECT COUNT(*) FROM studies x WHERE x.product_id = s.product_id AND x.id <= s.id) = $3)`, product, id, number))
	if errors.Is(err, sql.ErrNoRows) {
		return found, NoSuchStudy.With("study", id)
	}
	return found, db.Explain(err)
}

// Studies lists up to limit studies of a product, the newest first, before an
// id ("" = from the newest).
func (s *Service) Studies(ctx context.Context, product, before string, limit int) ([]Study, error) {
	rows, err := s.needs.DB.Reader().QueryContext(ctx, `
SELECT `+studyColumns+` FROM studies s WHERE s.product_id = $1 AND ($2 = '' OR s.id < $2) ORDER BY s.id DESC LIMIT $3`, product, before, limit)
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	var list []Study
	for rows.Next() {
		found, err := scanStudy(rows)
		if err != nil {
			return nil, fmt.Errorf("read a study: %w", err)
		}
		list = append(list, found)
	}
	return list, db.Explain(rows.Err())
}

// TrialsOf lists up to limit trials of a study by number, after a number.
func (s *Service) TrialsOf(ctx context.Context, study string, after, limit int) ([]Trial, error) {
	rows, err := s.needs.DB.Reader().QueryContext(ctx, `
SELECT number, state, value_json, score, figure_json, seconds, problem, fold_count, worse_p, rival, score_error,
	begun_us, ended_us, worker
FROM trials WHERE study_id = $1 AND number > $2 ORDER BY number LIMIT $3`, study, after, limit)
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	var list []Trial
	for rows.Next() {
		var t Trial
		var values, figures string
		if err := rows.Scan(&t.Number, &t.State, &values, &t.Score, &figures, &t.Seconds, &t.Problem, &t.FoldCount, &t.WorseP, &t.Rival, &t.Error, &t.BegunUS, &t.EndedUS, &t.Worker); err != nil {
			return nil, fmt.Errorf("read a trial: %w", err)
		}
		if err := errors.Join(json.Unmarshal([]byte(values), &t.Values), json.Unmarshal([]byte(figures), &t.Figures)); err != nil {
			return nil, fmt.Errorf("read trial %d: %w", t.Number, err)
		}
		list = append(list, t)
	}
	return list, db.Explain(rows.Err())
}

// folds reads which rows the trials of a race have right, by number.
func (s *Service) folds(ctx context.Context, study string) (map[int][][]bool, error) {
	rows, err := s.needs.DB.Reader().QueryContext(ctx, `SELECT number, fold_json FROM trials WHERE study_id = $1 AND fold_json <> ''`, study)
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	folds := map[int][][]bool{}
	for rows.Next() {
		var number int
		var kept string
		if err := rows.Scan(&number, &kept); err != nil {
			return nil, fmt.Errorf("read folds: %w", err)
		}
		if folds[number], err = unpacked(kept); err != nil {
			return nil, fmt.Errorf("read the folds of trial %d: %w", number, err)
		}
	}
	return folds, db.Explain(rows.Err())
}

// packedFold is which rows of a fold are right, a bit each.
type packedFold struct {
	Rows int    `json:"rows"`
	Bits []byte `json:"bits"`
}

func packed(right [][]bool) string {
	if len(right) == 0 {
		return ""
	}
	folds := make([]packedFold, len(right))
	for f, rows := range right {
		folds[f] = packedFold{len(rows), make([]byte, (len(rows)+7)/8)}
		for i, r := range rows {
			if r {
				folds[f].Bits[i/8] |= 1 << (i % 8)
			}
		}
	}
	out, err := json.Marshal(folds)
	if err != nil {
		panic(err) // numbers and bytes
	}
	return string(out)
}

func unpacked(kept string) ([][]bool, error) {
	if kept == "" {
		return nil, nil
	}
	var folds []packedFold
	if err := json.Unmarshal([]byte(kept), &folds); err != nil {
		return nil, err
	}
	right := make([][]bool, len(folds))
	for f, fold := range folds {
		if fold.Rows < 0 || len(fold.Bits) != (fold.Rows+7)/8 {
			return nil, fmt.Errorf("fold %d has %d bytes for %d rows", f, len(fold.Bits), fold.Rows)
		}
		right[f] = make([]bool, fold.Rows)
		for i := range right[f] {
			right[f][i] = fold.Bits[i/8]>>(i%8)&1 == 1
		}
	}
	return right, nil
}

// Erase deletes what the product has in this stage, and tells how many rows went.
func (s *Service) Erase(ctx context.Context, product string) (int, error) {
	return s.needs.DB.Erase(ctx, product,
		`DELETE FROM journal_lines WHERE product_id = $1`,
		`DELETE FROM reported WHERE study_id IN (SELECT id FROM studies WHERE product_id = $1)`,
		`DELETE FROM asked WHERE study_id IN (SELECT id FROM studies WHERE product_id = $1)`,
		`DELETE FROM trials WHERE study_id IN (SELECT id FROM studies WHERE product_id = $1)`,
		`DELETE FROM studies WHERE product_id = $1`)
}
