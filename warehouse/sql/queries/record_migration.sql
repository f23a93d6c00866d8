-- Record a migration, in its own transaction.
INSERT INTO migration (number, name, hash) VALUES ($number, $name, $hash)
