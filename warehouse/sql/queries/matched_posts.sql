-- Posts on claims that were known at a time, and first seen, or confirmed by a person, after the watermark.
SELECT m.claim_id, p.post_key, p.source, p.thread_key, coalesce(p.author_key, p.post_key) AS author_key, p.posted_at,
    greatest(p.first_seen_at, coalesce(m.counted_at, p.first_seen_at)) AS seen_at, m.stance, m.tier, p.view_count AS views
FROM match_as_of($now) AS m
JOIN post_as_of($now) AS p USING (post_key)
WHERE m.tier = $tier AND p.posted_at <= $now
    AND ($seen_after::TIMESTAMPTZ IS NULL OR greatest(p.first_seen_at, coalesce(m.counted_at, p.first_seen_at)) > $seen_after)
ORDER BY p.posted_at, m.claim_id, p.post_key
