-- +goose Up
-- The W3C traceparent of the request that asked for the job, '' when nobody
-- follows: so that another process goes on with the trace.
ALTER TABLE jobs ADD COLUMN traceparent TEXT NOT NULL DEFAULT '';
