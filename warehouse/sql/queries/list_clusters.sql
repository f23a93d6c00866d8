-- Clusters, oldest first.
SELECT cluster_id, created_at, central_post_key, terms, centroid, state, claim_id, candidate_at, decided_by, decided_at
FROM cluster
ORDER BY created_at, cluster_id
