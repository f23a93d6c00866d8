-- A post that is known may have been seen earlier than we knew.
INSERT INTO post BY NAME
SELECT post_key, source, thread_key, posted_at, seen_at, revision, redactions, record_key,
    post_first_seen_at AS first_seen_at
FROM staged_post
ANTI JOIN new_post USING (post_key)
WHERE is_latest_of_post
ON CONFLICT DO UPDATE SET first_seen_at = excluded.first_seen_at WHERE excluded.first_seen_at < post.first_seen_at
