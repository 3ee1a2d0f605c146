-- +goose Up
ALTER TABLE trials ADD COLUMN begun_us BIGINT NOT NULL DEFAULT 0; -- 0: kept before times were, or measured elsewhere

ALTER TABLE trials ADD COLUMN ended_us BIGINT NOT NULL DEFAULT 0;

ALTER TABLE trials ADD COLUMN worker TEXT NOT NULL DEFAULT ''; -- who measured it
