-- The post stays as a count; within one expiry an author's posts still count as one author's.
UPDATE post SET record_key = '', text = NULL, author_key = 'expired-' || substr(sha256($token || author_key), 1, 16)
WHERE post_key IN (FROM erase_target)
