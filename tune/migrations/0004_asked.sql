-- +goose Up
ALTER TABLE studies ADD COLUMN name TEXT NOT NULL DEFAULT '';

CREATE UNIQUE INDEX studies_by_name ON studies (product_id, name) WHERE name <> '';

CREATE TABLE asked (
	study_id   TEXT   NOT NULL REFERENCES studies (id),
	number     BIGINT NOT NULL,
	state      TEXT   NOT NULL, -- running: given out; told: its row is in trials
	ask_key    TEXT   NOT NULL DEFAULT '', -- by which the asker asks again for the same
	lease      TEXT   NOT NULL, -- of who has it now
	worker     TEXT   NOT NULL DEFAULT '', -- as it called itself
	actor_id   TEXT   NOT NULL DEFAULT '',
	value_json TEXT   NOT NULL,
	tries      BIGINT NOT NULL DEFAULT 1, -- how often it was given out
	asked_us   BIGINT NOT NULL,
	due_us     BIGINT NOT NULL, -- from then on it is given to whoever asks
	PRIMARY KEY (study_id, number)
);

CREATE UNIQUE INDEX asked_by_key ON asked (study_id, ask_key) WHERE ask_key <> '';

CREATE INDEX asked_by_due ON asked (study_id, state, due_us);

CREATE TABLE reported (
	study_id TEXT             NOT NULL REFERENCES studies (id),
	number   BIGINT           NOT NULL,
	step     BIGINT           NOT NULL,
	value    DOUBLE PRECISION NOT NULL,
	PRIMARY KEY (study_id, number, step)
);

CREATE INDEX reported_by_step ON reported (study_id, step, number);
