-- The same where words are looked for: the texts of the stretch are read, and of those that hold them no more than the key.
WITH mention AS (
    SELECT post_key
    FROM mention_fact
    WHERE hour_at > $from_at::TIMESTAMPTZ - INTERVAL 1 HOUR AND hour_at <= $until_at::TIMESTAMPTZ
        AND ($source::TEXT IS NULL OR source = $source) AND ($sentiment::TEXT IS NULL OR sentiment = $sentiment)
        AND ($topic::TEXT IS NULL OR list_contains(topics, $topic))
),
spoken AS (
    SELECT post_key
    FROM claim_fact
    WHERE hour_at > $from_at::TIMESTAMPTZ - INTERVAL 1 HOUR AND hour_at <= $until_at::TIMESTAMPTZ
        AND ($claim_id::TEXT IS NULL OR claim_id = $claim_id) AND ($stance::TEXT IS NULL OR stance = $stance)
)
SELECT p.post_key, p.posted_at
FROM post AS p
SEMI JOIN mention AS m USING (post_key)
WHERE p.posted_at >= $from_at AND p.posted_at <= $until_at AND p.text IS NOT NULL AND p.deleted_at IS NULL
    AND (p.posted_at < $until_at OR p.post_key > $after_key)
    AND regexp_matches(p.text, '(?i)' || regexp_escape($words))
    AND (($claim_id::TEXT IS NULL AND $stance::TEXT IS NULL) OR p.post_key IN (FROM spoken))
ORDER BY p.posted_at DESC, p.post_key
LIMIT $row_limit
