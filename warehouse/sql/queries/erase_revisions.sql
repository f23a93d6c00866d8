-- All that the erased posts have said.
UPDATE post_revision SET text = NULL, content_key = NULL WHERE post_key IN (FROM erase_target)
