-- The cluster of each post.
SELECT post_key, cluster_id FROM cluster_post ORDER BY post_key
