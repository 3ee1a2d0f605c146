-- +goose Up
-- The attempt that was last offered to the workers by way of River; on SQLite,
-- where workers look for themselves, it stays 0.
ALTER TABLE jobs ADD COLUMN offered BIGINT NOT NULL DEFAULT 0;
CREATE INDEX jobs_offers ON jobs (run_at_us) WHERE state = 'queued' AND offered <= attempt;
