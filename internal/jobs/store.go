package jobs

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/fault"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of the jobs, as Open brings them up to date.
func Migrations() fs.FS { return migrations }

const columns = `id, product_id, kind, state, cancel_asked, done_count, total_count, per_second,
	note_zh, note_en, result, fault_code, fault_kind, fault_zh, fault_en, fix_zh, fix_en,
	attempt, max_failures, failure_count, priority, actor_id, args, checkpoint,
	run_at_us, created_us, started_us, finished_us, traceparent`

func scan(row interface{ Scan(...any) error }) (Job, error) {
	var j Job
	var f Failure
	var args, checkpoint, result string
	err := row.Scan(&j.ID, &j.ProductID, &j.Kind, &j.State, &j.Cancelling, &j.Done, &j.Total, &j.PerSecond,
		&j.NoteZH, &j.NoteEN, &result, &f.Code, &f.Kind, &f.MessageZH, &f.MessageEN, &f.FixZH, &f.FixEN,
		&j.Attempt, &j.MaxFailures, &j.failures, &j.Priority, &j.ActorID, &args, &checkpoint,
		&j.RunAtUS, &j.CreatedUS, &j.StartedUS, &j.FinishedUS, &j.traceparent)
	if err != nil {
		return Job{}, err
	}
	j.args, j.checkpoint = json.RawMessage(args), json.RawMessage(checkpoint)
	if result != "" {
		j.Result = json.RawMessage(result)
	}
	if f.Code != "" {
		j.Failure = &f
	}
	j.LeftUS = left(j)
	return j, nil
}

func scanAll(rows *sql.Rows, err error) ([]Job, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Job
	for rows.Next() {
		j, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, j)
	}
	return all, rows.Err()
}

func get(ctx context.Context, r db.Reader, id string) (Job, error) {
	j, err := scan(r.QueryRowContext(ctx, "SELECT "+columns+" FROM jobs WHERE id = $1", id))
	if errors.Is(err, sql.ErrNoRows) {
		return Job{}, NotFound.With("id", id)
	}
	if err != nil {
		return Job{}, fmt.Errorf("get job %s: %w", id, db.Explain(err))
	}
	return j, nil
}

func list(ctx context.Context, r db.Reader, f Filter) ([]Job, error) {
	where, args := []string{"1 = 1"}, []any{}
	add := func(condition string, value any) {
		args = append(args, value)
		where = append(where, strings.ReplaceAll(condition, "?", fmt.Sprintf("$%d", len(args))))
	}
	if f.ProductID != "" {
		add("product_id = ?", f.ProductID)
	}
	if f.Kind != "" {
		add("kind = ?", f.Kind)
	}
	if f.Stage != "" {
		add("kind LIKE ?", f.Stage+".%")
	}
	if f.ActorID != "" {
		add("actor_id = ?", f.ActorID)
	}
	if f.State != "" {
		add("state = ?", string(f.State))
	}
	if f.Unfinished {
		where = append(where, "state IN ('queued', 'running')")
	}
	if f.After != "" {
		add("id < ?", f.After)
	}
	args = append(args, f.Limit)
	all, err := scanAll(r.QueryContext(ctx, fmt.Sprintf("SELECT %s FROM jobs WHERE %s ORDER BY id DESC LIMIT $%d",
		columns, strings.Join(where, " AND "), len(args)), args...))
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", db.Explain(err))
	}
	return all, nil
}

