-- A known post stands as it was seen last: an older sighting never overwrites a newer one.
INSERT INTO post BY NAME
SELECT post_key, source, post_id, thread_key, author_key, posted_at, seen_at, revision, url, text, edited_at, reply_to,
    position, like_count, reply_count, view_count, language, redactions, record_key,
    post_first_seen_at AS first_seen_at
FROM staged_post
ANTI JOIN new_post USING (post_key)
WHERE is_latest_of_post
ON CONFLICT DO UPDATE SET
    source = excluded.source,
    post_id = excluded.post_id,
    thread_key = excluded.thread_key,
    author_key = excluded.author_key,
    posted_at = excluded.posted_at,
    seen_at = excluded.seen_at,
    first_seen_at = least(post.first_seen_at, excluded.first_seen_at),
    deleted_at = NULL,
    revision = excluded.revision,
    url = excluded.url,
    text = excluded.text,
    edited_at = excluded.edited_at,
    reply_to = excluded.reply_to,
    position = excluded.position,
    like_count = excluded.like_count,
    reply_count = excluded.reply_count,
    view_count = excluded.view_count,
    language = excluded.language,
    record_key = excluded.record_key
WHERE excluded.seen_at > post.seen_at
    OR (excluded.seen_at = post.seen_at AND excluded.record_key > post.record_key)
