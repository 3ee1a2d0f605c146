-- +goose Up
CREATE TABLE products (
	id         TEXT   NOT NULL PRIMARY KEY,
	name       TEXT   NOT NULL UNIQUE,
	created_us BIGINT NOT NULL
);

CREATE TABLE datasets (
	id         TEXT   NOT NULL PRIMARY KEY,
	product_id TEXT   NOT NULL REFERENCES products (id),
	name       TEXT   NOT NULL,
	created_us BIGINT NOT NULL,
	UNIQUE (product_id, name)
);

-- id is the hash of the manifest in the blob store.
CREATE TABLE versions (
	id           TEXT   NOT NULL PRIMARY KEY,
	dataset_id   TEXT   NOT NULL REFERENCES datasets (id),
	product_id   TEXT   NOT NULL,
	number       BIGINT NOT NULL,
	parent       TEXT   NOT NULL DEFAULT '',
	made_by_kind TEXT   NOT NULL,
	made_by_id   TEXT   NOT NULL DEFAULT '',
	row_count    BIGINT NOT NULL,
	column_json  TEXT   NOT NULL,
	report_blob  TEXT   NOT NULL DEFAULT '',
	profile_blob TEXT   NOT NULL DEFAULT '',
	created_us   BIGINT NOT NULL,
	UNIQUE (dataset_id, number)
);
