package serve

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"zhuomo/dialog"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
)

type scanner interface{ Scan(into ...any) error }

func found[T any](v T, err error) (T, bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return v, false, nil
	}
	return v, err == nil, db.Explain(err)
}

// collect scans all rows.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) (all []T, _ error) {
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, db.Explain(rows.Err())
}

const releaseColumns = `id, product_id, number, manifest, model_id, knowledge, flow, guideline_id, guideline_version, report_id, thresholds, note, state, created_by, created_us`

func scanRelease(row scanner) (Release, error) {
	var r Release
	var thresholds string
	err := row.Scan(&r.ID, &r.ProductID, &r.Number, &r.Manifest, &r.ModelID, &r.Knowledge, &r.Flow, &r.GuidelineID, &r.GuidelineVersion,
		&r.ReportID, &thresholds, &r.Note, &r.State, &r.CreatedBy, &r.CreatedUS)
	r.Name = releaseName(r.Number)
	if err == nil && thresholds != "" {
		r.Thresholds = new(dialog.Thresholds)
		err = json.Unmarshal([]byte(thresholds), r.Thresholds)
	}
	return r, err
}

func nextNumber(ctx context.Context, tx db.Tx, product string) (n int, err error) {
	err = tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) + 1 FROM serve_releases WHERE product_id = $1`, product).Scan(&n)
	return n, db.Explain(err)
}

func insertRelease(ctx context.Context, tx db.Tx, r Release) error {
	thresholds := ""
	if r.Thresholds != nil {
		text, err := json.Marshal(r.Thresholds)
		if err != nil {
			return err
		}
		thresholds = string(text)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO serve_releases (`+releaseColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		r.ID, r.ProductID, r.Number, r.Manifest, r.ModelID, r.Knowledge, r.Flow, r.GuidelineID, r.GuidelineVersion, r.ReportID,
		thresholds, r.Note, r.State, r.CreatedBy, r.CreatedUS)
	return db.Explain(err)
}

func readRelease(ctx context.Context, q db.Reader, product, id string, number int) (Release, bool, error) {
	return found(scanRelease(q.QueryRowContext(ctx, `SELECT `+releaseColumns+` FROM serve_releases
		WHERE product_id = $1 AND (id = $2 OR number = $3) ORDER BY id LIMIT 1`, product, id, number)))
}

// readReleases lists the newest first, below number.
func readReleases(ctx context.Context, q db.Reader, product string, below, limit int) ([]Release, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+releaseColumns+` FROM serve_releases
		WHERE product_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3`, product, below, limit)
	return collect(rows, err, scanRelease)
}

func liveRow(ctx context.Context, q db.Reader, product string) (release, before string, err error) {
	err = q.QueryRowContext(ctx, `SELECT release_id, before_id FROM serve_live WHERE product_id = $1`, product).Scan(&release, &before)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil
	}
	return release, before, db.Explain(err)
}

