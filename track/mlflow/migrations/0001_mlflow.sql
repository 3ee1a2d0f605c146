-- +goose Up
CREATE TABLE mlflow_experiments (
	product_id TEXT   NOT NULL,
	id         TEXT   NOT NULL,
	name       TEXT   NOT NULL,
	stage      TEXT   NOT NULL, -- active or deleted
	tag_json   TEXT   NOT NULL DEFAULT '{}',
	made_ms    BIGINT NOT NULL,
	changed_ms BIGINT NOT NULL,
	PRIMARY KEY (product_id, id)
);
CREATE UNIQUE INDEX mlflow_experiments_name ON mlflow_experiments (product_id, name);

-- The lists are what a client is answered, as JSON, so that a search gives thousands
-- of runs without reading their parts; the tables after it are what is searched.
CREATE TABLE mlflow_runs (
	id            TEXT   NOT NULL PRIMARY KEY,
	product_id    TEXT   NOT NULL,
	experiment_id TEXT   NOT NULL,
	name          TEXT   NOT NULL,
	user_id       TEXT   NOT NULL DEFAULT '',
	status        TEXT   NOT NULL,
	stage         TEXT   NOT NULL,
	start_ms      BIGINT NOT NULL,
	end_ms        BIGINT NOT NULL DEFAULT 0,
	param_json    TEXT   NOT NULL DEFAULT '[]',
	tag_json      TEXT   NOT NULL DEFAULT '[]',
	metric_json   TEXT   NOT NULL DEFAULT '[]',
	input_json    TEXT   NOT NULL DEFAULT '{}',
	output_json   TEXT   NOT NULL DEFAULT '{}'
);
CREATE INDEX mlflow_runs_newest ON mlflow_runs (product_id, experiment_id, start_ms, id);

-- kind: param or tag
CREATE TABLE mlflow_texts (
	run_id     TEXT NOT NULL,
	kind       TEXT NOT NULL,
	key        TEXT NOT NULL,
	product_id TEXT NOT NULL,
	value      TEXT NOT NULL,
	PRIMARY KEY (run_id, kind, key)
);

CREATE TABLE mlflow_metrics (
	run_id     TEXT             NOT NULL,
	key        TEXT             NOT NULL,
	step       BIGINT           NOT NULL,
	at_ms      BIGINT           NOT NULL,
	value      DOUBLE PRECISION NOT NULL,
	nan        BOOLEAN          NOT NULL DEFAULT FALSE,
	product_id TEXT             NOT NULL,
	PRIMARY KEY (run_id, key, step, at_ms, value, nan)
);

CREATE TABLE mlflow_latest (
	run_id     TEXT             NOT NULL,
	key        TEXT             NOT NULL,
	product_id TEXT             NOT NULL,
	step       BIGINT           NOT NULL,
	at_ms      BIGINT           NOT NULL,
	value      DOUBLE PRECISION NOT NULL,
	nan        BOOLEAN          NOT NULL DEFAULT FALSE,
	PRIMARY KEY (run_id, key)
);

CREATE TABLE mlflow_artifacts (
	product_id TEXT   NOT NULL,
	path       TEXT   NOT NULL,
	hash       TEXT   NOT NULL,
	bytes      BIGINT NOT NULL,
	PRIMARY KEY (product_id, path)
);

-- kind: model (registered), version (id name/number) or logged (a logged model).
CREATE TABLE mlflow_models (
	product_id TEXT   NOT NULL,
	kind       TEXT   NOT NULL,
	id         TEXT   NOT NULL,
	parent     TEXT   NOT NULL DEFAULT '', -- of a version its model, of a logged model its experiment
	number     BIGINT NOT NULL DEFAULT 0,
	body_json  TEXT   NOT NULL,
	changed_ms BIGINT NOT NULL,
	PRIMARY KEY (product_id, kind, id)
);
CREATE INDEX mlflow_models_parent ON mlflow_models (product_id, kind, parent, number);
