-- +goose Up
-- Who an identity provider says somebody is; subject is its own id of the person,
-- which it never gives to another.
CREATE TABLE people_identities (
	issuer TEXT NOT NULL,
	subject TEXT NOT NULL,
	account_id TEXT NOT NULL REFERENCES people_accounts (id),
	created_us BIGINT NOT NULL,
	PRIMARY KEY (issuer, subject)
);

-- A sign-in on its way to the provider and back. hash is that of its state; all of it
-- lasts ten minutes and is used once.
CREATE TABLE people_visits (
	hash TEXT NOT NULL PRIMARY KEY,
	nonce TEXT NOT NULL,
	verifier TEXT NOT NULL,
	expires_us BIGINT NOT NULL
);
