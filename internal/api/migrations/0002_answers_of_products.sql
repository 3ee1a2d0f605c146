-- +goose Up
-- The product that the address of the request named, so that its answers go with it.
ALTER TABLE api_answers ADD COLUMN product_id TEXT NOT NULL DEFAULT '';
