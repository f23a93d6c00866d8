-- Record which text the views were made from.
INSERT INTO view_set (hash) VALUES ($hash)
