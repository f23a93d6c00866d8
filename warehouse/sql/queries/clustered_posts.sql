-- Posts of clusters that nobody has decided on and that are still talked of. They have been seen since the first of
-- those clusters began.
WITH live AS (
    SELECT m.cluster_id
    FROM cluster_post AS m
    JOIN cluster AS c USING (cluster_id)
    JOIN post AS p USING (post_key)
    WHERE c.state IN ('open', 'candidate') AND p.first_seen_at <= $now AND p.posted_at <= $now AND p.seen_at >= $seen_from
    GROUP BY m.cluster_id
    HAVING max(p.posted_at) > $posted_after
)
SELECT m.cluster_id, p.post_key, p.source, coalesce(p.author_key, p.post_key) AS author_key, p.posted_at,
    p.first_seen_at AS seen_at, c.terms
FROM live
JOIN cluster_post AS m USING (cluster_id)
JOIN cluster AS c USING (cluster_id)
JOIN post AS p ON p.post_key = m.post_key
WHERE p.first_seen_at <= $now AND p.posted_at <= $now AND p.seen_at >= $seen_from
ORDER BY m.cluster_id, p.posted_at, p.post_key
