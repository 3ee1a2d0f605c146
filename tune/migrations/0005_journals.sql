-- +goose Up
CREATE TABLE journal_lines (
	product_id TEXT   NOT NULL,
	journal    TEXT   NOT NULL, -- its name
	number     BIGINT NOT NULL, -- from 0, without gaps
	append_key TEXT   NOT NULL DEFAULT '', -- of the first line of what was appended at once
	line       TEXT   NOT NULL,
	PRIMARY KEY (product_id, journal, number)
);

CREATE UNIQUE INDEX journal_lines_by_key ON journal_lines (product_id, journal, append_key) WHERE append_key <> '';
