-- +goose Up
CREATE TABLE inbox_items (
  turn_id    TEXT PRIMARY KEY,
  product_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  text       TEXT NOT NULL,
  reply      TEXT NOT NULL,
  label      TEXT NOT NULL DEFAULT '',
  p          DOUBLE PRECISION NOT NULL DEFAULT 0,
  cause      TEXT NOT NULL,
  risk       DOUBLE PRECISION NOT NULL,
  status     TEXT NOT NULL,
  fix_id     TEXT NOT NULL DEFAULT '',
  at_us      BIGINT NOT NULL
);
CREATE INDEX inbox_items_open ON inbox_items (product_id, status, turn_id);

-- How far the turns of a product have been gathered.
CREATE TABLE inbox_marks (
  product_id TEXT PRIMARY KEY,
  turn_id    TEXT NOT NULL,
  at_us      BIGINT NOT NULL
);

CREATE TABLE fixes (
  id          TEXT PRIMARY KEY,
  product_id  TEXT NOT NULL,
  turn_id     TEXT NOT NULL,
  row_id      TEXT NOT NULL DEFAULT '',
  labels      TEXT NOT NULL,
  actor_id    TEXT NOT NULL,
  state       TEXT NOT NULL,
  model_id    TEXT NOT NULL DEFAULT '',
  release_id  TEXT NOT NULL DEFAULT '',
  before_id   TEXT NOT NULL DEFAULT '',
  body        TEXT NOT NULL DEFAULT '{}',
  at_us       BIGINT NOT NULL
);
CREATE INDEX fixes_product ON fixes (product_id, id);
