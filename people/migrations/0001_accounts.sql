-- +goose Up
CREATE TABLE people_accounts (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	name_folded TEXT NOT NULL UNIQUE,
	role TEXT NOT NULL,
	disabled BOOLEAN NOT NULL DEFAULT FALSE,
	created_us BIGINT NOT NULL,
	signed_in_us BIGINT NOT NULL DEFAULT 0
);

-- Secrets are kept as the hex SHA-256 of 256 random bits: nothing to guess, so
-- no slow hash is needed, and a copy of the database opens no door.
CREATE TABLE people_links (
	hash TEXT NOT NULL PRIMARY KEY,
	account_id TEXT NOT NULL REFERENCES people_accounts (id),
	created_us BIGINT NOT NULL,
	expires_us BIGINT NOT NULL,
	used_us BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE people_sessions (
	hash TEXT NOT NULL PRIMARY KEY,
	account_id TEXT NOT NULL REFERENCES people_accounts (id),
	created_us BIGINT NOT NULL,
	expires_us BIGINT NOT NULL
);

CREATE TABLE people_tokens (
	id TEXT NOT NULL PRIMARY KEY,
	account_id TEXT NOT NULL REFERENCES people_accounts (id),
	name TEXT NOT NULL,
	hash TEXT NOT NULL UNIQUE,
	role TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	expires_us BIGINT NOT NULL DEFAULT 0,
	used_us BIGINT NOT NULL DEFAULT 0,
	revoked_us BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX people_tokens_by_account ON people_tokens (account_id, id);
