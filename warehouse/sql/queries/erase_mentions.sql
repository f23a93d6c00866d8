-- Spans of words that are gone.
DELETE FROM mention WHERE post_key IN (FROM erase_target)
