-- +goose Up
CREATE TABLE jobs (
    id             TEXT             NOT NULL PRIMARY KEY,
    product_id     TEXT             NOT NULL DEFAULT '',
    kind           TEXT             NOT NULL,
    state          TEXT             NOT NULL DEFAULT 'queued',
    priority       BIGINT           NOT NULL DEFAULT 0,
    actor_id       TEXT             NOT NULL DEFAULT '',
    dedupe_key     TEXT             NOT NULL DEFAULT '',
    args           TEXT             NOT NULL DEFAULT 'null',
    checkpoint     TEXT             NOT NULL DEFAULT '',
    result         TEXT             NOT NULL DEFAULT '',
    attempt        BIGINT           NOT NULL DEFAULT 0,
    failure_count  BIGINT           NOT NULL DEFAULT 0,
    max_failures   BIGINT           NOT NULL DEFAULT 3,
    crash_count    BIGINT           NOT NULL DEFAULT 0,
    cancel_asked   BOOLEAN          NOT NULL DEFAULT FALSE,
    runner         TEXT             NOT NULL DEFAULT '',
    lease_until_us BIGINT           NOT NULL DEFAULT 0,
    done_count     BIGINT           NOT NULL DEFAULT 0,
    total_count    BIGINT           NOT NULL DEFAULT 0,
    per_second     DOUBLE PRECISION NOT NULL DEFAULT 0,
    note_zh        TEXT             NOT NULL DEFAULT '',
    note_en        TEXT             NOT NULL DEFAULT '',
    fault_code     TEXT             NOT NULL DEFAULT '',
    fault_kind     TEXT             NOT NULL DEFAULT '',
    fault_zh       TEXT             NOT NULL DEFAULT '',
    fault_en       TEXT             NOT NULL DEFAULT '',
    fix_zh         TEXT             NOT NULL DEFAULT '',
    fix_en         TEXT             NOT NULL DEFAULT '',
    run_at_us      BIGINT           NOT NULL,
    created_us     BIGINT           NOT NULL,
    started_us     BIGINT           NOT NULL DEFAULT 0,
    finished_us    BIGINT           NOT NULL DEFAULT 0
);
CREATE INDEX jobs_due ON jobs (priority DESC, run_at_us, id) WHERE state = 'queued';
CREATE INDEX jobs_time ON jobs (run_at_us, kind) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (lease_until_us) WHERE state = 'running';
CREATE INDEX jobs_product ON jobs (product_id, id);
CREATE UNIQUE INDEX jobs_dedupe ON jobs (dedupe_key) WHERE dedupe_key <> '' AND state IN ('queued', 'running');
