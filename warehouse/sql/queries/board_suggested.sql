-- Posts that may be about a claim and that no person has looked at, newest first.
WITH found AS (
    SELECT p.post_key, p.source, p.url, p.author_key, p.posted_at, p.text, m.claim_id, m.stance, m.tier, m.judged_by
    FROM match_current AS m
    JOIN post AS p USING (post_key)
    WHERE m.claim_id = $claim_id AND m.tier = 'suggest' AND p.text IS NOT NULL AND p.deleted_at IS NULL
        AND ($before::TIMESTAMPTZ IS NULL OR p.posted_at < $before)
    ORDER BY p.posted_at DESC, p.post_key
    LIMIT $row_limit
),
label AS (
    SELECT post_key, task, label FROM label_current WHERE post_key IN (SELECT post_key FROM found)
)
SELECT f.post_key, f.source, f.url, f.author_key, f.posted_at, f.text,
    max(l.label) FILTER (l.task = 'sentiment') AS sentiment,
    coalesce(list_sort(list(l.label) FILTER (l.task = 'topic')), []) AS topics, f.claim_id, f.stance, f.tier, f.judged_by
FROM found AS f
LEFT JOIN label AS l USING (post_key)
GROUP BY ALL
ORDER BY f.posted_at DESC, f.post_key
