-- A new content is a new revision.
INSERT INTO post_revision BY NAME
SELECT post_key, revision, content_key, text, edited_at, seen_at AS last_seen_at, redactions, record_key,
    revision_first_seen_at AS first_seen_at
FROM staged_post
WHERE is_latest_of_revision
ON CONFLICT DO NOTHING
RETURNING post_key, revision
