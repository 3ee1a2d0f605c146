package track

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"zhuomo/internal/db"
)

type store struct{ db *db.DB }

func insertRun(ctx context.Context, tx db.Tx, r Run, params, inputs, outputs string, now time.Time) error {
	var ended int64
	if r.State != "running" {
		ended = r.StartedAt.Add(time.Duration(r.Seconds * float64(time.Second))).UnixMicro()
	}
	_, err := tx.ExecContext(ctx, `
INSERT INTO runs (id, product_id, kind, name, state, actor_id, seed, simulated, params, inputs, outputs, started_us, ended_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, outputs = excluded.outputs, ended_us = excluded.ended_us`,
		r.ID, r.ProductID, r.Kind, r.Name, r.State, r.ActorID, r.Seed, r.Simulated, params, inputs, outputs, r.StartedAt.UnixMicro(), ended)
	if err != nil {
		return err
	}
	for key, value := range r.Metrics {
		if err := insertMetric(ctx, tx, r.ID, key, 0, value, now); err != nil {
			return err
		}
	}
	return nil
}

func insertMetric(ctx context.Context, tx db.Tx, runID, key string, step int64, value float64, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
INSERT INTO run_metrics (run_id, key, step, value, at_us) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (run_id, key, step) DO UPDATE SET value = excluded.value, at_us = excluded.at_us`,
		runID, key, step, value, at.UnixMicro())
	return err
}

func insertEdge(ctx context.Context, tx db.Tx, product string, e Edge, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
INSERT INTO edges (product_id, from_kind, from_id, relation, to_kind, to_id, weight, at_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (product_id, from_kind, from_id, relation, to_kind, to_id) DO UPDATE SET weight = excluded.weight`,
		product, e.From.Kind, e.From.ID, e.Relation, e.To.Kind, e.To.ID, e.Weight, at.UnixMicro())
	return err
}

const (
	edgesFrom = `SELECT from_kind, from_id, relation, to_kind, to_id, weight FROM edges
WHERE product_id = $1 AND from_kind = $2 AND from_id = $3 ORDER BY relation, weight DESC, to_kind, to_id LIMIT $4`
	edgesTo = `SELECT from_kind, from_id, relation, to_kind, to_id, weight FROM edges
WHERE product_id = $1 AND to_kind = $2 AND to_id = $3 ORDER BY relation, from_kind, from_id DESC LIMIT $4`
)

