-- Posts that a version of model and claims has not been held against, with their vectors, oldest seen first. Which they
-- are is settled before a vector is read: a vector takes more room than all else that is known of a post.
WITH taken AS MATERIALIZED (
    SELECT p.post_key, p.seen_at, e.rowid AS place
    FROM post AS p
    JOIN embedding AS e ON e.post_key = p.post_key AND e.revision = p.revision AND e.model_version = $model_version
        AND e.vector IS NOT NULL
    ANTI JOIN (SELECT post_key, revision FROM match_pass WHERE version = $version) AS m
        ON m.post_key = p.post_key AND m.revision = p.revision
    ANTI JOIN (SELECT post_key, revision FROM post_set_aside WHERE step = 'match' AND version = $version) AS s
        ON s.post_key = p.post_key AND s.revision = p.revision
    WHERE p.text IS NOT NULL
        AND ($post_keys::TEXT IS NULL OR p.post_key IN (SELECT unnest(from_json($post_keys, '["VARCHAR"]'))))
        AND ($posted_after::TIMESTAMPTZ IS NULL OR p.posted_at > $posted_after)
    ORDER BY p.seen_at, p.post_key
    LIMIT $row_limit
)
SELECT p.post_key, p.revision, p.source, p.author_key, t.thread_title, p.text, coalesce(q.quoted, []) AS quoted,
    p.posted_at, e.vector
FROM taken AS k
JOIN post AS p USING (post_key)
JOIN thread AS t USING (thread_key)
JOIN embedding AS e ON e.rowid = k.place
LEFT JOIN (
    SELECT post_key, revision, list(text ORDER BY quote_number) AS quoted
    FROM quote
    SEMI JOIN taken USING (post_key)
    WHERE text IS NOT NULL
    GROUP BY ALL
) AS q ON q.post_key = p.post_key AND q.revision = p.revision
ORDER BY p.seen_at, p.post_key
