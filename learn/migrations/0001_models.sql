-- +goose Up
-- id is the hash of the model's bytes in the blob store; rows_blob holds what
-- witnesses need, ids_blob the ids of all rows it learnt from, one a line.
CREATE TABLE models (
	id                TEXT             NOT NULL,
	product_id        TEXT             NOT NULL,
	number            BIGINT           NOT NULL,
	learner           TEXT             NOT NULL,
	task              TEXT             NOT NULL,
	param_json        TEXT             NOT NULL,
	metric_json       TEXT             NOT NULL,
	seed              TEXT             NOT NULL,
	example_count     BIGINT           NOT NULL,
	label_count       BIGINT           NOT NULL,
	size_bytes        BIGINT           NOT NULL,
	data_version      TEXT             NOT NULL DEFAULT '',
	guideline_version TEXT             NOT NULL DEFAULT '',
	simulated         BOOLEAN          NOT NULL DEFAULT FALSE,
	seconds           DOUBLE PRECISION NOT NULL DEFAULT 0,
	rows_blob         TEXT             NOT NULL DEFAULT '',
	ids_blob          TEXT             NOT NULL DEFAULT '',
	actor_id          TEXT             NOT NULL DEFAULT '',
	created_us        BIGINT           NOT NULL,
	PRIMARY KEY (product_id, id),
	UNIQUE (product_id, number)
);
