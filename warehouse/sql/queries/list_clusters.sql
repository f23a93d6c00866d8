-- Clusters, oldest first.
SELECT cluster_id, created_at, central_post_key, terms, centroid, state, claim_id
FROM cluster
ORDER BY created_at, cluster_id