func liveProducts(ctx context.Context, q db.Reader) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT product_id FROM serve_live ORDER BY product_id`)
	return collect(rows, err, func(row scanner) (id string, err error) { return id, row.Scan(&id) })
}

// liveReleases tells which release of each product is live.
func liveReleases(ctx context.Context, q db.Reader) (map[string]string, error) {
	type pointer struct{ product, release string }
	rows, err := q.QueryContext(ctx, `SELECT product_id, release_id FROM serve_live`)
	all, err := collect(rows, err, func(row scanner) (p pointer, err error) { return p, row.Scan(&p.product, &p.release) })
	now := make(map[string]string, len(all))
	for _, p := range all {
		now[p.product] = p.release
	}
	return now, err
}

// liveNumbers tells the number of the live release of each product.
func liveNumbers(ctx context.Context, q db.Reader) ([]LiveRelease, error) {
	rows, err := q.QueryContext(ctx, `SELECT l.product_id, r.number FROM serve_live l JOIN serve_releases r ON r.id = l.release_id ORDER BY l.product_id`)
	return collect(rows, err, func(row scanner) (l LiveRelease, err error) { return l, row.Scan(&l.ProductID, &l.Number) })
}

// lastMoved is when the pointer was moved last.
func lastMoved(ctx context.Context, q db.Reader, product string) (time.Time, error) {
	var us int64
	err := q.QueryRowContext(ctx, `SELECT COALESCE(MAX(at_us), 0) FROM serve_publications WHERE product_id = $1`, product).Scan(&us)
	return time.UnixMicro(us), err
}

// movePointer makes p.ReleaseID live and the live one the one before.
func movePointer(ctx context.Context, tx db.Tx, p Publication) error {
	was, _, err := liveRow(ctx, tx, p.productID)
	if err != nil {
		return err
	}
	if was == p.ReleaseID {
		return nil
	}
	if p.from != "" && was != p.from {
		return NotLive.With("release", p.from) // another process was faster
	}
	for _, change := range []struct {
		text string
		args []any
	}{
		{`UPDATE serve_releases SET state = $2 WHERE id = $1`, []any{was, Retired}},
		{`UPDATE serve_releases SET state = $2 WHERE id = $1`, []any{p.ReleaseID, Live}},
		{`INSERT INTO serve_live (product_id, release_id, before_id, changed_us) VALUES ($1, $2, $3, $4)
			ON CONFLICT (product_id) DO UPDATE SET release_id = excluded.release_id, before_id = excluded.before_id, changed_us = excluded.changed_us`,
			[]any{p.productID, p.ReleaseID, was, p.AtUS}},
		{`INSERT INTO serve_publications (id, product_id, kind, release_id, before_id, actor_id, actor, gate, reason, at_us)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			[]any{p.ID, p.productID, p.Kind, p.ReleaseID, was, p.actorID, p.Actor, p.Gate, p.Reason, p.AtUS}},
	} {
		if _, err := tx.ExecContext(ctx, change.text, change.args...); err != nil {
			return db.Explain(err)
		}
	}
	return nil
}

// readPublications lists the newest first, before the id given ("" = all).
func readPublications(ctx context.Context, q db.Reader, product, before string, limit int) ([]Publication, error) {
	if before == "" {
		before = "~" // sorts behind every id
	}
	rows, err := q.QueryContext(ctx, `SELECT p.id, p.kind, p.release_id, r.number, p.before_id, p.actor, p.gate, p.reason, p.at_us
		FROM serve_publications p JOIN serve_releases r ON r.id = p.release_id
		WHERE p.product_id = $1 AND p.id < $2 ORDER BY p.id DESC LIMIT $3`, product, before, limit)
	return collect(rows, err, func(row scanner) (p Publication, err error) {
		var number int
		err = row.Scan(&p.ID, &p.Kind, &p.ReleaseID, &number, &p.BeforeID, &p.Actor, &p.Gate, &p.Reason, &p.AtUS)
		p.Release = releaseName(number)
		return p, err
	})
}

const sessionColumns = `id, product_id, channel, customer, person, token_hash, flow, state, turn_count, greeting, created_us, active_us`

func scanSession(row scanner) (Session, error) {
	var s Session
	var state, greeting string
	err := row.Scan(&s.ID, &s.ProductID, &s.Channel, &s.Customer, &s.Person, &s.tokenHash, &s.flow, &state, &s.TurnCount, &greeting, &s.CreatedUS, &s.ActiveUS)
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal([]byte(state), &s.state); err != nil {
		return s, fmt.Errorf("state of session %s: %w", s.ID, err)
	}
	return s, json.Unmarshal([]byte(greeting), &s.Greeting)
}

