-- +goose Up
CREATE TABLE serve_releases (
	id TEXT NOT NULL PRIMARY KEY,
	product_id TEXT NOT NULL,
	number BIGINT NOT NULL,
	manifest TEXT NOT NULL,
	model_id TEXT NOT NULL,
	knowledge TEXT NOT NULL,
	flow TEXT NOT NULL,
	guideline_id TEXT NOT NULL DEFAULT '',
	guideline_version BIGINT NOT NULL DEFAULT 0,
	report_id TEXT NOT NULL DEFAULT '',
	thresholds TEXT NOT NULL DEFAULT '',
	note TEXT NOT NULL DEFAULT '',
	state TEXT NOT NULL,
	created_by TEXT NOT NULL DEFAULT '',
	created_us BIGINT NOT NULL,
	UNIQUE (product_id, number)
);

-- Which release answers; the one before it stays at hand for taking back.
CREATE TABLE serve_live (
	product_id TEXT NOT NULL PRIMARY KEY,
	release_id TEXT NOT NULL,
	before_id TEXT NOT NULL DEFAULT '',
	changed_us BIGINT NOT NULL
);

-- Every change of serve_live: who, why. Never changed, never deleted.
CREATE TABLE serve_publications (
	id TEXT NOT NULL PRIMARY KEY,
	product_id TEXT NOT NULL,
	kind TEXT NOT NULL,
	release_id TEXT NOT NULL,
	before_id TEXT NOT NULL DEFAULT '',
	actor_id TEXT NOT NULL DEFAULT '',
	actor TEXT NOT NULL DEFAULT '',
	gate TEXT NOT NULL DEFAULT '',
	reason TEXT NOT NULL DEFAULT '',
	at_us BIGINT NOT NULL
);
CREATE INDEX serve_publications_by_product ON serve_publications (product_id, id);

-- token_hash is the hex SHA-256 of 256 random bits. state is opaque JSON of
-- bounded size.
CREATE TABLE serve_sessions (
	id TEXT NOT NULL PRIMARY KEY,
	product_id TEXT NOT NULL,
	channel TEXT NOT NULL,
	customer TEXT NOT NULL,
	token_hash TEXT NOT NULL,
	flow TEXT NOT NULL,
	state TEXT NOT NULL,
	turn_count BIGINT NOT NULL DEFAULT 0,
	greeting TEXT NOT NULL DEFAULT '[]',
	created_us BIGINT NOT NULL,
	active_us BIGINT NOT NULL,
	UNIQUE (product_id, channel, customer)
);

-- What was said. Rows are only added.
CREATE TABLE serve_turns (
	id TEXT NOT NULL PRIMARY KEY,
	product_id TEXT NOT NULL,
	session_id TEXT NOT NULL,
	turn_id TEXT NOT NULL,
	number BIGINT NOT NULL,
	text TEXT NOT NULL,
	parts TEXT NOT NULL,
	band TEXT NOT NULL,
	state TEXT NOT NULL,
	release_id TEXT NOT NULL,
	model_id TEXT NOT NULL,
	entry_id TEXT NOT NULL DEFAULT '',
	trace TEXT NOT NULL,
	think_us BIGINT NOT NULL,
	at_us BIGINT NOT NULL,
	UNIQUE (session_id, turn_id)
);
CREATE INDEX serve_turns_by_product ON serve_turns (product_id, id);
CREATE INDEX serve_turns_by_session ON serve_turns (session_id, number);

CREATE TABLE serve_ratings (
	turn_id TEXT NOT NULL PRIMARY KEY,
	product_id TEXT NOT NULL,
	good BOOLEAN NOT NULL,
	comment TEXT NOT NULL DEFAULT '',
	at_us BIGINT NOT NULL
);
