-- Record a migration, in its own transaction.
INSERT INTO migration (number, name, hash, applied_at) VALUES ($number, $name, $hash, now())
