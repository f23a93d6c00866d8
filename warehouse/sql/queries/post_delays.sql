-- When the posts that spread or ask about a claim were posted, seen and judged, as known at a time.
SELECT m.claim_id, p.post_key, p.posted_at, p.first_seen_at AS seen_at,
    greatest(min(a.annotated_at), min(c.matched_at)) AS judged_at
FROM match_as_of($now) AS m
JOIN post_as_of($now) AS p USING (post_key)
LEFT JOIN annotation AS a ON a.post_key = p.post_key AND a.annotated_at <= $now
LEFT JOIN match_pass AS c ON c.post_key = p.post_key AND c.matched_at <= $now
WHERE m.tier = 'auto' AND m.stance IN ('support', 'query') AND p.posted_at > $posted_after AND p.posted_at <= $now
GROUP BY m.claim_id, p.post_key, p.posted_at, p.first_seen_at
ORDER BY p.posted_at, p.post_key
