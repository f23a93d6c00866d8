-- The pseudonyms are under this key from now on.
INSERT INTO pseudonym_key (key_print, set_at) VALUES ($key_print, now()) ON CONFLICT DO NOTHING
