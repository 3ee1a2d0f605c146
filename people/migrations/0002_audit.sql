-- +goose Up
-- What was done, in one chain: hash is the hex SHA-256 of before_hash and entry.
-- at_us, actor_id and action say again what entry says, to be found by.
CREATE TABLE people_audit (
	seq BIGINT NOT NULL PRIMARY KEY,
	at_us BIGINT NOT NULL,
	actor_id TEXT NOT NULL DEFAULT '',
	action TEXT NOT NULL,
	entry TEXT NOT NULL,
	before_hash TEXT NOT NULL,
	hash TEXT NOT NULL
);
CREATE INDEX people_audit_by_actor ON people_audit (actor_id, seq);
CREATE INDEX people_audit_by_action ON people_audit (action, seq);

-- One row, where the chain ends: what is cut off its end is missed.
CREATE TABLE people_audit_head (
	id BIGINT NOT NULL PRIMARY KEY,
	seq BIGINT NOT NULL,
	hash TEXT NOT NULL
);

-- Noted with the write that it tells of, and on its way into the chain: acts do not
-- wait for each other's place in it.
CREATE TABLE people_audit_noted (
	id TEXT NOT NULL PRIMARY KEY,
	entry TEXT NOT NULL
);
