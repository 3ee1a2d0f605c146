-- +goose Up
CREATE TABLE recipes (
	id         TEXT   NOT NULL PRIMARY KEY,
	product_id TEXT   NOT NULL,
	name       TEXT   NOT NULL,
	revision   BIGINT NOT NULL,
	source     TEXT   NOT NULL,
	actor_id   TEXT   NOT NULL DEFAULT '',
	created_us BIGINT NOT NULL,
	updated_us BIGINT NOT NULL,
	UNIQUE (product_id, name)
);

CREATE TABLE recipe_revisions (
	recipe_id  TEXT   NOT NULL,
	revision   BIGINT NOT NULL,
	source     TEXT   NOT NULL,
	actor_id   TEXT   NOT NULL DEFAULT '',
	created_us BIGINT NOT NULL,
	PRIMARY KEY (recipe_id, revision)
);

-- plan is the recipe as it ran, inclusions written out.
CREATE TABLE clean_runs (
	id              TEXT   NOT NULL PRIMARY KEY,
	product_id      TEXT   NOT NULL,
	recipe_id       TEXT   NOT NULL,
	recipe_name     TEXT   NOT NULL,
	recipe_revision BIGINT NOT NULL,
	plan            TEXT   NOT NULL,
	dataset_id      TEXT   NOT NULL,
	version_id      TEXT   NOT NULL,
	job_id          TEXT   NOT NULL DEFAULT '',
	result_version  TEXT   NOT NULL DEFAULT '',
	journal_blob    TEXT   NOT NULL DEFAULT '',
	count_json      TEXT   NOT NULL DEFAULT '',
	actor_id        TEXT   NOT NULL DEFAULT '',
	created_us      BIGINT NOT NULL,
	finished_us     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX clean_runs_result ON clean_runs (result_version);
CREATE INDEX clean_runs_product ON clean_runs (product_id, id);

-- row_json is the row as it stood when the step set it aside.
CREATE TABLE quarantine (
	run_id      TEXT   NOT NULL,
	position    BIGINT NOT NULL,
	row_id      TEXT   NOT NULL,
	step        BIGINT NOT NULL,
	operator    TEXT   NOT NULL,
	code        TEXT   NOT NULL,
	text_zh     TEXT   NOT NULL,
	text_en     TEXT   NOT NULL,
	twin        TEXT   NOT NULL DEFAULT '',
	row_json    TEXT   NOT NULL,
	put_back_us BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (run_id, position)
);
CREATE INDEX quarantine_row ON quarantine (run_id, row_id);
CREATE INDEX quarantine_code ON quarantine (run_id, code, position);

-- +goose Down
DROP TABLE quarantine;
DROP TABLE clean_runs;
DROP TABLE recipe_revisions;
DROP TABLE recipes;
