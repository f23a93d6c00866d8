-- Who spreads and who denies each claim: authors, each counted once a day, from the counts by the day; those of the last
-- 24 hours one by one. The first is told by its hour. The same question as digest_uptake.
WITH late AS (
    SELECT claim_id,
        count(DISTINCT author_key) FILTER (stance = 'support') AS support_24h,
        count(DISTINCT author_key) FILTER (stance = 'query') AS query_24h,
        count(DISTINCT author_key) FILTER (stance = 'deny') AS deny_24h
    FROM (
        SELECT claim_id, stance, coalesce(author_key, post_key) AS author_key
        FROM known_match
        WHERE posted_at > $now - INTERVAL 24 HOUR
    )
    GROUP BY claim_id
),
counted AS (
    SELECT claim_id,
        sum(author_count) FILTER (stance = 'support') AS support_count,
        sum(author_count) FILTER (stance = 'query') AS query_count,
        sum(author_count) FILTER (stance = 'deny') AS deny_count
    FROM claim_day
    WHERE source = '*' AND day <= timezone('Europe/Stockholm', $now)::DATE
    GROUP BY claim_id
),
first AS (
    SELECT claim_id, min(hour_at) AS first_posted_at
    FROM claim_hour
    WHERE source = '*' AND stance IN ('support', 'query') AND hour_at <= $now
    GROUP BY claim_id
)
SELECT c.claim_id, coalesce(l.support_24h, 0) AS support_24h, coalesce(l.query_24h, 0) AS query_24h,
    coalesce(l.deny_24h, 0) AS deny_24h, coalesce(c.support_count, 0)::BIGINT AS support_count,
    coalesce(c.query_count, 0)::BIGINT AS query_count, coalesce(c.deny_count, 0)::BIGINT AS deny_count, f.first_posted_at
FROM counted AS c
LEFT JOIN late AS l USING (claim_id)
LEFT JOIN first AS f USING (claim_id)
