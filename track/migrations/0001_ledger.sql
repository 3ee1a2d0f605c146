-- +goose Up
CREATE TABLE runs (
  id          TEXT PRIMARY KEY,
  product_id  TEXT NOT NULL,
  kind        TEXT NOT NULL,
  name        TEXT NOT NULL,
  state       TEXT NOT NULL,
  actor_id    TEXT NOT NULL DEFAULT '',
  seed        BIGINT NOT NULL DEFAULT 0,
  simulated   BOOLEAN NOT NULL DEFAULT FALSE,
  params      TEXT NOT NULL DEFAULT '{}',
  inputs      TEXT NOT NULL DEFAULT '[]',
  outputs     TEXT NOT NULL DEFAULT '[]',
  started_us  BIGINT NOT NULL,
  ended_us    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX runs_product ON runs (product_id, id);

CREATE TABLE run_metrics (
  run_id TEXT NOT NULL,
  key    TEXT NOT NULL,
  step   BIGINT NOT NULL DEFAULT 0,
  value  DOUBLE PRECISION NOT NULL,
  at_us  BIGINT NOT NULL,
  PRIMARY KEY (run_id, key, step)
);

CREATE TABLE edges (
  product_id TEXT NOT NULL,
  from_kind  TEXT NOT NULL,
  from_id    TEXT NOT NULL,
  relation   TEXT NOT NULL,
  to_kind    TEXT NOT NULL,
  to_id      TEXT NOT NULL,
  weight     DOUBLE PRECISION NOT NULL DEFAULT 0,
  at_us      BIGINT NOT NULL,
  PRIMARY KEY (product_id, from_kind, from_id, relation, to_kind, to_id)
);
CREATE INDEX edges_to ON edges (product_id, to_kind, to_id);

-- How far the turns of a product have been searched for their witnesses.
CREATE TABLE witness_marks (
  product_id TEXT PRIMARY KEY,
  turn_id    TEXT NOT NULL
);
