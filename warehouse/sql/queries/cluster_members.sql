-- The cluster of each post.
SELECT c.post_key, c.cluster_id, c.revision, c.model_version
FROM cluster_post AS c
LEFT JOIN post AS p USING (post_key)
WHERE ($cluster_id::TEXT IS NULL OR c.cluster_id = $cluster_id)
    AND ($seen_after::TIMESTAMPTZ IS NULL OR p.first_seen_at > $seen_after)
ORDER BY c.post_key
