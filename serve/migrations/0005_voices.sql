-- +goose Up
-- A voice platform that a product talks through. secret is the platform's own,
-- needed in plain to check signatures and never read out; key_hash is the hex
-- SHA-256 of a key of ours where the platform signs nothing.
CREATE TABLE serve_voices (
	id TEXT NOT NULL PRIMARY KEY,
	product_id TEXT NOT NULL,
	name TEXT NOT NULL,
	platform TEXT NOT NULL,
	skill_id TEXT NOT NULL DEFAULT '',
	key_id TEXT NOT NULL DEFAULT '',
	secret TEXT NOT NULL DEFAULT '',
	public_key TEXT NOT NULL DEFAULT '',
	key_hash TEXT NOT NULL DEFAULT '',
	proof_name TEXT NOT NULL DEFAULT '',
	proof TEXT NOT NULL DEFAULT '',
	created_by TEXT NOT NULL DEFAULT '',
	created_us BIGINT NOT NULL,
	UNIQUE (product_id, name)
);
CREATE INDEX serve_voices_by_proof ON serve_voices (proof_name);

-- Requests of voice platforms that were taken, until nobody could send them again.
CREATE TABLE serve_heard (
	voice_id TEXT NOT NULL,
	request_id TEXT NOT NULL,
	product_id TEXT NOT NULL,
	until_us BIGINT NOT NULL,
	PRIMARY KEY (voice_id, request_id)
);
CREATE INDEX serve_heard_by_time ON serve_heard (until_us);

-- Turns that were answered too late for a voice; told at the next one.
CREATE TABLE serve_untold (
	session_id TEXT NOT NULL,
	turn_id TEXT NOT NULL,
	product_id TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	PRIMARY KEY (session_id, turn_id)
);
