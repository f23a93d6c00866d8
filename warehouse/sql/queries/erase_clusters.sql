-- Words and centres of clusters with erased posts; the next pass finds them anew from the posts that are left.
UPDATE cluster SET terms = [], centroid = []
WHERE cluster_id IN (SELECT cluster_id FROM cluster_post WHERE post_key IN (FROM erase_target))
