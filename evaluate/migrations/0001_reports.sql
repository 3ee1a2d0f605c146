-- +goose Up
-- Suites and gates are texts that people edit; every saved text is a version.
CREATE TABLE eval_texts (
  product_id TEXT NOT NULL,
  kind       TEXT NOT NULL,
  version    BIGINT NOT NULL,
  text       TEXT NOT NULL,
  actor_id   TEXT NOT NULL DEFAULT '',
  at_us      BIGINT NOT NULL,
  PRIMARY KEY (product_id, kind, version)
);

CREATE TABLE reports (
  id         TEXT PRIMARY KEY,
  product_id TEXT NOT NULL,
  model_id   TEXT NOT NULL,
  live_id    TEXT NOT NULL DEFAULT '',
  passed     BOOLEAN NOT NULL,
  body       TEXT NOT NULL,
  at_us      BIGINT NOT NULL
);
CREATE INDEX reports_product ON reports (product_id, id);
