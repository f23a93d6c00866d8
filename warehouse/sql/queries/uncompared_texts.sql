-- Standing revisions on the list that have not been held against others for copies, in the order in which they were
-- seen. Of tables that hold all history only the end is read, since the first of them was first seen.
-- A place (rowid) is quick to go to, but on a lake it may be another row's as well: the key stands beside it.
WITH listed AS MATERIALIZED (
    SELECT DISTINCT post_key FROM waiting_post WHERE step = 'copies'
),
standing AS MATERIALIZED (
    SELECT post_key, revision, rowid AS place FROM post SEMI JOIN listed USING (post_key)
),
taken AS MATERIALIZED (
    SELECT s.post_key, s.revision, s.place, r.first_seen_at
    FROM standing AS s
    JOIN post_revision AS r ON r.post_key = s.post_key AND r.revision = s.revision AND r.first_seen_at >= $known_from
    JOIN post AS p ON p.rowid = s.place AND p.post_key = s.post_key
    ANTI JOIN (
        SELECT post_key, revision FROM text_print SEMI JOIN listed USING (post_key) WHERE first_seen_at >= $known_from
    ) AS t
        ON t.post_key = s.post_key AND t.revision = s.revision
    WHERE p.text IS NOT NULL
    ORDER BY r.first_seen_at, s.post_key, s.revision
    LIMIT $row_limit
)
SELECT k.post_key, k.revision, p.text, k.first_seen_at
FROM taken AS k
JOIN post AS p ON p.rowid = k.place AND p.post_key = k.post_key
ORDER BY k.first_seen_at, k.post_key, k.revision
