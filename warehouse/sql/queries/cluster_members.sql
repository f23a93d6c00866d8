-- The cluster of each post.
SELECT post_key, cluster_id, revision, model_version
FROM cluster_post
WHERE $cluster_id::TEXT IS NULL OR cluster_id = $cluster_id
ORDER BY post_key
