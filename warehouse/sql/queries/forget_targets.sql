-- Forget what an erasure or expiry was about.
DROP TABLE IF EXISTS temp.erase_target;
DROP TABLE IF EXISTS temp.erase_title
