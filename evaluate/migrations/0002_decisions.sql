-- +goose Up
-- What a list of reports shows of each, and what people decided about them.
ALTER TABLE reports ADD COLUMN head TEXT NOT NULL DEFAULT '{}';

CREATE TABLE eval_verdicts (
  report_id TEXT NOT NULL,
  row_id    TEXT NOT NULL,
  verdict   TEXT NOT NULL,
  actor_id  TEXT NOT NULL DEFAULT '',
  at_us     BIGINT NOT NULL,
  PRIMARY KEY (report_id, row_id)
);

CREATE TABLE eval_signatures (
  report_id  TEXT PRIMARY KEY,
  actor_id   TEXT NOT NULL DEFAULT '',
  actor_name TEXT NOT NULL DEFAULT '',
  reason     TEXT NOT NULL DEFAULT '',
  release_id TEXT NOT NULL,
  release_name TEXT NOT NULL,
  at_us      BIGINT NOT NULL
);

CREATE TABLE eval_curves (
  product_id TEXT NOT NULL,
  model_id   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at_us      BIGINT NOT NULL,
  PRIMARY KEY (product_id, model_id)
);

CREATE TABLE batches (
  id         TEXT PRIMARY KEY,
  product_id TEXT NOT NULL,
  name       TEXT NOT NULL,
  body       TEXT NOT NULL,
  job_id     TEXT NOT NULL DEFAULT '',
  actor_id   TEXT NOT NULL DEFAULT '',
  created_us BIGINT NOT NULL
);
CREATE INDEX batches_product ON batches (product_id, id);

CREATE TABLE batch_rows (
  batch_id TEXT NOT NULL,
  at       BIGINT NOT NULL,
  cells    TEXT NOT NULL,
  state    TEXT NOT NULL DEFAULT '',
  result   TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (batch_id, at)
);
CREATE INDEX batch_rows_state ON batch_rows (batch_id, state, at);
