-- +goose Up
-- Figures read the turns of a stretch of time.
CREATE INDEX serve_turns_by_time ON serve_turns (product_id, at_us);
