-- +goose Up
CREATE TABLE knowledge_entries (
	product_id TEXT NOT NULL,
	id TEXT NOT NULL,
	revision BIGINT NOT NULL,
	state TEXT NOT NULL,
	category TEXT NOT NULL,
	body_json TEXT NOT NULL,
	updated_us BIGINT NOT NULL,
	updated_by TEXT NOT NULL,
	PRIMARY KEY (product_id, id)
);

-- Every revision for ever: who changed what, and what restoring brings back.
CREATE TABLE knowledge_entry_revisions (
	product_id TEXT NOT NULL,
	entry_id TEXT NOT NULL,
	revision BIGINT NOT NULL,
	body_json TEXT NOT NULL,
	updated_us BIGINT NOT NULL,
	updated_by TEXT NOT NULL,
	PRIMARY KEY (product_id, entry_id, revision)
);

-- The rows of a table lie in the blob store.
CREATE TABLE knowledge_tables (
	product_id TEXT NOT NULL,
	name TEXT NOT NULL,
	id TEXT NOT NULL,
	revision BIGINT NOT NULL,
	row_count BIGINT NOT NULL,
	body_blob TEXT NOT NULL,
	updated_us BIGINT NOT NULL,
	updated_by TEXT NOT NULL,
	PRIMARY KEY (product_id, name)
);
