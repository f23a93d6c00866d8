-- Every time that a post was seen.
INSERT INTO sighting (post_key, seen_at, revision, posted_at, like_count, reply_count, view_count, record_key)
SELECT post_key, seen_at, revision, posted_at, like_count, reply_count, view_count, record_key
FROM staged_post
WHERE is_latest_of_instant
ON CONFLICT DO UPDATE SET
    revision = excluded.revision,
    posted_at = excluded.posted_at,
    like_count = excluded.like_count,
    reply_count = excluded.reply_count,
    view_count = excluded.view_count,
    record_key = excluded.record_key
WHERE excluded.record_key > sighting.record_key
