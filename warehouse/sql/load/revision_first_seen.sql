-- A content that is known may have been seen earlier than we knew.
UPDATE post_revision SET first_seen_at = s.revision_first_seen_at
FROM staged_post AS s
WHERE s.is_latest_of_revision AND post_revision.post_key = s.post_key AND post_revision.revision = s.revision
    AND s.revision_first_seen_at < post_revision.first_seen_at
