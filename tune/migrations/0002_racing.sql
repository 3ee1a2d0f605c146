-- +goose Up
ALTER TABLE trials ADD COLUMN fold_count BIGINT NOT NULL DEFAULT 0; -- of a race: measured on so many

ALTER TABLE trials ADD COLUMN worse_p DOUBLE PRECISION NOT NULL DEFAULT 0;

ALTER TABLE trials ADD COLUMN fold_json TEXT NOT NULL DEFAULT ''; -- by fold, which rows are right: bits in base64
