-- Mentions that match no claim and are not positive, with their vectors, in the order in which they were first seen.
SELECT p.post_key, p.revision, p.source, p.thread_key, coalesce(p.author_key, p.post_key) AS author_key, p.posted_at,
    p.first_seen_at AS seen_at, p.text, e.vector
FROM mention_as_of($now) AS p
JOIN embedding AS e
    ON e.post_key = p.post_key AND e.revision = p.revision AND e.model_version = $model_version
    AND e.vector IS NOT NULL
    AND ($seen_after::TIMESTAMPTZ IS NULL OR e.annotated_at > $seen_after::TIMESTAMPTZ - INTERVAL 10 DAY)
ANTI JOIN (SELECT post_key FROM match_as_of($now) WHERE tier = 'auto') AS m ON m.post_key = p.post_key
WHERE p.text IS NOT NULL AND p.deleted_at IS NULL AND p.sentiment IS DISTINCT FROM 'positive'
    AND ($seen_after::TIMESTAMPTZ IS NULL OR p.first_seen_at > $seen_after)
ORDER BY p.first_seen_at, p.posted_at, p.post_key
