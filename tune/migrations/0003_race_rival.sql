-- +goose Up
ALTER TABLE trials ADD COLUMN rival BIGINT NOT NULL DEFAULT 0; -- of a race: the trial that it is held against

ALTER TABLE trials ADD COLUMN score_error DOUBLE PRECISION NOT NULL DEFAULT 0; -- where the score is an estimate
