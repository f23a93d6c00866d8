-- A content that is known may have been seen earlier than we knew.
UPDATE post_revision SET first_seen_at = s.first_seen_at
FROM (SELECT post_key, revision, min(seen_at) AS first_seen_at FROM staged_post GROUP BY ALL) AS s
WHERE post_revision.post_key = s.post_key AND post_revision.revision = s.revision
    AND s.first_seen_at < post_revision.first_seen_at
