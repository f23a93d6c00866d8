-- The cluster of each post.
SELECT post_key, cluster_id, revision, model_version
FROM cluster_post
WHERE ($cluster_id::TEXT IS NULL OR cluster_id = $cluster_id)
    AND ($seen_after::TIMESTAMPTZ IS NULL OR post_key IN (SELECT post_key FROM post WHERE first_seen_at > $seen_after))
ORDER BY post_key
