-- Clusters whose alarm went for the first time.
UPDATE cluster SET state = 'candidate', candidate_at = $at
WHERE state = 'open' AND cluster_id IN (SELECT unnest(from_json($cluster_ids, '["VARCHAR"]')))
