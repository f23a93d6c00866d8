-- The post stays as a count, under a token that nothing leads back from.
UPDATE post SET
    text = NULL,
    record_key = '',
    url = NULL,
    post_id = NULL,
    reply_to = NULL,
    position = NULL,
    author_key = 'erased-' || substr(sha256($token || author_key), 1, 16)
WHERE post_key IN (FROM erase_target)
