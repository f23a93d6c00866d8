-- Posts that are in no cluster any more.
DELETE FROM cluster_post WHERE post_key NOT IN (SELECT unnest(from_json($kept, '["VARCHAR"]')))
