-- By which hashes erased authors are remembered.
SELECT subject_key, erased_at FROM erasure WHERE kind = 'author' ORDER BY subject_key
