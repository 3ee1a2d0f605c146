package serve

import (
	"context"
	"database/sql"

	"zhuomo/internal/db"
)

const voiceColumns = `id, product_id, name, platform, skill_id, key_id, secret, public_key, key_hash, proof_name, proof, created_by, created_us`

func scanVoice(row scanner) (VoiceChannel, error) {
	var v VoiceChannel
	err := row.Scan(&v.ID, &v.ProductID, &v.Name, &v.Platform, &v.SkillID, &v.KeyID, &v.secret, &v.PublicKey, &v.keyHash, &v.ProofName, &v.proof, &v.createdBy, &v.CreatedUS)
	return v.withKeeps(), err
}

// insertVoice adds a channel; false when the product has one of the name.
func insertVoice(ctx context.Context, tx db.Tx, v VoiceChannel) (bool, error) {
	return changed(tx.ExecContext(ctx, `INSERT INTO serve_voices (`+voiceColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (product_id, name) DO NOTHING`,
		v.ID, v.ProductID, v.Name, v.Platform, v.SkillID, v.KeyID, v.secret, v.PublicKey, v.keyHash, v.ProofName, v.proof, v.createdBy, v.CreatedUS))
}

func deleteVoice(ctx context.Context, tx db.Tx, product, idOrName string) (bool, error) {
	return changed(tx.ExecContext(ctx, `DELETE FROM serve_voices WHERE product_id = $1 AND (id = $2 OR name = $2)`, product, idOrName))
}

func readVoice(ctx context.Context, q db.Reader, id string) (VoiceChannel, bool, error) {
	return found(scanVoice(q.QueryRowContext(ctx, `SELECT `+voiceColumns+` FROM serve_voices WHERE id = $1`, id)))
}

// readVoices lists the channels of a product, the oldest first, behind an id.
func readVoices(ctx context.Context, q db.Reader, product, after string, limit int) ([]VoiceChannel, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+voiceColumns+` FROM serve_voices WHERE product_id = $1 AND id > $2 ORDER BY id LIMIT $3`, product, after, limit)
	return collect(rows, err, scanVoice)
}

// readProof finds the file by which a platform sees that the address is ours.
func readProof(ctx context.Context, q db.Reader, name string) (string, bool, error) {
	v, ok, err := found(scanVoice(q.QueryRowContext(ctx, `SELECT `+voiceColumns+` FROM serve_voices WHERE proof_name = $1 ORDER BY id DESC LIMIT 1`, name)))
	return v.proof, ok, err
}

// insertHeard remembers a request until a time and forgets those whose time has
// come; false when it is remembered already.
func insertHeard(ctx context.Context, tx db.Tx, v VoiceChannel, id string, nowUS, untilUS int64) (bool, error) {
	if _, err := tx.ExecContext(ctx, `DELETE FROM serve_heard WHERE until_us < $1`, nowUS); err != nil {
		return false, db.Explain(err)
	}
	return changed(tx.ExecContext(ctx, `INSERT INTO serve_heard (voice_id, request_id, product_id, until_us) VALUES ($1, $2, $3, $4)
		ON CONFLICT (voice_id, request_id) DO NOTHING`, v.ID, id, v.ProductID, untilUS))
}

func insertUntold(ctx context.Context, tx db.Tx, product, session, turn string, atUS int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO serve_untold (session_id, turn_id, product_id, at_us) VALUES ($1, $2, $3, $4)
		ON CONFLICT (session_id, turn_id) DO NOTHING`, session, turn, product, atUS)
	return db.Explain(err)
}

// readUntold lists the turns of a session that were never told, the oldest first.
func readUntold(ctx context.Context, q db.Reader, session string) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT turn_id FROM serve_untold WHERE session_id = $1 ORDER BY at_us, turn_id`, session)
	return collect(rows, err, func(row scanner) (id string, err error) { return id, row.Scan(&id) })
}

func deleteUntold(ctx context.Context, tx db.Tx, session string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM serve_untold WHERE session_id = $1`, session)
	return db.Explain(err)
}

// changed tells whether a statement changed a row.
func changed(result sql.Result, err error) (bool, error) {
	if err != nil {
		return false, db.Explain(err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// readVoiceOf finds a product's channel by id or name.
func readVoiceOf(ctx context.Context, q db.Reader, product, idOrName string) (VoiceChannel, bool, error) {
	return found(scanVoice(q.QueryRowContext(ctx, `SELECT `+voiceColumns+` FROM serve_voices WHERE product_id = $1 AND (id = $2 OR name = $2)`, product, idOrName)))
}

func putVoiceKey(ctx context.Context, tx db.Tx, v VoiceChannel) error {
	_, err := tx.ExecContext(ctx, `UPDATE serve_voices SET key_hash = $2 WHERE id = $1`, v.ID, v.keyHash)
	return db.Explain(err)
}
