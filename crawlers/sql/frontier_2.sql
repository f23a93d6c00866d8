-- From the first frontier to the second: sweeps, and what hosts are remembered by.
ALTER TABLE thread ADD COLUMN next_sweep_at TEXT;
UPDATE thread SET next_sweep_at = next_check_at WHERE is_kept;
DROP INDEX IF EXISTS thread_due;
ALTER TABLE host ADD COLUMN slow_seconds REAL NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN failure_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN break_count INTEGER NOT NULL DEFAULT 0;
