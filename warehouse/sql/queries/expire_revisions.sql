-- All that the posts have said; the content's key stays, so that an edit can still be told.
UPDATE post_revision SET record_key = '', text = NULL WHERE post_key IN (FROM erase_target)
