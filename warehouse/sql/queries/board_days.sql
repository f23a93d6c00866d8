-- How many posts about the company a search may have to read, by Swedish day, newest first.
SELECT day, sum(post_count)::BIGINT AS post_count
FROM (
    SELECT day, post_count FROM mention_day
    WHERE $claim_id::TEXT IS NULL AND $stance::TEXT IS NULL AND topic = coalesce($topic::TEXT, '*')
        AND ($source::TEXT IS NULL OR source = $source) AND ($sentiment::TEXT IS NULL OR sentiment = $sentiment)
    UNION ALL
    SELECT day, post_count FROM claim_day
    WHERE ($claim_id::TEXT IS NOT NULL OR $stance::TEXT IS NOT NULL) AND source = coalesce($source::TEXT, '*')
        AND ($claim_id::TEXT IS NULL OR claim_id = $claim_id) AND ($stance::TEXT IS NULL OR stance = $stance)
)
WHERE ($first_day::DATE IS NULL OR day >= $first_day) AND ($last_day::DATE IS NULL OR day <= $last_day)
GROUP BY day
ORDER BY day DESC
