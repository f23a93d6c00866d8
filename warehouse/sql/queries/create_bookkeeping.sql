-- What the warehouse knows of itself; needed before the first migration can be recorded. No column of the warehouse
-- has a default that is a function: DuckDB 1.5 cannot replay its log after a kill then.
CREATE TABLE IF NOT EXISTS migration (
    number BIGINT NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (number)
);
COMMENT ON TABLE migration IS 'Migrations that this file has been through, in order.';
COMMENT ON COLUMN migration.number IS 'Number of the migration, the first being 1.';
COMMENT ON COLUMN migration.name IS 'Name of its file.';
COMMENT ON COLUMN migration.hash IS 'SHA-256 of its text: an applied migration never changes.';
COMMENT ON COLUMN migration.applied_at IS 'When it was applied [run clock]';
CREATE TABLE IF NOT EXISTS view_set (
    hash TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE view_set IS 'Which text the views of this file were made from.';
COMMENT ON COLUMN view_set.hash IS 'SHA-256 of the text of all views and macros.';
COMMENT ON COLUMN view_set.created_at IS 'When the views were made [run clock]';
