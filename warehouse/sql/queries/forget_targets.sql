-- Forget what an erasure or expiry was about.
DROP TABLE temp.erase_target
