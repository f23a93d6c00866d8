-- Posts on the list that a version of model and claims has not been held against, with the places of their vectors,
-- oldest seen first. The vectors are read by those places (pending_vectors): a vector takes more room than all else that
-- is known of a post, and to sort it would copy it. Of tables that hold all history only the end is read, since the
-- first of them was first seen.
-- A place (rowid) is quick to go to, but on a lake it may be another row's as well: the key stands beside it.
WITH listed AS MATERIALIZED (
    SELECT DISTINCT post_key
    FROM waiting_post
    WHERE step = 'match'
        AND ($post_keys::TEXT IS NULL OR post_key IN (SELECT unnest(from_json($post_keys, '["VARCHAR"]'))))
),
standing AS MATERIALIZED (
    SELECT post_key, revision, seen_at, rowid AS place
    FROM post
    SEMI JOIN listed USING (post_key)
    WHERE $posted_after::TIMESTAMPTZ IS NULL OR posted_at > $posted_after
),
judged AS MATERIALIZED (
    SELECT post_key, revision, rowid AS place
    FROM embedding
    SEMI JOIN standing USING (post_key, revision)
    WHERE model_version = $model_version AND annotated_at >= $known_from
),
taken AS MATERIALIZED (
    SELECT s.post_key, s.seen_at, s.place, e.place AS vector_place
    FROM standing AS s
    JOIN post AS p ON p.rowid = s.place AND p.post_key = s.post_key
    JOIN judged AS e ON e.post_key = s.post_key AND e.revision = s.revision
    JOIN embedding AS v ON v.rowid = e.place AND v.post_key = e.post_key AND v.revision = e.revision
        AND v.model_version = $model_version
    ANTI JOIN (
        SELECT post_key, revision
        FROM match_pass
        SEMI JOIN listed USING (post_key)
        WHERE version = $version AND matched_at >= $known_from
    ) AS m
        ON m.post_key = s.post_key AND m.revision = s.revision
    ANTI JOIN (SELECT post_key, revision FROM post_set_aside WHERE step = 'match' AND version = $version) AS x
        ON x.post_key = s.post_key AND x.revision = s.revision
    WHERE p.text IS NOT NULL AND v.vector IS NOT NULL
    ORDER BY s.seen_at, s.post_key
    LIMIT $row_limit
)
SELECT p.post_key, p.revision, p.source, p.author_key, t.thread_title, p.text, coalesce(q.quoted, []) AS quoted,
    k.vector_place
FROM taken AS k
JOIN post AS p ON p.rowid = k.place AND p.post_key = k.post_key
JOIN thread AS t USING (thread_key)
LEFT JOIN (
    SELECT post_key, revision, list(text ORDER BY quote_number) AS quoted
    FROM quote
    SEMI JOIN taken USING (post_key)
    WHERE text IS NOT NULL
    GROUP BY ALL
) AS q ON q.post_key = p.post_key AND q.revision = p.revision
ORDER BY p.seen_at, p.post_key
