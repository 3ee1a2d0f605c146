-- +goose Up
-- Ids of the products that a token is for, as a JSON list; [] = all.
ALTER TABLE people_tokens ADD COLUMN product_json TEXT NOT NULL DEFAULT '[]';

-- What a person tells their sessions apart by. Those begun before have no id of
-- their own, and end like the others.
ALTER TABLE people_sessions ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE people_sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';
CREATE INDEX people_sessions_by_account ON people_sessions (account_id, created_us);
