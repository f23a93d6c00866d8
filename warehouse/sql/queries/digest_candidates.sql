-- Clusters that alarmed and that nobody has named yet.
SELECT c.cluster_id, central.text, count(*) AS post_count,
    count(*) FILTER (p.posted_at > $now - INTERVAL 24 HOUR) AS posts_24h, c.terms
FROM cluster AS c
JOIN cluster_post AS m USING (cluster_id)
JOIN post_as_of($now) AS p ON p.post_key = m.post_key AND p.posted_at <= $now
JOIN post_as_of($now) AS central ON central.post_key = c.central_post_key AND central.text IS NOT NULL
WHERE c.state = 'candidate' AND c.created_at <= $now
GROUP BY c.cluster_id, central.text, c.terms
ORDER BY posts_24h DESC, post_count DESC, c.cluster_id
