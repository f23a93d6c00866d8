-- Posts with their words, first seen after a watermark and posted after a moment, as known at a time.
SELECT post_key, source, posted_at, first_seen_at AS seen_at, text
FROM post_as_of($now)
WHERE text IS NOT NULL AND deleted_at IS NULL AND posted_at > $posted_after AND posted_at <= $now
    AND first_seen_at <= $now AND ($seen_after::TIMESTAMPTZ IS NULL OR first_seen_at > $seen_after)
ORDER BY posted_at, post_key
