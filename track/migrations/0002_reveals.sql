-- +goose Up
-- Who saw the personal data on a thread, and why.
CREATE TABLE thread_reveals (
	id TEXT NOT NULL PRIMARY KEY,
	product_id TEXT NOT NULL DEFAULT '',
	thing TEXT NOT NULL,
	actor_id TEXT NOT NULL DEFAULT '',
	actor TEXT NOT NULL DEFAULT '',
	reason TEXT NOT NULL DEFAULT '',
	at_us BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX thread_reveals_by_thing ON thread_reveals (thing, id);
