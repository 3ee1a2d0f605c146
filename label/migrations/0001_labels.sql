-- +goose Up
-- A version never changes; id is the hash of its source, so that a version that
-- goes back to an older text has the older id.
CREATE TABLE guidelines (
	product_id TEXT   NOT NULL,
	version    BIGINT NOT NULL,
	id         TEXT   NOT NULL,
	source     TEXT   NOT NULL,
	actor_id   TEXT   NOT NULL DEFAULT '',
	created_us BIGINT NOT NULL,
	PRIMARY KEY (product_id, version)
);
CREATE INDEX guidelines_id ON guidelines (product_id, id, version);

-- state: filling (its tasks are being made), open, closed.
CREATE TABLE label_queues (
	id                TEXT   NOT NULL PRIMARY KEY,
	product_id        TEXT   NOT NULL,
	name              TEXT   NOT NULL,
	state             TEXT   NOT NULL,
	version_id        TEXT   NOT NULL,
	guideline_id      TEXT   NOT NULL,
	guideline_version BIGINT NOT NULL,
	annotators        BIGINT NOT NULL,
	order_json        TEXT   NOT NULL,
	actor_id          TEXT   NOT NULL DEFAULT '',
	created_us        BIGINT NOT NULL,
	UNIQUE (product_id, name)
);

-- state: waiting, settled, disputed. kept tasks are left for real people.
CREATE TABLE label_tasks (
	id           TEXT    NOT NULL PRIMARY KEY,
	queue_id     TEXT    NOT NULL,
	position     BIGINT  NOT NULL,
	row_id       TEXT    NOT NULL,
	text_hash    TEXT    NOT NULL,
	text         TEXT    NOT NULL,
	context_json TEXT    NOT NULL DEFAULT '[]',
	session      TEXT    NOT NULL DEFAULT '',
	kept         BOOLEAN NOT NULL DEFAULT FALSE,
	state        TEXT    NOT NULL DEFAULT 'waiting'
);
CREATE INDEX label_tasks_position ON label_tasks (queue_id, position);
CREATE INDEX label_tasks_state ON label_tasks (queue_id, state, position);

-- A task has one slot for each person that shall answer it. due_us says when the
-- slot may be claimed: 0 at once, a time in the future while it is leased, the
-- largest BIGINT once it is answered.
CREATE TABLE label_slots (
	task_id  TEXT    NOT NULL,
	lane     BIGINT  NOT NULL,
	queue_id TEXT    NOT NULL,
	position BIGINT  NOT NULL,
	kept     BOOLEAN NOT NULL DEFAULT FALSE,
	person   TEXT    NOT NULL DEFAULT '',
	due_us   BIGINT  NOT NULL DEFAULT 0,
	lease_us BIGINT  NOT NULL DEFAULT 0,
	PRIMARY KEY (task_id, lane)
);
CREATE INDEX label_slots_due ON label_slots (queue_id, lane, due_us, position);

-- The lane from which a person is served first.
CREATE TABLE label_lanes (
	queue_id TEXT   NOT NULL,
	person   TEXT   NOT NULL,
	lane     BIGINT NOT NULL,
	PRIMARY KEY (queue_id, person)
);

CREATE TABLE label_skips (
	task_id TEXT   NOT NULL,
	person  TEXT   NOT NULL,
	reason  TEXT   NOT NULL,
	at_us   BIGINT NOT NULL,
	PRIMARY KEY (task_id, person)
);

-- origin: answer (of a task), adjudication, decision (without a task).
CREATE TABLE label_annotations (
	id                TEXT             NOT NULL PRIMARY KEY,
	product_id        TEXT             NOT NULL,
	queue_id          TEXT             NOT NULL DEFAULT '',
	task_id           TEXT             NOT NULL DEFAULT '',
	row_id            TEXT             NOT NULL,
	text_hash         TEXT             NOT NULL,
	person            TEXT             NOT NULL,
	simulated         BOOLEAN          NOT NULL DEFAULT FALSE,
	origin            TEXT             NOT NULL,
	labels_json       TEXT             NOT NULL,
	guideline_id      TEXT             NOT NULL,
	guideline_version BIGINT           NOT NULL,
	seconds           DOUBLE PRECISION NOT NULL DEFAULT 0,
	suggestion_shown  BOOLEAN          NOT NULL DEFAULT FALSE,
	at_us             BIGINT           NOT NULL,
	undone_us         BIGINT           NOT NULL DEFAULT 0
);
CREATE INDEX label_annotations_row ON label_annotations (product_id, row_id);
CREATE INDEX label_annotations_task ON label_annotations (task_id);
CREATE INDEX label_annotations_queue ON label_annotations (queue_id, id);

-- Gold is added and ended, never changed; of one row at most one is in force
-- (ended_us = 0). replaces is the gold that comes back when this one is unset.
CREATE TABLE label_gold (
	id                TEXT    NOT NULL PRIMARY KEY,
	product_id        TEXT    NOT NULL,
	row_id            TEXT    NOT NULL,
	text_hash         TEXT    NOT NULL,
	version_id        TEXT    NOT NULL,
	session           TEXT    NOT NULL DEFAULT '',
	text              TEXT    NOT NULL,
	context_json      TEXT    NOT NULL DEFAULT '[]',
	labels_json       TEXT    NOT NULL,
	annotators_json   TEXT    NOT NULL,
	witnesses_json    TEXT    NOT NULL,
	how               TEXT    NOT NULL,
	simulated         BOOLEAN NOT NULL DEFAULT FALSE,
	guideline_id      TEXT    NOT NULL,
	guideline_version BIGINT  NOT NULL,
	task_id           TEXT    NOT NULL DEFAULT '',
	settled_us        BIGINT  NOT NULL,
	ended_us          BIGINT  NOT NULL DEFAULT 0,
	ended_by          TEXT    NOT NULL DEFAULT '',
	replaces          TEXT    NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX label_gold_row ON label_gold (product_id, row_id) WHERE ended_us = 0;
CREATE INDEX label_gold_history ON label_gold (row_id);
