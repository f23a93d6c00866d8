-- The same content read later stands as it was read last (redaction may have improved).
INSERT INTO post_revision BY NAME
SELECT post_key, revision, content_key, text, edited_at, seen_at AS last_seen_at, redactions, record_key,
    revision_first_seen_at AS first_seen_at
FROM staged_post
ANTI JOIN new_revision USING (post_key, revision)
WHERE is_latest_of_revision
ON CONFLICT DO UPDATE SET
    content_key = excluded.content_key,
    text = excluded.text,
    edited_at = excluded.edited_at,
    first_seen_at = least(post_revision.first_seen_at, excluded.first_seen_at),
    last_seen_at = excluded.last_seen_at,
    record_key = excluded.record_key
WHERE excluded.last_seen_at > post_revision.last_seen_at
    OR (excluded.last_seen_at = post_revision.last_seen_at AND excluded.record_key > post_revision.record_key)
