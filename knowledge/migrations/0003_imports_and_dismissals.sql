-- +goose Up
-- What an import wrote, so that it can be taken back: touched_json lists entry,
-- revision written, revision before (0: it was new).
CREATE TABLE knowledge_imports (
	product_id TEXT NOT NULL,
	id TEXT NOT NULL,
	touched_json TEXT NOT NULL,
	undone_us BIGINT NOT NULL DEFAULT 0,
	imported_us BIGINT NOT NULL,
	imported_by TEXT NOT NULL,
	PRIMARY KEY (product_id, id)
);

-- Sentences that a person said are no wording of an entry; wording_key is the text as it is compared.
CREATE TABLE knowledge_dismissals (
	product_id TEXT NOT NULL,
	entry_id TEXT NOT NULL,
	wording_key TEXT NOT NULL,
	dismissed_us BIGINT NOT NULL,
	dismissed_by TEXT NOT NULL,
	PRIMARY KEY (product_id, entry_id, wording_key)
);
