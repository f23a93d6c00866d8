-- A content that is known may have been seen earlier than we knew.
INSERT INTO post_revision BY NAME
SELECT post_key, revision, seen_at AS last_seen_at, redactions, record_key, revision_first_seen_at AS first_seen_at
FROM staged_post
ANTI JOIN new_revision USING (post_key, revision)
WHERE is_latest_of_revision
ON CONFLICT DO UPDATE SET first_seen_at = excluded.first_seen_at
WHERE excluded.first_seen_at < post_revision.first_seen_at
