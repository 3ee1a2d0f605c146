package clean

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"zhuomo/dataset"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/spec"
)

const recipeColumns = `id, product_id, name, revision, source, actor_id, created_us, updated_us`

func (r *SavedRecipe) scan() []any {
	return []any{&r.ID, &r.ProductID, &r.Name, &r.Revision, &r.Source, &r.ActorID, &r.CreatedUS, &r.UpdatedUS}
}

// writeRecipe inserts revision 1 or replaces the revision before, and keeps
// every revision's text.
func (s *Service) writeRecipe(ctx context.Context, r *SavedRecipe) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var err error
		if r.Revision == 1 {
			_, err = tx.ExecContext(ctx, `INSERT INTO recipes (`+recipeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
				ON CONFLICT (product_id, name) DO NOTHING`, r.ID, r.ProductID, r.Name, r.Revision, r.Source, r.ActorID, r.CreatedUS, r.UpdatedUS)
		} else {
			_, err = tx.ExecContext(ctx, `UPDATE recipes SET revision = $1, source = $2, actor_id = $3, updated_us = $4
				WHERE product_id = $5 AND name = $6 AND revision = $7`, r.Revision, r.Source, r.ActorID, r.UpdatedUS, r.ProductID, r.Name, r.Revision-1)
		}
		if err != nil {
			return fmt.Errorf("write recipe: %w", err)
		}
		want, source := r.Revision, r.Source
		err = tx.QueryRowContext(ctx, `SELECT `+recipeColumns+` FROM recipes WHERE product_id = $1 AND name = $2`, r.ProductID, r.Name).Scan(r.scan()...)
		if errors.Is(err, sql.ErrNoRows) {
			return NoSuchRecipe.With("recipe", r.Name)
		}
		if err != nil {
			return fmt.Errorf("read recipe back: %w", err)
		}
		if r.Revision != want || r.Source != source {
			return RecipeChanged.With("revision", r.Revision).At("revision")
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO recipe_revisions (recipe_id, revision, source, actor_id, created_us) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (recipe_id, revision) DO NOTHING`, r.ID, r.Revision, r.Source, r.ActorID, r.UpdatedUS)
		if err != nil {
			return fmt.Errorf("write revision: %w", err)
		}
		return nil
	})
}

func (s *Service) selectRecipe(ctx context.Context, productID, name string) (SavedRecipe, bool, error) {
	var r SavedRecipe
	err := s.db.Reader().QueryRowContext(ctx, `SELECT `+recipeColumns+` FROM recipes WHERE product_id = $1 AND (id = $2 OR name = $2)
		ORDER BY id LIMIT 1`, productID, name).Scan(r.scan()...)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("read recipe: %w", err)
	}
	return r, true, nil
}

func (s *Service) selectRecipes(ctx context.Context, productID, after string, limit int) ([]SavedRecipe, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT `+recipeColumns+` FROM recipes WHERE product_id = $1 AND name > $2 ORDER BY name LIMIT $3`,
		productID, after, limit)
	return db.All(rows, err, (*SavedRecipe).scan)
}

func (s *Service) deleteRecipe(ctx context.Context, r SavedRecipe) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		done, err := tx.ExecContext(ctx, `DELETE FROM recipes WHERE id = $1 AND revision = $2`, r.ID, r.Revision)
		if err != nil {
			return fmt.Errorf("delete recipe: %w", err)
		}
		if n, err := done.RowsAffected(); err == nil && n == 0 {
			return RecipeChanged.With("revision", r.Revision+1).At("If-Match")
		}
		return nil
	})
}

const runColumns = `id, product_id, recipe_id, recipe_name, recipe_revision, plan, dataset_id, version_id, job_id, result_version, journal_blob, count_json, actor_id, created_us, finished_us`

func (r *Run) scan() []any {
	return []any{&r.ID, &r.ProductID, &r.RecipeID, &r.Recipe, &r.RecipeRevision, &r.plan, &r.DatasetID, &r.VersionID, &r.JobID, &r.ResultVersion,
		&r.journal, &r.counts, &r.ActorID, &r.CreatedUS, &r.FinishedUS}
}

func insertRun(ctx context.Context, tx db.Tx, r Run) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO clean_runs (id, product_id, recipe_id, recipe_name, recipe_revision, plan, dataset_id, version_id, job_id, actor_id, created_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		r.ID, r.ProductID, r.RecipeID, r.Recipe, r.RecipeRevision, r.plan, r.DatasetID, r.VersionID, r.JobID, r.ActorID, r.CreatedUS)
	if err != nil {
		return fmt.Errorf("insert run: %w", err)
	}
	return nil
}

// finishRun makes the result visible, in the transaction of the new version.
func finishRun(ctx context.Context, tx db.Tx, id, version, journal, counts string, nowUS int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE clean_runs SET result_version = $1, journal_blob = $2, count_json = $3, finished_us = $4 WHERE id = $5`,
		version, journal, counts, nowUS, id)
	if err != nil {
		return fmt.Errorf("finish run: %w", err)
	}
	return nil
}

// selectRun finds by id, or by the version that it made.
func (s *Service) selectRun(ctx context.Context, id, resultVersion string) (Run, bool, error) {
	var r Run
	err := s.db.Reader().QueryRowContext(ctx, `SELECT `+runColumns+` FROM clean_runs WHERE id = $1 OR (result_version = $2 AND result_version <> '')
		ORDER BY id DESC LIMIT 1`, id, resultVersion).Scan(r.scan()...)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("read run: %w", err)
	}
	return r, true, r.decode()
}