func (s store) edges(ctx context.Context, query, product string, of Ref, most int) ([]Edge, error) {
	rows, err := s.db.Reader().QueryContext(ctx, query, product, of.Kind, of.ID, most)
	if err != nil {
		return nil, fmt.Errorf("edges of %s %s: %w", of.Kind, of.ID, err)
	}
	defer rows.Close()
	var out []Edge
	for rows.Next() {
		var e Edge
		if err := rows.Scan(&e.From.Kind, &e.From.ID, &e.Relation, &e.To.Kind, &e.To.ID, &e.Weight); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

const runColumns = `id, product_id, kind, name, state, actor_id, seed, simulated, params, inputs, outputs, started_us, ended_us`

// runs lists runs of a product with their metrics, newest first, before the id
// given ("" = from the newest).
func (s store) runs(ctx context.Context, product, kind, before string, limit int) ([]Run, error) {
	const which = ` FROM runs WHERE product_id = $1 AND ($2 = '' OR kind = $2) AND ($3 = '' OR id < $3) ORDER BY id DESC LIMIT $4`
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT `+runColumns+which, product, kind, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	defer rows.Close()
	var out []Run
	for rows.Next() {
		r, err := scanRun(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	metrics, err := s.metrics(ctx, `SELECT id`+which, product, kind, before, limit)
	for i := range out {
		out[i].Metrics = metrics[out[i].ID]
		if out[i].Metrics == nil {
			out[i].Metrics = map[string]float64{}
		}
	}
	return out, err
}

func (s store) run(ctx context.Context, id string) (Run, error) {
	r, err := scanRun(s.db.Reader().QueryRowContext(ctx, `SELECT `+runColumns+` FROM runs WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Run{}, NoSuchRun.With("run", id)
	}
	if err != nil {
		return Run{}, fmt.Errorf("run %s: %w", id, err)
	}
	metrics, err := s.metrics(ctx, `SELECT id FROM runs WHERE id = $1`, id)
	if r.Metrics = metrics[id]; r.Metrics == nil {
		r.Metrics = map[string]float64{}
	}
	return r, err
}

// metrics gives the last value of every metric of the runs whose ids a question
// gives, by run.
func (s store) metrics(ctx context.Context, which string, args ...any) (map[string]map[string]float64, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT run_id, key, value FROM run_metrics WHERE run_id IN (`+which+`) ORDER BY run_id, key, step`, args...)
	if err != nil {
		return nil, fmt.Errorf("metrics of runs: %w", err)
	}
	defer rows.Close()
	out := map[string]map[string]float64{}
	for rows.Next() {
		var id, key string
		var value float64
		if err := rows.Scan(&id, &key, &value); err != nil {
			return nil, err
		}
		if out[id] == nil {
			out[id] = map[string]float64{}
		}
		out[id][key] = value
	}
	return out, rows.Err()
}

type scanner interface{ Scan(into ...any) error }

func scanRun(row scanner) (Run, error) {
	var r Run
	var params, inputs, outputs string
	var started, ended int64
	err := row.Scan(&r.ID, &r.ProductID, &r.Kind, &r.Name, &r.State, &r.ActorID, &r.Seed, &r.Simulated,
		&params, &inputs, &outputs, &started, &ended)
	if err != nil {
		return r, err
	}
	r.StartedAt = time.UnixMicro(started).UTC()
	if ended > 0 {
		r.Seconds = float64(ended-started) / 1e6
	}
	return r, errors.Join(json.Unmarshal([]byte(params), &r.Params),
		json.Unmarshal([]byte(inputs), &r.Inputs), json.Unmarshal([]byte(outputs), &r.Outputs))
}

// mark is the last turn of the product whose witnesses are kept.
func (s store) mark(ctx context.Context, product string) (string, error) {
	var id string
	err := s.db.Reader().QueryRowContext(ctx, `SELECT turn_id FROM witness_marks WHERE product_id = $1`, product).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return id, err
}

func setMark(ctx context.Context, tx db.Tx, product, turn string) error {
	_, err := tx.ExecContext(ctx, `
INSERT INTO witness_marks (product_id, turn_id) VALUES ($1, $2)
ON CONFLICT (product_id) DO UPDATE SET turn_id = excluded.turn_id`, product, turn)
	return err
}

func insertReveal(ctx context.Context, tx db.Tx, id, product, thing, actorID string, r Reveal) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO thread_reveals (id, product_id, thing, actor_id, actor, reason, at_us)
VALUES ($1, $2, $3, $4, $5, $6, $7)`, id, product, thing, actorID, r.Actor, r.Reason, r.AtUS)
	return db.Explain(err)
}

// reveals lists who saw a thing unmasked, the latest first.
func (s store) reveals(ctx context.Context, thing string, limit int) ([]Reveal, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT actor, reason, at_us FROM thread_reveals WHERE thing = $1 ORDER BY id DESC LIMIT $2`, thing, limit)
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	out := []Reveal{}
	for rows.Next() {
		var r Reveal
		if err := rows.Scan(&r.Actor, &r.Reason, &r.AtUS); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, db.Explain(rows.Err())
}

// Erase deletes what the product has in this stage, and tells how many rows went.
func (s *Service) Erase(ctx context.Context, product string) (int, error) {
	return s.store.db.Erase(ctx, product,
		`DELETE FROM run_metrics WHERE run_id IN (SELECT id FROM runs WHERE product_id = $1)`,
		`DELETE FROM runs WHERE product_id = $1`,
		`DELETE FROM edges WHERE product_id = $1`,
		`DELETE FROM witness_marks WHERE product_id = $1`,
		`DELETE FROM thread_reveals WHERE product_id = $1`)
}

var holders = db.Holders{"runs": `SELECT product_id FROM runs WHERE id = $1`}

// ProductOf answers the product of a run or a thread, "" when there is none.
func (s *Service) ProductOf(ctx context.Context, collection, id string) (string, error) {
	if collection != "threads" {
		return holders.ProductOf(ctx, s.store.db.Reader(), collection, id)
	}
	t, err := s.Of(ctx, "", id)
	if errors.Is(err, NothingToTrace) {
		return "", nil
	}
	return t.product(), err
}
