-- +goose Up
-- kind: skip (cannot be answered), ask (a question to the lead). An ask that is
-- answered lets its person take the task again.
ALTER TABLE label_skips ADD COLUMN kind TEXT NOT NULL DEFAULT 'skip';
ALTER TABLE label_skips ADD COLUMN reply TEXT NOT NULL DEFAULT '';
ALTER TABLE label_skips ADD COLUMN replied_by TEXT NOT NULL DEFAULT '';
ALTER TABLE label_skips ADD COLUMN replied_us BIGINT NOT NULL DEFAULT 0;

-- A reviewer sent the answers of a task back to be given anew.
CREATE TABLE label_returns (
	id        TEXT   NOT NULL PRIMARY KEY,
	queue_id  TEXT   NOT NULL,
	task_id   TEXT   NOT NULL,
	person    TEXT   NOT NULL,
	labels_json TEXT NOT NULL,
	reason    TEXT   NOT NULL,
	actor_id  TEXT   NOT NULL,
	at_us     BIGINT NOT NULL
);
CREATE INDEX label_returns_queue ON label_returns (queue_id, id);

-- What a person, or a model, answered to the examples of a guideline.
CREATE TABLE label_checks (
	id            TEXT    NOT NULL PRIMARY KEY,
	product_id    TEXT    NOT NULL,
	version       BIGINT  NOT NULL,
	who           TEXT    NOT NULL,
	is_model      BOOLEAN NOT NULL DEFAULT FALSE,
	report_json   TEXT    NOT NULL,
	at_us         BIGINT  NOT NULL
);
CREATE INDEX label_checks_version ON label_checks (product_id, version, id);

CREATE INDEX label_annotations_person ON label_annotations (queue_id, person, at_us);
