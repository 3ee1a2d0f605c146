-- +goose Up
-- One way of a request through a program outside, as OpenTelemetry or MLflow's client
-- told it. Times, counts, name and state come of its spans where there are any.
CREATE TABLE mlflow_traces (
	product_id    TEXT   NOT NULL,
	id            TEXT   NOT NULL, -- tr- and the id of OpenTelemetry, hexadecimal
	experiment_id TEXT   NOT NULL,
	run_id        TEXT   NOT NULL DEFAULT '',
	name          TEXT   NOT NULL DEFAULT '', -- of the root span
	service       TEXT   NOT NULL DEFAULT '',
	state         TEXT   NOT NULL DEFAULT '', -- OK or ERROR by the root span, '' while it is not there
	asked         TEXT   NOT NULL DEFAULT '', -- the beginning of what went in
	answered      TEXT   NOT NULL DEFAULT '', -- the beginning of what came out
	begun_ns      BIGINT NOT NULL DEFAULT 0,
	ended_ns      BIGINT NOT NULL DEFAULT 0,
	span_count    BIGINT NOT NULL DEFAULT 0,
	span_bytes    BIGINT NOT NULL DEFAULT 0,
	info_json     TEXT   NOT NULL DEFAULT '{}', -- what the client told of it beside the spans
	PRIMARY KEY (product_id, id)
);
CREATE INDEX mlflow_traces_newest ON mlflow_traces (product_id, begun_ns, id);
CREATE INDEX mlflow_traces_experiment ON mlflow_traces (product_id, experiment_id, begun_ns, id);
CREATE INDEX mlflow_traces_run ON mlflow_traces (product_id, run_id, begun_ns, id);

CREATE TABLE mlflow_spans (
	product_id TEXT   NOT NULL,
	trace_id   TEXT   NOT NULL,
	id         TEXT   NOT NULL,
	parent_id  TEXT   NOT NULL DEFAULT '',
	name       TEXT   NOT NULL DEFAULT '',
	kind       TEXT   NOT NULL DEFAULT '',
	state      TEXT   NOT NULL DEFAULT '',
	begun_ns   BIGINT NOT NULL,
	ended_ns   BIGINT NOT NULL,
	span_json  TEXT   NOT NULL, -- a span of OTLP as protocol buffers write it in JSON
	PRIMARY KEY (product_id, trace_id, id)
);
