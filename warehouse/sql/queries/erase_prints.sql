-- Hashes of runs of words tell who wrote the same.
DELETE FROM text_print WHERE post_key IN (FROM erase_target)
