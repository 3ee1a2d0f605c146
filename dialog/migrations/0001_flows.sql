-- +goose Up
-- The texts lie in the blobs under their hashes.
CREATE TABLE dialog_flows (
	id TEXT NOT NULL PRIMARY KEY,
	product_id TEXT NOT NULL,
	name TEXT NOT NULL,
	revision BIGINT NOT NULL,
	hash TEXT NOT NULL,
	stories TEXT NOT NULL DEFAULT '',
	updated_by TEXT NOT NULL DEFAULT '',
	updated_us BIGINT NOT NULL
);
CREATE INDEX dialog_flows_by_product ON dialog_flows (product_id, id);

-- What each revision was; never changed, never deleted.
CREATE TABLE dialog_revisions (
	flow_id TEXT NOT NULL,
	revision BIGINT NOT NULL,
	hash TEXT NOT NULL,
	stories TEXT NOT NULL,
	saved_by TEXT NOT NULL,
	saved_us BIGINT NOT NULL,
	PRIMARY KEY (flow_id, revision)
);
