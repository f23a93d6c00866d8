-- A post stands as it was seen last: an older sighting never overwrites a newer one.
INSERT OR REPLACE INTO post BY NAME
SELECT s.post_key, s.source, s.post_id, s.thread_key, s.author_key, s.posted_at, s.seen_at, s.revision, s.url, s.text,
    s.edited_at, s.reply_to, s.position, s.like_count, s.reply_count, s.view_count, s.language, s.redactions,
    s.record_key, least(p.first_seen_at, s.post_first_seen_at) AS first_seen_at
FROM staged_post AS s
LEFT JOIN post AS p ON p.post_key = s.post_key
WHERE s.is_latest_of_post
    AND (p.post_key IS NULL OR s.seen_at > p.seen_at OR (s.seen_at = p.seen_at AND s.record_key > p.record_key))
