-- +goose Up
CREATE TABLE studies (
	id             TEXT   NOT NULL PRIMARY KEY,
	product_id     TEXT   NOT NULL,
	component      TEXT   NOT NULL,
	sampler        TEXT   NOT NULL,
	objective      TEXT   NOT NULL,
	plan_json      TEXT   NOT NULL, -- dials, fixed values, ranges
	seed           TEXT   NOT NULL,
	trial_count    BIGINT NOT NULL, -- asked for; 0 = until the budget ends
	budget_ms      BIGINT NOT NULL DEFAULT 0,
	state          TEXT   NOT NULL,
	job_id         TEXT   NOT NULL DEFAULT '',
	actor_id       TEXT   NOT NULL DEFAULT '',
	created_us     BIGINT NOT NULL
);

CREATE INDEX studies_by_product ON studies (product_id, id);

CREATE TABLE trials (
	study_id    TEXT             NOT NULL REFERENCES studies (id),
	number      BIGINT           NOT NULL,
	state       TEXT             NOT NULL,
	value_json  TEXT             NOT NULL,
	score       DOUBLE PRECISION NOT NULL DEFAULT 0,
	figure_json TEXT             NOT NULL DEFAULT '{}',
	seconds     DOUBLE PRECISION NOT NULL DEFAULT 0,
	problem     TEXT             NOT NULL DEFAULT '',
	PRIMARY KEY (study_id, number)
);
