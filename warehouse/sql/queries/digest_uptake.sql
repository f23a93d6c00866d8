-- Who spreads and who denies each claim: authors, each counted once a local day.
WITH spoken AS (
    SELECT claim_id, stance, coalesce(author_key, post_key) AS author_key, posted_at,
        timezone($timezone, posted_at)::DATE AS day
    FROM known_match
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
