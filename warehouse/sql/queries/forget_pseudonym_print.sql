-- The pseudonyms are about to be under another key.
DELETE FROM pseudonym_key
