-- A new content is a new revision. The same content read later stands as it was read last (redaction may have improved).
INSERT OR REPLACE INTO post_revision BY NAME
SELECT s.post_key, s.revision, s.content_key, s.text, s.edited_at, s.seen_at AS last_seen_at, s.redactions,
    s.record_key, least(r.first_seen_at, s.revision_first_seen_at) AS first_seen_at
FROM staged_post AS s
LEFT JOIN post_revision AS r ON r.post_key = s.post_key AND r.revision = s.revision
WHERE s.is_latest_of_revision
    AND (r.post_key IS NULL OR s.seen_at > r.last_seen_at
        OR (s.seen_at = r.last_seen_at AND s.record_key > r.record_key))
