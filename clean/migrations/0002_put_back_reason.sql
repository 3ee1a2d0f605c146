-- +goose Up
-- Why a person put a row back, and who.
ALTER TABLE quarantine ADD COLUMN put_back_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE quarantine ADD COLUMN put_back_by TEXT NOT NULL DEFAULT '';
