-- Clusters that had alarmed and that nobody had decided on.
SELECT c.cluster_id, central.text, count(*) AS post_count,
    count(*) FILTER (p.posted_at > $now - INTERVAL 24 HOUR) AS posts_24h, c.terms,
    count(*) FILTER (p.posted_at > $now - INTERVAL 48 HOUR AND p.posted_at <= $now - INTERVAL 24 HOUR) AS posts_before,
    count(DISTINCT coalesce(p.author_key, p.post_key)) AS author_count, min(p.posted_at) AS first_posted_at,
    max(p.posted_at) AS last_posted_at, c.candidate_at
FROM cluster AS c
JOIN cluster_post AS m USING (cluster_id)
JOIN post_as_of($now) AS p ON p.post_key = m.post_key AND p.posted_at <= $now
JOIN post_as_of($now) AS central ON central.post_key = c.central_post_key AND central.text IS NOT NULL
WHERE c.candidate_at <= $now AND (c.decided_at IS NULL OR c.decided_at > $now)
GROUP BY c.cluster_id, central.text, c.terms, c.candidate_at
ORDER BY posts_24h DESC, post_count DESC, c.cluster_id
