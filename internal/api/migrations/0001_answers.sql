-- +goose Up
CREATE TABLE api_answers (
	actor TEXT NOT NULL,
	key TEXT NOT NULL,
	fingerprint TEXT NOT NULL,
	status BIGINT NOT NULL,
	kind TEXT NOT NULL DEFAULT '',
	etag TEXT NOT NULL DEFAULT '',
	body TEXT NOT NULL DEFAULT '',
	created_us BIGINT NOT NULL,
	PRIMARY KEY (actor, key)
);
CREATE INDEX api_answers_by_age ON api_answers (created_us);
