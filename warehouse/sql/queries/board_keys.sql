-- Which posts about the company of a stretch of time hold the labels asked for, newest first, told from what is kept of
-- them; those of the last moment only after the post named, if one is.
SELECT m.post_key, m.posted_at
FROM mention_fact AS m
WHERE m.hour_at > $from_at::TIMESTAMPTZ - INTERVAL 1 HOUR AND m.posted_at >= $from_at
    AND m.hour_at <= $until_at::TIMESTAMPTZ
    AND (m.posted_at < $until_at OR (m.posted_at = $until_at AND m.post_key > $after_key))
    AND ($source::TEXT IS NULL OR m.source = $source) AND ($sentiment::TEXT IS NULL OR m.sentiment = $sentiment)
    AND ($topic::TEXT IS NULL OR list_contains(m.topics, $topic))
    AND (
        ($claim_id::TEXT IS NULL AND $stance::TEXT IS NULL)
        OR m.post_key IN (
            SELECT post_key FROM claim_fact
            WHERE hour_at > $from_at::TIMESTAMPTZ - INTERVAL 1 HOUR AND hour_at <= $until_at::TIMESTAMPTZ
                AND ($claim_id::TEXT IS NULL OR claim_id = $claim_id) AND ($stance::TEXT IS NULL OR stance = $stance)
        )
    )
ORDER BY m.posted_at DESC, m.post_key
LIMIT $row_limit
