-- +goose Up
-- The voice platform's user whose conversation a session is, hashed; '' where the
-- platform tells none. Tastes then go by person instead of customer.
ALTER TABLE serve_sessions ADD COLUMN person TEXT NOT NULL DEFAULT '';
