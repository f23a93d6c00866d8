-- name: schema
CREATE TABLE IF NOT EXISTS quota (
    host       TEXT NOT NULL,
    day        TEXT NOT NULL,   -- in the time zone in which the place begins its days
    unit_count INTEGER NOT NULL,
    PRIMARY KEY (host, day)
) WITHOUT ROWID;

-- name: spent
SELECT unit_count FROM quota WHERE host = :host AND day = :day;

-- name: forget
DELETE FROM quota WHERE host = :host AND day < :day;

-- name: spend
INSERT INTO quota VALUES (:host, :day, :unit_count)
ON CONFLICT (host, day) DO UPDATE SET unit_count = unit_count + :unit_count;
