-- Posts that are new, as they were seen last.
INSERT INTO post BY NAME
SELECT post_key, source, post_id, thread_key, author_key, posted_at, seen_at, revision, url, text, edited_at, reply_to,
    position, like_count, reply_count, view_count, language, redactions, record_key,
    post_first_seen_at AS first_seen_at
FROM staged_post
WHERE is_latest_of_post
ON CONFLICT DO NOTHING
RETURNING post_key
