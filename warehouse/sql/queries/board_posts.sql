-- Posts about the company of a stretch of time that hold the words and labels asked for, newest first.
WITH mention AS (
    SELECT post_key, sentiment, topics
    FROM mention_fact
    WHERE hour_at > $from_at::TIMESTAMPTZ - INTERVAL 1 HOUR AND hour_at < $until_at::TIMESTAMPTZ
        AND ($source::TEXT IS NULL OR source = $source) AND ($sentiment::TEXT IS NULL OR sentiment = $sentiment)
        AND ($topic::TEXT IS NULL OR list_contains(topics, $topic))
),
spoken AS (
    SELECT post_key, first({'claim_id': claim_id, 'stance': stance}
        ORDER BY stance IN ('support', 'query', 'deny') DESC, claim_id) AS said
    FROM claim_fact
    WHERE hour_at > $from_at::TIMESTAMPTZ - INTERVAL 1 HOUR AND hour_at < $until_at::TIMESTAMPTZ
        AND ($claim_id::TEXT IS NULL OR claim_id = $claim_id) AND ($stance::TEXT IS NULL OR stance = $stance)
    GROUP BY post_key
),
found AS (
    SELECT p.post_key, p.source, p.url, p.author_key, p.posted_at, p.text, nullif(m.sentiment, '') AS sentiment, m.topics, s.said
    FROM post AS p
    JOIN mention AS m USING (post_key)
    LEFT JOIN spoken AS s USING (post_key)
    WHERE p.posted_at >= $from_at AND p.posted_at < $until_at AND p.text IS NOT NULL AND p.deleted_at IS NULL
        AND (($claim_id::TEXT IS NULL AND $stance::TEXT IS NULL) OR s.said IS NOT NULL)
        AND ($words::TEXT = '' OR regexp_matches(p.text, '(?i)' || regexp_escape($words)))
    ORDER BY p.posted_at DESC, p.post_key
    LIMIT $row_limit
)
SELECT f.post_key, f.source, f.url, f.author_key, f.posted_at, f.text, f.sentiment, f.topics, f.said.claim_id AS claim_id,
    f.said.stance AS stance, CASE WHEN f.said IS NOT NULL THEN 'auto' END AS tier, j.judged_by
FROM found AS f
LEFT JOIN (
    SELECT post_key, claim_id, arg_max(judged_by, row(judged_at, judged_by)) AS judged_by
    FROM judgement_as_of(TIMESTAMPTZ 'infinity')
    WHERE task IN ('stance', 'match')
    GROUP BY post_key, claim_id
) AS j ON j.post_key = f.post_key AND j.claim_id = f.said.claim_id
ORDER BY f.posted_at DESC, f.post_key