func (s *Service) selectRuns(ctx context.Context, productID, before string, limit int) ([]Run, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT `+runColumns+` FROM clean_runs WHERE product_id = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3`,
		productID, before, limit)
	runs, err := db.All(rows, err, (*Run).scan)
	for i := range runs {
		if err == nil {
			err = runs[i].decode()
		}
	}
	return runs, err
}

// quarantineBatch is how many rows one transaction inserts.
const quarantineBatch = 500

// writeQuarantine replaces the quarantine of a run; it may be repeated.
func (s *Service) writeQuarantine(ctx context.Context, run string, operators []string, aside []SetAsideRow) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM quarantine WHERE run_id = $1`, run)
		return err
	})
	if err != nil {
		return fmt.Errorf("empty quarantine: %w", err)
	}
	for from := 0; from < len(aside); from += quarantineBatch {
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			for i, a := range aside[from:min(from+quarantineBatch, len(aside))] {
				row, err := json.Marshal(a.Row)
				if err != nil {
					return fmt.Errorf("encode row %s: %w", a.Row.ID, err)
				}
				_, err = tx.ExecContext(ctx, `INSERT INTO quarantine (run_id, position, row_id, step, operator, code, text_zh, text_en, twin, row_json)
					VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, run, from+i+1, string(a.Row.ID), a.Step, operators[a.Step-1],
					a.Reason.Code, a.Reason.Text.ZH, a.Reason.Text.EN, string(a.Reason.Twin), string(row))
				if err != nil {
					return fmt.Errorf("set row %s aside: %w", a.Row.ID, err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const asideColumns = `position, row_id, step, operator, code, text_zh, text_en, twin, row_json, put_back_us, put_back_reason, put_back_by`

func (q *Quarantined) scan() []any {
	return []any{&q.Position, &q.Row, &q.Step, &q.Operator, &q.Code, &q.Reason.ZH, &q.Reason.EN, &q.Twin, &q.body, &q.PutBackUS, &q.PutBackReason, &q.PutBackBy}
}

func (s *Service) selectQuarantine(ctx context.Context, run, code string, after, limit int) ([]Quarantined, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT `+asideColumns+` FROM quarantine WHERE run_id = $1 AND ($2 = '' OR code = $2) AND position > $3
		ORDER BY position LIMIT $4`, run, code, after, limit)
	return decodeAside(db.All(rows, err, (*Quarantined).scan))
}

func (s *Service) selectAside(ctx context.Context, run string, row dataset.RowID) (Quarantined, bool, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT `+asideColumns+` FROM quarantine WHERE run_id = $1 AND row_id = $2 ORDER BY position LIMIT 1`, run, string(row))
	found, err := decodeAside(db.All(rows, err, (*Quarantined).scan))
	if err != nil || len(found) == 0 {
		return Quarantined{}, false, err
	}
	return found[0], true, nil
}

func decodeAside(found []Quarantined, err error) ([]Quarantined, error) {
	for i := range found {
		if err == nil {
			err = json.Unmarshal([]byte(found[i].body), &found[i].row)
		}
	}
	return found, err
}

func (s *Service) countReasons(ctx context.Context, run string) ([]ReasonCount, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT code, MIN(text_zh), MIN(text_en), COUNT(position), COUNT(CASE WHEN put_back_us > 0 THEN 1 END)
		FROM quarantine WHERE run_id = $1 GROUP BY code ORDER BY COUNT(position) DESC, code`, run)
	return db.All(rows, err, func(c *ReasonCount) []any { return []any{&c.Code, &c.Reason.ZH, &c.Reason.EN, &c.Count, &c.PutBack} })
}

// markPutBack notes rows as put back, in the transaction of the edited version.
func markPutBack(ctx context.Context, tx db.Tx, run string, ids []dataset.RowID, reason, by string, nowUS int64) error {
	for _, id := range ids {
		if _, err := tx.ExecContext(ctx, `UPDATE quarantine SET put_back_us = $1, put_back_reason = $2, put_back_by = $3
			WHERE run_id = $4 AND row_id = $5`, nowUS, reason, by, run, string(id)); err != nil {
			return fmt.Errorf("mark row %s: %w", id, err)
		}
	}
	return nil
}

// ReasonCount counts the quarantine by reason.
type ReasonCount struct {
	Code    string    `json:"code" table:"原因|reason"`
	Reason  spec.Text `json:"reason"`
	Count   int       `json:"count" table:"行数|rows"`
	PutBack int       `json:"put_back" table:"已放回|put back"`
}

// Erase deletes what the product has in this stage, and tells how many rows went.
func (s *Service) Erase(ctx context.Context, product string) (int, error) {
	return s.db.Erase(ctx, product,
		`DELETE FROM quarantine WHERE run_id IN (SELECT id FROM clean_runs WHERE product_id = $1)`,
		`DELETE FROM clean_runs WHERE product_id = $1`,
		`DELETE FROM recipe_revisions WHERE recipe_id IN (SELECT id FROM recipes WHERE product_id = $1)`,
		`DELETE FROM recipes WHERE product_id = $1`)
}

// Blobs calls each with the blobs that the product's rows name; those of all products when it is "".
func (s *Service) Blobs(ctx context.Context, product string, each func(blob.Hash) error) error {
	return db.Texts(ctx, s.db.Reader(), each, `SELECT journal_blob FROM clean_runs WHERE product_id = $1 OR $1 = ''`, product)
}

var holders = db.Holders{"clean-runs": `SELECT product_id FROM clean_runs WHERE id = $1`}

// ProductOf answers the product of a thing of this stage, "" when there is none.
func (s *Service) ProductOf(ctx context.Context, collection, id string) (string, error) {
	return holders.ProductOf(ctx, s.db.Reader(), collection, id)
}
