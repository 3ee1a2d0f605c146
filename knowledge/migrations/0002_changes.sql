-- +goose Up
-- Grows with every change of what a product knows, so that each process on the
-- database sees that what it has in memory is old.
CREATE TABLE knowledge_changes (
	product_id TEXT   NOT NULL PRIMARY KEY,
	change     BIGINT NOT NULL
);
