-- +goose Up
-- Points of one metric of a run, many a row, as points.go packs them. Row 0 takes
-- what comes until it is full; the others are never written again. Points of before
-- stay in mlflow_metrics and are read with these.
CREATE TABLE mlflow_points (
	run_id     TEXT   NOT NULL,
	key        TEXT   NOT NULL,
	seq        BIGINT NOT NULL,
	product_id TEXT   NOT NULL,
	next_seq   BIGINT NOT NULL DEFAULT 1, -- of row 0: the number of the next full row
	held       BIGINT NOT NULL,           -- points in it
	packed     TEXT   NOT NULL,
	PRIMARY KEY (run_id, key, seq)
);

-- Who asked that a version of a model go to a stage, and who decided. What a client
-- moved by itself stands here too, state direct.
CREATE TABLE mlflow_requests (
	id         TEXT    NOT NULL PRIMARY KEY,
	product_id TEXT    NOT NULL,
	model      TEXT    NOT NULL,
	version    TEXT    NOT NULL,
	from_stage TEXT    NOT NULL,
	to_stage   TEXT    NOT NULL,
	archive    BOOLEAN NOT NULL DEFAULT FALSE, -- what is at that stage now goes to the archive
	state      TEXT    NOT NULL,               -- asked, approved, refused or direct
	asker      TEXT    NOT NULL DEFAULT '',
	note       TEXT    NOT NULL DEFAULT '',
	asked_us   BIGINT  NOT NULL,
	decider    TEXT    NOT NULL DEFAULT '',
	reason     TEXT    NOT NULL DEFAULT '',
	decided_us BIGINT  NOT NULL DEFAULT 0
);
CREATE INDEX mlflow_requests_model ON mlflow_requests (product_id, model, id);