func insertSession(ctx context.Context, tx db.Tx, s Session) error {
	state, err := json.Marshal(s.state)
	if err != nil {
		return err
	}
	greeting, err := json.Marshal(s.Greeting)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO serve_sessions (`+sessionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		s.ID, s.ProductID, s.Channel, s.Customer, s.Person, s.tokenHash, s.flow, string(state), s.TurnCount, string(greeting), s.CreatedUS, s.ActiveUS)
	return db.Explain(err)
}

func readSession(ctx context.Context, q db.Reader, id string) (Session, bool, error) {
	return found(scanSession(q.QueryRowContext(ctx, `SELECT `+sessionColumns+` FROM serve_sessions WHERE id = $1`, id)))
}

func readSessionOf(ctx context.Context, q db.Reader, product, channel, customer string) (Session, bool, error) {
	return found(scanSession(q.QueryRowContext(ctx, `SELECT `+sessionColumns+` FROM serve_sessions
		WHERE product_id = $1 AND channel = $2 AND customer = $3`, product, channel, customer)))
}

// moveSession writes the state after a turn unless somebody else has moved the
// session on since turn before.
func moveSession(ctx context.Context, tx db.Tx, id string, before int, state, flow string, atUS int64) (bool, error) {
	result, err := tx.ExecContext(ctx, `UPDATE serve_sessions SET state = $3, flow = $4, turn_count = turn_count + 1, active_us = $5
		WHERE id = $1 AND turn_count = $2`, id, before, state, flow, atUS)
	if err != nil {
		return false, db.Explain(err)
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// bringSession adds a session of a box, unless it is there.
func bringSession(ctx context.Context, tx db.Tx, product, id, channel string, atUS int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO serve_sessions (id, product_id, channel, customer, token_hash, flow, state, created_us, active_us)
		VALUES ($1, $2, $3, $1, '', '', '{}', $4, $4) ON CONFLICT (id) DO NOTHING`, id, product, channel, atUS)
	return db.Explain(err)
}

