-- Migrations that were applied.
SELECT number, name, hash FROM migration ORDER BY number
