-- Record which text the views were made from.
INSERT INTO view_set (hash, created_at) VALUES ($hash, now())
