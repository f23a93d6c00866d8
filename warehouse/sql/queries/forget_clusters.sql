-- Clusters that nobody has been shown and that have no posts any more.
DELETE FROM cluster WHERE state = 'open' AND cluster_id NOT IN (SELECT unnest(from_json($kept, '["VARCHAR"]')))
