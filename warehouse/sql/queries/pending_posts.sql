-- Posts on the list that a model version has not read as they now stand, oldest seen first. Of tables that hold
-- all history only the end is read, since the first of them was first seen.
-- A place (rowid) is quick to go to, but on a lake it may be another row's as well: the key stands beside it.
WITH listed AS MATERIALIZED (
    SELECT DISTINCT post_key FROM waiting_post WHERE step = 'annotate'
),
standing AS MATERIALIZED (
    SELECT post_key, revision, seen_at, rowid AS place
    FROM post
    SEMI JOIN listed USING (post_key)
    WHERE ($seen_after::TIMESTAMPTZ IS NULL OR seen_at >= $seen_after)
        AND ($seen_before::TIMESTAMPTZ IS NULL OR seen_at < $seen_before)
),
taken AS MATERIALIZED (
    SELECT s.post_key, s.seen_at, s.place
    FROM standing AS s
    JOIN post AS p ON p.rowid = s.place AND p.post_key = s.post_key
    ANTI JOIN (
        SELECT post_key, revision
        FROM annotation
        SEMI JOIN listed USING (post_key)
        WHERE model_version = $model_version AND annotated_at >= $known_from
    ) AS a ON a.post_key = s.post_key AND a.revision = s.revision
    ANTI JOIN (SELECT post_key, revision FROM post_set_aside WHERE step = 'annotate' AND version = $model_version) AS x
        ON x.post_key = s.post_key AND x.revision = s.revision
    WHERE p.text IS NOT NULL
    ORDER BY s.seen_at, s.post_key
    LIMIT $row_limit
)
SELECT p.post_key, p.revision, p.text
FROM taken AS k
JOIN post AS p ON p.rowid = k.place AND p.post_key = k.post_key
ORDER BY p.seen_at, p.post_key
