-- Posts that a model version has not read as they now stand, oldest seen first.
WITH taken AS MATERIALIZED (
    SELECT p.post_key, p.seen_at
    FROM post AS p
    ANTI JOIN (SELECT post_key, revision FROM annotation WHERE model_version = $model_version) AS a
        ON a.post_key = p.post_key AND a.revision = p.revision
    ANTI JOIN (SELECT post_key, revision FROM post_set_aside WHERE step = 'annotate' AND version = $model_version) AS s
        ON s.post_key = p.post_key AND s.revision = p.revision
    WHERE p.text IS NOT NULL
        AND ($seen_after::TIMESTAMPTZ IS NULL OR p.seen_at >= $seen_after)
        AND ($seen_before::TIMESTAMPTZ IS NULL OR p.seen_at < $seen_before)
    ORDER BY p.seen_at, p.post_key
    LIMIT $row_limit
)
SELECT p.post_key, p.revision, p.source, t.thread_title, p.text, coalesce(q.quoted, []) AS quoted,
    p.posted_at, p.seen_at, p.position, p.language
FROM taken AS k
JOIN post AS p USING (post_key)
JOIN thread AS t USING (thread_key)
LEFT JOIN (
    SELECT post_key, revision, list(text ORDER BY quote_number) AS quoted
    FROM quote
    SEMI JOIN taken USING (post_key)
    WHERE text IS NOT NULL
    GROUP BY ALL
) AS q ON q.post_key = p.post_key AND q.revision = p.revision
ORDER BY p.seen_at, p.post_key