// broughtSession tells whether a session came from a box to this product.
func broughtSession(ctx context.Context, tx db.Tx, product, id string) (ok bool, err error) {
	var n int
	err = tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM serve_sessions WHERE id = $1 AND product_id = $2 AND token_hash = ''`, id, product).Scan(&n)
	return n == 1, db.Explain(err)
}

// countBrought makes a session count the turns that were brought of it.
func countBrought(ctx context.Context, tx db.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `UPDATE serve_sessions SET turn_count = (SELECT COALESCE(MAX(t.number), 0) FROM serve_turns t WHERE t.session_id = serve_sessions.id),
		active_us = (SELECT COALESCE(MAX(t.at_us), active_us) FROM serve_turns t WHERE t.session_id = serve_sessions.id) WHERE id = $1`, id)
	return db.Explain(err)
}

// insertTurn adds a turn; false when the session has one with its turn_id.
func insertTurn(ctx context.Context, tx db.Tx, t Turn, parts, trace string) (bool, error) {
	result, err := tx.ExecContext(ctx, `INSERT INTO serve_turns
		(id, product_id, session_id, turn_id, number, text, parts, band, state, release_id, model_id, entry_id, trace, think_us, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (session_id, turn_id) DO NOTHING`,
		t.ID, t.ProductID, t.SessionID, t.TurnID, t.Number, t.Text, parts, t.Band, t.State, t.ReleaseID, t.ModelID, t.EntryID, trace, t.ThinkUS, t.AtUS)
	if err != nil {
		return false, db.Explain(err)
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

const turnColumns = `t.id, t.product_id, t.session_id, t.turn_id, t.number, t.text, t.parts, t.band, t.state, t.release_id, t.model_id,
	t.entry_id, t.trace, t.think_us, t.at_us, COALESCE(r.good, FALSE), COALESCE(r.comment, ''), COALESCE(r.at_us, 0)
	FROM serve_turns t LEFT JOIN serve_ratings r ON r.turn_id = t.id`

func scanTurn(row scanner) (Turn, error) {
	var t Turn
	var parts, trace string
	var good bool
	var rated int64
	err := row.Scan(&t.ID, &t.ProductID, &t.SessionID, &t.TurnID, &t.Number, &t.Text, &parts, &t.Band, &t.State, &t.ReleaseID, &t.ModelID,
		&t.EntryID, &trace, &t.ThinkUS, &t.AtUS, &good, &t.Comment, &rated)
	if err != nil {
		return t, err
	}
	if rated > 0 {
		t.Rating, t.ratedUS = map[bool]string{true: "good", false: "bad"}[good], rated
	}
	if err := json.Unmarshal([]byte(parts), &t.Parts); err != nil {
		return t, fmt.Errorf("parts of turn %s: %w", t.ID, err)
	}
	return t, json.Unmarshal([]byte(trace), &t.Trace)
}

func readTurn(ctx context.Context, q db.Reader, id string) (Turn, bool, error) {
	return found(scanTurn(q.QueryRowContext(ctx, `SELECT `+turnColumns+` WHERE t.id = $1`, id)))
}

// readTurnOf finds a turn of a session by the client's id or by ours.
func readTurnOf(ctx context.Context, q db.Reader, session, turnID string) (Turn, bool, error) {
	return found(scanTurn(q.QueryRowContext(ctx, `SELECT `+turnColumns+`
		WHERE t.session_id = $1 AND (t.turn_id = $2 OR t.id = $2) ORDER BY t.id LIMIT 1`, session, turnID)))
}

// readTurns lists turns of a session below a number, the newest first.
func readTurns(ctx context.Context, q db.Reader, session string, below, limit int) ([]Turn, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+turnColumns+` WHERE t.session_id = $1 AND t.number < $2 ORDER BY t.number DESC LIMIT $3`,
		session, below, limit)
	return collect(rows, err, scanTurn)
}

// readTurnsAfter lists turns of a product in the order of their coming.
func readTurnsAfter(ctx context.Context, q db.Reader, product, after string, limit int) ([]Turn, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+turnColumns+` WHERE t.product_id = $1 AND t.id > $2 ORDER BY t.id LIMIT $3`, product, after, limit)
	return collect(rows, err, scanTurn)
}

// turnFilter picks turns; what is "" does not matter.
type turnFilter struct {
	release, band, state, rating, session, entry, settled string
	sinceUS                                               int64
}

// readTurnsBefore lists turns of a product, the newest first.
func readTurnsBefore(ctx context.Context, q db.Reader, product, before string, want turnFilter, limit int) ([]Turn, error) {
	if before == "" {
		before = "~"
	}
	rows, err := q.QueryContext(ctx, `SELECT `+turnColumns+` WHERE t.product_id = $1 AND t.id < $2
		AND ($4 = '' OR t.release_id = $4) AND ($5 = '' OR t.band = $5) AND ($6 = '' OR t.state = $6) AND ($7 = '' OR t.session_id = $7)
		AND ($8 = '' OR r.at_us > 0 AND r.good = ($8 = 'good')) AND ($9 = '' OR t.entry_id = $9)
		AND ($10 = '' OR `+resolvedTurn+` = ($10 = 'yes')) AND t.at_us >= $11 ORDER BY t.id DESC LIMIT $3`,
		product, before, limit, want.release, want.band, want.state, want.session, want.rating, want.entry, want.settled, want.sinceUS)
	return collect(rows, err, scanTurn)
}

// eachMeasured calls with every turn of a product since a time, in order: what
// a figure counts, nothing that was said.
func eachMeasured(ctx context.Context, q db.Reader, product string, sinceUS int64, with func(measured)) error {
	rows, err := q.QueryContext(ctx, `SELECT t.release_id, t.session_id, t.band, t.state, t.entry_id, t.think_us, t.at_us,
		COALESCE(r.good, FALSE), COALESCE(r.at_us, 0) FROM serve_turns t LEFT JOIN serve_ratings r ON r.turn_id = t.id
		WHERE t.product_id = $1 AND t.at_us >= $2 ORDER BY t.id`, product, sinceUS)
	if err != nil {
		return db.Explain(err)
	}
	defer rows.Close()
	for rows.Next() {
		var m measured
		var rated int64
		if err := rows.Scan(&m.release, &m.session, &m.band, &m.state, &m.entry, &m.thinkUS, &m.atUS, &m.good, &rated); err != nil {
			return err
		}
		m.rated = rated > 0
		with(m)
	}
	return db.Explain(rows.Err())
}

func putRating(ctx context.Context, tx db.Tx, turn, product string, good bool, comment string, atUS int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO serve_ratings (turn_id, product_id, good, comment, at_us) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (turn_id) DO UPDATE SET good = excluded.good, comment = excluded.comment, at_us = excluded.at_us`, turn, product, good, comment, atUS)
	return db.Explain(err)
}

