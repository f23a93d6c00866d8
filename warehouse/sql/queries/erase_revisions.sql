-- All that the erased posts have said.
UPDATE post_revision SET record_key = '', text = NULL, content_key = NULL WHERE post_key IN (FROM erase_target)
