-- Kinds of what was taken out of known posts, where they changed: a list is rewritten with its row, so seldom.
INSERT INTO post BY NAME
SELECT post_key, source, thread_key, posted_at, seen_at, revision, redactions, record_key,
    post_first_seen_at AS first_seen_at
FROM staged_post
ANTI JOIN new_post USING (post_key)
WHERE is_latest_of_post
ON CONFLICT DO UPDATE SET redactions = excluded.redactions
WHERE excluded.redactions <> post.redactions AND (excluded.seen_at > post.seen_at
    OR (excluded.seen_at = post.seen_at AND excluded.record_key > post.record_key))
