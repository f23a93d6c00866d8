-- Posts on claims that were known at a time; where a watermark is given those that were first seen, or confirmed by a
-- person, after the one, or posted from the other on.
SELECT m.claim_id, p.post_key, p.source, p.thread_key, coalesce(p.author_key, p.post_key) AS author_key, p.posted_at,
    greatest(p.first_seen_at, coalesce(m.counted_at, p.first_seen_at)) AS seen_at, m.stance, m.tier, p.view_count AS views
FROM match_as_of($now) AS m
JOIN post_as_of($now) AS p USING (post_key)
WHERE m.tier = $tier AND p.posted_at <= $now
    AND ($claim_ids::VARCHAR IS NULL OR m.claim_id IN (SELECT unnest(from_json($claim_ids::VARCHAR, '["VARCHAR"]'))))
    AND ($posted_before::TIMESTAMPTZ IS NULL OR p.posted_at < $posted_before)
    AND (
        ($seen_after::TIMESTAMPTZ IS NULL AND $posted_from::TIMESTAMPTZ IS NULL)
        OR greatest(p.first_seen_at, coalesce(m.counted_at, p.first_seen_at)) > $seen_after
        OR p.posted_at >= $posted_from
    )
ORDER BY p.posted_at, m.claim_id, p.post_key