// readTraffic counts the turns of a product in [fromUS, toUS).
func readTraffic(ctx context.Context, q db.Reader, product string, fromUS, toUS int64) (t Traffic, err error) {
	err = q.QueryRowContext(ctx, `SELECT COUNT(*), COUNT(DISTINCT t.session_id),
		COALESCE(SUM(CASE WHEN t.band = 'answer' AND t.state = 'bot' THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN t.band = 'fallback' THEN 1 ELSE 0 END), 0),
		COUNT(DISTINCT CASE WHEN t.state = 'handover' THEN t.session_id END),
		COALESCE(SUM(CASE WHEN r.good THEN 1 ELSE 0 END), 0), COUNT(r.turn_id)
		FROM serve_turns t LEFT JOIN serve_ratings r ON r.turn_id = t.id
		WHERE t.product_id = $1 AND t.at_us >= $2 AND t.at_us < $3`, product, fromUS, toUS).
		Scan(&t.Turns, &t.Sessions, &t.Answered, &t.Fallback, &t.HandedOver, &t.Liked, &t.Rated)
	return t, db.Explain(err)
}

type tasteRow struct {
	table, body         string
	revision, changedUS int64
}

func readTastes(ctx context.Context, q db.Reader, product, customer string) ([]tasteRow, error) {
	rows, err := q.QueryContext(ctx, `SELECT table_name, body, revision, changed_us FROM serve_tastes
		WHERE product_id = $1 AND customer = $2 ORDER BY table_name`, product, customer)
	return collect(rows, err, func(row scanner) (t tasteRow, err error) {
		return t, row.Scan(&t.table, &t.body, &t.revision, &t.changedUS)
	})
}

