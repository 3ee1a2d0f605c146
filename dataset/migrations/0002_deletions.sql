-- +goose Up
-- A product that is being deleted is seen no more; its rows go in the background.
ALTER TABLE products ADD COLUMN deleting BOOLEAN NOT NULL DEFAULT FALSE;

-- What stays of a deleted product: its name, who deleted it and when.
CREATE TABLE product_deletions (
	id         TEXT   NOT NULL PRIMARY KEY,
	product_id TEXT   NOT NULL,
	name       TEXT   NOT NULL,
	actor_id   TEXT   NOT NULL DEFAULT '',
	actor      TEXT   NOT NULL DEFAULT '',
	row_count  BIGINT NOT NULL DEFAULT 0,
	file_count BIGINT NOT NULL DEFAULT 0,
	asked_us   BIGINT NOT NULL,
	ended_us   BIGINT NOT NULL DEFAULT 0
);
