-- Posts on each claim by local day and stance.
SELECT claim_id, timezone($timezone, hour_at)::DATE AS day,
    coalesce(sum(post_count) FILTER (stance = 'support'), 0)::BIGINT AS support_count,
    coalesce(sum(post_count) FILTER (stance = 'query'), 0)::BIGINT AS query_count,
    coalesce(sum(post_count) FILTER (stance = 'deny'), 0)::BIGINT AS deny_count,
    coalesce(sum(post_count) FILTER (stance = 'comment'), 0)::BIGINT AS comment_count
FROM claim_timeline
GROUP BY ALL
ORDER BY claim_id, day
