-- The targets as their places know them.
SELECT source, post_id FROM post WHERE post_key IN (FROM erase_target) ORDER BY source, post_id