// insert adds a job, or finds the unfinished one with the same dedupe key.
func insert(ctx context.Context, tx db.Tx, id, kind string, args []byte, q request, nowUS int64) (string, bool, error) {
	result, err := tx.ExecContext(ctx, `INSERT INTO jobs
		(id, product_id, kind, priority, actor_id, dedupe_key, args, max_failures, run_at_us, created_us, traceparent)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
		id, q.productID, kind, q.priority, q.actorID, q.dedupeKey, string(args), q.maxFailures, q.runAt.UnixMicro(), nowUS, q.traceparent)
	if err != nil {
		return "", false, err
	}
	if n, err := result.RowsAffected(); err != nil || n == 1 {
		return id, true, err
	}
	err = tx.QueryRowContext(ctx, "SELECT id FROM jobs WHERE dedupe_key = $1 AND dedupe_key <> '' AND state IN ('queued', 'running')", q.dedupeKey).Scan(&id)
	return id, false, err
}

// claim takes the next due job of the given kinds for runner. ok is false when
// nothing is due. The "+ 0" keeps SQLite on the index that has the order wanted;
// by time it would sort all that is due at every claim.
func claim(ctx context.Context, tx db.Tx, kinds []string, runner string, nowUS, leaseUntilUS int64) (j Job, ok bool, err error) {
	args := []any{runner, leaseUntilUS, nowUS}
	in, args := inKinds(kinds, args)
	j, err = scan(tx.QueryRowContext(ctx, begin+` AND id = (SELECT id FROM jobs WHERE state = 'queued' AND run_at_us + 0 <= $3 AND kind IN `+in+`
			ORDER BY priority DESC, run_at_us, id LIMIT 1)
		RETURNING `+columns, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return Job{}, false, nil
	}
	return j, err == nil, err
}

const begin = `UPDATE jobs SET state = 'running', runner = $1, lease_until_us = $2,
	attempt = attempt + 1, started_us = $3, done_count = 0, total_count = 0, per_second = 0, note_zh = '', note_en = ''
	WHERE state = 'queued'`

// claimOffered takes the job of an offer, unless its attempt has begun, is not
// due any more or is not wanted.
func claimOffered(ctx context.Context, tx db.Tx, o offer, runner string, nowUS, leaseUntilUS int64) (j Job, ok bool, err error) {
	j, err = scan(tx.QueryRowContext(ctx, begin+` AND run_at_us <= $3 AND id = $4 AND attempt + 1 = $5 RETURNING `+columns,
		runner, leaseUntilUS, nowUS, o.ID, o.Attempt))
	if errors.Is(err, sql.ErrNoRows) {
		return Job{}, false, nil
	}
	return j, err == nil, err
}

// nextOffer is when the next job is due whose next attempt is not offered yet;
// ok is false if there is none.
func nextOffer(ctx context.Context, r db.Reader) (us int64, ok bool, err error) {
	err = r.QueryRowContext(ctx, "SELECT run_at_us FROM jobs WHERE state = 'queued' AND offered <= attempt ORDER BY run_at_us LIMIT 1").Scan(&us)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return us, err == nil, err
}

// markOffered notes that the next attempts of all jobs due are offered.
func markOffered(ctx context.Context, tx db.Tx, nowUS int64) ([]Job, error) {
	return scanAll(tx.QueryContext(ctx, `UPDATE jobs SET offered = attempt + 1
		WHERE state = 'queued' AND offered <= attempt AND run_at_us <= $1 RETURNING `+columns, nowUS))
}

// markOneOffered does it for one job that was just added.
func markOneOffered(ctx context.Context, tx db.Tx, id string) error {
	_, err := tx.ExecContext(ctx, "UPDATE jobs SET offered = attempt + 1 WHERE id = $1", id)
	return err
}

// Restored makes jobs that were brought from elsewhere be offered anew: the
// offers were left behind.
func Restored(ctx context.Context, tx db.Tx) error {
	_, err := tx.ExecContext(ctx, "UPDATE jobs SET offered = 0")
	return err
}

// antedateOffer lets an offer in River's own table take the place of its time.
func antedateOffer(ctx context.Context, tx db.Tx, id int64, at time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE river_job SET scheduled_at = $2 WHERE id = $1", id, at)
	return err
}

// lostOffers are queued jobs whose offer nobody will take up: it is not in River
// any more, or was taken before takenBefore by a process that died, or whose
// connection broke, before it claimed the job.
func lostOffers(ctx context.Context, r db.Reader, takenBefore time.Time) ([]string, error) {
	rows, err := r.QueryContext(ctx, `SELECT id FROM jobs WHERE state = 'queued' AND offered > attempt AND run_at_us < $1
		AND id NOT IN (SELECT args->>'id' FROM river_job WHERE state IN ('available', 'pending', 'retryable', 'scheduled')
			OR state = 'running' AND attempted_at >= $2) ORDER BY id`, takenBefore.UnixMicro(), takenBefore)
	return db.All(rows, err, func(id *string) []any { return []any{id} })
}

// offerAnew lets a queued job be offered as if it had not been.
func offerAnew(ctx context.Context, tx db.Tx, id string) error {
	_, err := tx.ExecContext(ctx, "UPDATE jobs SET offered = attempt WHERE id = $1 AND state = 'queued' AND offered > attempt", id)
	return err
}

// nextDue is when the next queued job of the given kinds may run; ok is false
// if none waits.
func nextDue(ctx context.Context, r db.Reader, kinds []string) (us int64, ok bool, err error) {
	in, args := inKinds(kinds, nil)
	err = r.QueryRowContext(ctx, "SELECT run_at_us FROM jobs WHERE state = 'queued' AND kind IN "+in+" ORDER BY run_at_us LIMIT 1", args...).Scan(&us)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return us, err == nil, err
}

// backlog reads two partial indexes; finished jobs cost it nothing.
func backlog(ctx context.Context, r db.Reader) ([]Backlog, error) {
	rows, err := r.QueryContext(ctx, `SELECT kind, 'queued', COUNT(*), MIN(run_at_us) FROM jobs WHERE state = 'queued' GROUP BY kind
		UNION ALL SELECT kind, 'running', COUNT(*), MIN(run_at_us) FROM jobs WHERE state = 'running' GROUP BY kind`)
	return db.All(rows, err, func(b *Backlog) []any { return []any{&b.Kind, &b.State, &b.Count, &b.OldestUS} })
}

// inKinds gives the list that stands after IN and appends its values to args.
func inKinds(kinds []string, args []any) (string, []any) {
	marks := make([]string, len(kinds))
	for i, k := range kinds {
		args = append(args, k)
		marks[i] = fmt.Sprintf("$%d", len(args))
	}
	return "(" + strings.Join(marks, ", ") + ")", args
}

// A running job is changed only by the attempt that holds it.
const mine = " WHERE id = $1 AND state = 'running' AND runner = $2 AND attempt = $3"

// saveProgress reports false if the job is no longer held by this attempt.
func saveProgress(ctx context.Context, tx db.Tx, runner string, j Job) (bool, error) {
	return changed(tx.ExecContext(ctx, "UPDATE jobs SET done_count = $4, total_count = $5, per_second = $6, note_zh = $7, note_en = $8"+mine,
		j.ID, runner, j.Attempt, j.Done, j.Total, j.PerSecond, j.NoteZH, j.NoteEN))
}

// saveCheckpoint also forgets crashes: the job has moved on since.
func saveCheckpoint(ctx context.Context, tx db.Tx, runner string, j Job, checkpoint []byte) (bool, error) {
	return changed(tx.ExecContext(ctx, "UPDATE jobs SET checkpoint = $4, crash_count = 0"+mine, j.ID, runner, j.Attempt, string(checkpoint)))
}

// settle ends the attempt: the job becomes what j says.
func settle(ctx context.Context, tx db.Tx, runner string, j Job, countFailure bool) (bool, error) {
	f := Failure{}
	if j.Failure != nil {
		f = *j.Failure
	}
	failures := j.failures
	if countFailure {
		failures++
	}
	return changed(tx.ExecContext(ctx, `UPDATE jobs SET state = $4, result = $5, checkpoint = CASE WHEN $4 = 'done' THEN '' ELSE checkpoint END,
		fault_code = $6, fault_kind = $7, fault_zh = $8, fault_en = $9, fix_zh = $10, fix_en = $11,
		failure_count = $12, run_at_us = $13, finished_us = $14, runner = '', lease_until_us = 0`+mine,
		j.ID, runner, j.Attempt, string(j.State), string(j.Result),
		f.Code, f.Kind, f.MessageZH, f.MessageEN, f.FixZH, f.FixEN, failures, j.RunAtUS, j.FinishedUS))
}

// renew extends the leases of all jobs that runner holds.
func renew(ctx context.Context, tx db.Tx, runner string, leaseUntilUS int64) error {
	_, err := tx.ExecContext(ctx, "UPDATE jobs SET lease_until_us = $1 WHERE state = 'running' AND runner = $2", leaseUntilUS, runner)
	return err
}

// cancelAsked lists the jobs of runner that somebody wants to end.
func cancelAsked(ctx context.Context, r db.Reader, runner string) (ids []string, err error) {
	rows, err := r.QueryContext(ctx, "SELECT id FROM jobs WHERE state = 'running' AND runner = $1 AND cancel_asked", runner)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// askCancel ends a queued job and marks a running one.
func askCancel(ctx context.Context, tx db.Tx, id string, nowUS int64) (bool, error) {
	return changed(tx.ExecContext(ctx, `UPDATE jobs SET cancel_asked = TRUE,
		finished_us = CASE WHEN state = 'queued' THEN $2 ELSE finished_us END,
		state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END
		WHERE id = $1 AND state IN ('queued', 'running')`, id, nowUS))
}

// requeue lets a job that failed, was cancelled or waits for its next attempt
// run now. Its checkpoint stays.
func requeue(ctx context.Context, tx db.Tx, id string, nowUS int64) (bool, error) {
	return changed(tx.ExecContext(ctx, `UPDATE jobs SET state = 'queued', run_at_us = $2, failure_count = 0, crash_count = 0,
		cancel_asked = FALSE, finished_us = 0, fault_code = '', fault_kind = '', fault_zh = '', fault_en = '', fix_zh = '', fix_en = ''
		WHERE id = $1 AND state IN ('failed', 'cancelled', 'queued')`, id, nowUS))
}

// recoverAbandoned settles running jobs whose runner is gone: expired leases,
// or all of other runners if this one works alone.
func recoverAbandoned(ctx context.Context, tx db.Tx, runner string, alone bool, nowUS int64, maxCrashes int) ([]Job, error) {
	abandoned := " WHERE state = 'running' AND lease_until_us < $1"
	if alone {
		abandoned = " WHERE state = 'running' AND (lease_until_us < $1 OR runner <> $2)"
	}
	fail := failureOf(KeptCrashing.With("times", maxCrashes))
	steps := []struct {
		set  string
		args []any
	}{
		{"state = 'cancelled', finished_us = $1, runner = ''" + abandoned + " AND runner <> $2 AND cancel_asked", nil},
		{"state = 'failed', finished_us = $1, runner = '', fault_code = $4, fault_kind = $5, fault_zh = $6, fault_en = $7, fix_zh = $8, fix_en = $9" +
			abandoned + " AND runner <> $2 AND crash_count + 1 >= $3",
			[]any{maxCrashes, fail.Code, fail.Kind, fail.MessageZH, fail.MessageEN, fail.FixZH, fail.FixEN}},
		{"state = 'queued', runner = '', crash_count = crash_count + 1" + abandoned + " AND runner <> $2", nil},
	}
	var all []Job
	for _, s := range steps {
		found, err := scanAll(tx.QueryContext(ctx, "UPDATE jobs SET "+s.set+" RETURNING "+columns, append([]any{nowUS, runner}, s.args...)...))
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

func changed(result sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

func failureOf(f *fault.Fault) *Failure {
	return &Failure{
		Code: f.Def.Code, Kind: f.Def.Kind.String(),
		MessageZH: f.Message("zh"), MessageEN: f.Message("en"), FixZH: f.Fix("zh"), FixEN: f.Fix("en"),
	}
}
