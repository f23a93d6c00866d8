-- Who spreads and who denies each claim: authors, each counted once a local day.
WITH spoken AS (
    SELECT m.claim_id, m.stance, coalesce(p.author_key, p.post_key) AS author_key, p.posted_at,
        timezone($timezone, p.posted_at)::DATE AS day
    FROM match_as_of($now) AS m
    JOIN post_as_of($now) AS p USING (post_key)
    WHERE m.tier = 'auto' AND p.posted_at <= $now
)
SELECT claim_id,
    count(DISTINCT author_key) FILTER (stance = 'support' AND posted_at > $now - INTERVAL 24 HOUR) AS support_24h,
    count(DISTINCT author_key) FILTER (stance = 'query' AND posted_at > $now - INTERVAL 24 HOUR) AS query_24h,
    count(DISTINCT author_key) FILTER (stance = 'deny' AND posted_at > $now - INTERVAL 24 HOUR) AS deny_24h,
    count(DISTINCT row(author_key, day)) FILTER (stance = 'support') AS support_count,
    count(DISTINCT row(author_key, day)) FILTER (stance = 'query') AS query_count,
    count(DISTINCT row(author_key, day)) FILTER (stance = 'deny') AS deny_count,
    min(posted_at) FILTER (stance IN ('support', 'query')) AS first_posted_at
FROM spoken
GROUP BY claim_id
