-- +goose Up
-- What a model's settings say about the rows that it learns from, each row answered
-- by a model that did not learn from it.
CREATE TABLE eval_crossed (
  product_id TEXT NOT NULL,
  model_id   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at_us      BIGINT NOT NULL,
  PRIMARY KEY (product_id, model_id)
);
