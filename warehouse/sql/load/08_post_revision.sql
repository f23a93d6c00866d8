-- A new content is a new revision. The same content read later stands as it was read last (redaction may have improved).
INSERT INTO post_revision
    (post_key, revision, content_key, text, edited_at, first_seen_at, last_seen_at, redactions)
SELECT post_key, revision, content_key, text, edited_at,
    min(seen_at) OVER (PARTITION BY post_key, revision), seen_at, redactions
FROM staged_post
QUALIFY row_number() OVER (
    PARTITION BY post_key, revision ORDER BY row(seen_at, text, coalesce(edited_at, '-infinity'), redactions) DESC
) = 1
ON CONFLICT DO UPDATE SET
    content_key = excluded.content_key,
    text = excluded.text,
    edited_at = excluded.edited_at,
    last_seen_at = excluded.last_seen_at,
    redactions = excluded.redactions
WHERE row(excluded.last_seen_at, excluded.text, coalesce(excluded.edited_at, '-infinity'), excluded.redactions)
    > row(post_revision.last_seen_at, coalesce(post_revision.text, ''),
        coalesce(post_revision.edited_at, '-infinity'), post_revision.redactions)
