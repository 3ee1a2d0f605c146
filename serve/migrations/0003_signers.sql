-- +goose Up
-- Public halves of the keys that bundles were signed with; the newest signs. The
-- private half lies in a file of the data folder and in no database.
CREATE TABLE serve_signers (
	signer TEXT NOT NULL PRIMARY KEY,
	actor TEXT NOT NULL DEFAULT '',
	created_us BIGINT NOT NULL
);