// putTaste writes a taste unless another revision than the one before is there.
func putTaste(ctx context.Context, tx db.Tx, product, customer string, t tasteRow) (bool, error) {
	text := `UPDATE serve_tastes SET body = $4, revision = $5, changed_us = $6
		WHERE product_id = $1 AND customer = $2 AND table_name = $3 AND revision = $5 - 1`
	if t.revision == 1 {
		text = `INSERT INTO serve_tastes (product_id, customer, table_name, body, revision, changed_us) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (product_id, customer, table_name) DO NOTHING`
	}
	result, err := tx.ExecContext(ctx, text, product, customer, t.table, t.body, t.revision, t.changedUS)
	if err != nil {
		return false, db.Explain(err)
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

func deleteTastes(ctx context.Context, tx db.Tx, product, customer string) (int, error) {
	result, err := tx.ExecContext(ctx, `DELETE FROM serve_tastes WHERE product_id = $1 AND customer = $2`, product, customer)
	if err != nil {
		return 0, db.Explain(err)
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// Erase deletes what the product has in this stage, and tells how many rows went.
func (s *Service) Erase(ctx context.Context, product string) (int, error) {
	rows, err := s.n.DB.Erase(ctx, product,
		`DELETE FROM serve_untold WHERE product_id = $1`,
		`DELETE FROM serve_heard WHERE product_id = $1`,
		`DELETE FROM serve_voices WHERE product_id = $1`,
		`DELETE FROM serve_ratings WHERE product_id = $1`,
		`DELETE FROM serve_turns WHERE product_id = $1`,
		`DELETE FROM serve_tastes WHERE product_id = $1`,
		`DELETE FROM serve_sessions WHERE product_id = $1`,
		`DELETE FROM serve_publications WHERE product_id = $1`,
		`DELETE FROM serve_live WHERE product_id = $1`,
		`DELETE FROM serve_releases WHERE product_id = $1`)
	s.sessions.forget(product)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.lines, product)
	return rows, err
}

// Blobs calls each with the blobs that the product's rows name; those of all products when it is "".
func (s *Service) Blobs(ctx context.Context, product string, each func(blob.Hash) error) error {
	return db.Texts(ctx, s.n.DB.Reader(), each, `SELECT manifest FROM serve_releases WHERE product_id = $1 OR $1 = '' UNION
		SELECT model_id FROM serve_releases WHERE product_id = $1 OR $1 = '' UNION
		SELECT knowledge FROM serve_releases WHERE product_id = $1 OR $1 = '' UNION
		SELECT flow FROM serve_releases WHERE product_id = $1 OR $1 = '' UNION
		SELECT flow FROM serve_sessions WHERE product_id = $1 OR $1 = ''`, product)
}

// insertSigner makes a key the newest, whatever clocks say.
func insertSigner(ctx context.Context, tx db.Tx, s Signer) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO serve_signers (signer, actor, created_us)
		SELECT $1, $2, CASE WHEN COALESCE(MAX(created_us), 0) < $3 THEN $3 ELSE MAX(created_us) + 1 END FROM serve_signers WHERE 1 = 1
		ON CONFLICT (signer) DO UPDATE SET created_us = excluded.created_us`, s.Signer, s.Actor, s.CreatedUS)
	return db.Explain(err)
}

func readSigners(ctx context.Context, q db.Reader) ([]Signer, error) {
	rows, err := q.QueryContext(ctx, `SELECT signer, actor, created_us FROM serve_signers ORDER BY created_us DESC, signer`)
	return collect(rows, err, func(row scanner) (s Signer, err error) { return s, row.Scan(&s.Signer, &s.Actor, &s.CreatedUS) })
}

func countTurns(ctx context.Context, q db.Reader, product string) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT COUNT(*) FROM serve_turns WHERE product_id = $1`, product).Scan(&n)
	return n, db.Explain(err)
}

// dropTurns deletes the n oldest turns of a product with their ratings, and the
// sessions without turns that have been quiet since a time, with the tastes that were theirs alone.
func dropTurns(ctx context.Context, tx db.Tx, product string, n int, quietUS int64) (gone int, err error) {
	oldest := `(SELECT id FROM serve_turns WHERE product_id = $1 ORDER BY id LIMIT $2)`
	if _, err := tx.ExecContext(ctx, `DELETE FROM serve_ratings WHERE turn_id IN `+oldest, product, n); err != nil {
		return 0, db.Explain(err)
	}
	result, err := tx.ExecContext(ctx, `DELETE FROM serve_turns WHERE id IN `+oldest, product, n)
	if err != nil {
		return 0, db.Explain(err)
	}
	count, err := result.RowsAffected()
	if err != nil {
		return 0, err
	}
	const quiet = ` FROM serve_sessions WHERE product_id = $1 AND active_us < $2
		AND NOT EXISTS (SELECT 1 FROM serve_turns t WHERE t.session_id = serve_sessions.id)`
	// Somebody unknown is called as the session, so nobody can ask for that taste again.
	if _, err := tx.ExecContext(ctx, `DELETE FROM serve_tastes WHERE product_id = $1 AND customer IN (SELECT id`+quiet+`)`, product, quietUS); err != nil {
		return 0, db.Explain(err)
	}
	_, err = tx.ExecContext(ctx, `DELETE`+quiet, product, quietUS)
	return int(count), db.Explain(err)
}
