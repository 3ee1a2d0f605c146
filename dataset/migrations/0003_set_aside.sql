-- +goose Up
-- A dataset set aside keeps its rows under its id, so that its name is free.
ALTER TABLE datasets ADD COLUMN removed_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE datasets ADD COLUMN removed_name TEXT NOT NULL DEFAULT '';
