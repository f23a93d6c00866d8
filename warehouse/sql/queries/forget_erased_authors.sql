-- Erased authors are about to be remembered by other hashes.
DELETE FROM erasure WHERE kind = 'author'
