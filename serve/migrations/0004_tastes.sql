-- +goose Up
-- What a product knows of what one listener likes, by the table that is chosen
-- from. It outlives the listener's sessions. body is opaque JSON of bounded size.
CREATE TABLE serve_tastes (
	product_id TEXT NOT NULL,
	customer TEXT NOT NULL,
	table_name TEXT NOT NULL,
	body TEXT NOT NULL,
	revision BIGINT NOT NULL,
	changed_us BIGINT NOT NULL,
	PRIMARY KEY (product_id, customer, table_name)
);
