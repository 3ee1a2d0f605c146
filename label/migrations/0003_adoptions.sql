-- +goose Up
-- Labels that stood in a column of a version, taken over as gold in one act; id
-- is that of its job.
CREATE TABLE label_adoptions (
	id                TEXT   NOT NULL PRIMARY KEY,
	product_id        TEXT   NOT NULL,
	version_id        TEXT   NOT NULL,
	column_name       TEXT   NOT NULL,
	guideline_version BIGINT NOT NULL,
	taken_count       BIGINT NOT NULL DEFAULT 0,
	actor_id          TEXT   NOT NULL DEFAULT '',
	created_us        BIGINT NOT NULL,
	undone_us         BIGINT NOT NULL DEFAULT 0,
	undone_by         TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX label_adoptions_product ON label_adoptions (product_id, id);

-- '' for all that people answered here.
ALTER TABLE label_annotations ADD COLUMN adoption_id TEXT NOT NULL DEFAULT '';
ALTER TABLE label_gold ADD COLUMN adoption_id TEXT NOT NULL DEFAULT '';
CREATE INDEX label_annotations_adoption ON label_annotations (adoption_id, row_id) WHERE adoption_id <> '';
CREATE INDEX label_gold_adoption ON label_gold (adoption_id, row_id) WHERE adoption_id <> '';
