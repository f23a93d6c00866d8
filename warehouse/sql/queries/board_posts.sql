-- Posts by their keys, newest first, with what is held of them; those whose text is gone are left out. When the first and the
-- last were posted is given, so that of the facts little else is read. LIMIT stands between the keys and what else is asked
-- of a post, which is then found by its key.
WITH asked AS (SELECT unnest(from_json($post_keys, '["VARCHAR"]')) AS post_key),
mention AS (
    SELECT post_key, sentiment, topics
    FROM mention_fact
    WHERE hour_at BETWEEN $first_at::TIMESTAMPTZ - INTERVAL 1 HOUR AND $last_at AND post_key IN (FROM asked)
),
spoken AS (
    SELECT post_key, first({'claim_id': claim_id, 'stance': stance}
        ORDER BY stance IN ('support', 'query', 'deny') DESC, claim_id) AS said
    FROM claim_fact
    WHERE hour_at BETWEEN $first_at::TIMESTAMPTZ - INTERVAL 1 HOUR AND $last_at AND post_key IN (FROM asked)
        AND ($claim_id::TEXT IS NULL OR claim_id = $claim_id) AND ($stance::TEXT IS NULL OR stance = $stance)
    GROUP BY post_key
),
judged AS (
    SELECT post_key, claim_id, arg_max(judged_by, row(judged_at, judged_by)) AS judged_by
    FROM judgement_as_of(TIMESTAMPTZ 'infinity')
    WHERE task IN ('stance', 'match') AND post_key IN (FROM asked)
    GROUP BY post_key, claim_id
),
found AS (
    SELECT p.post_key, p.source, p.url, p.author_key, p.posted_at, p.text, p.deleted_at
    FROM post AS p
    JOIN asked USING (post_key)
    LIMIT 1000000
)
SELECT f.post_key, f.source, f.url, f.author_key, f.posted_at, f.text, nullif(m.sentiment, '') AS sentiment, m.topics,
    s.said.claim_id AS claim_id, s.said.stance AS stance, CASE WHEN s.said IS NOT NULL THEN 'auto' END AS tier, j.judged_by
FROM found AS f
JOIN mention AS m USING (post_key)
LEFT JOIN spoken AS s USING (post_key)
LEFT JOIN judged AS j ON j.post_key = f.post_key AND j.claim_id = s.said.claim_id
WHERE f.text IS NOT NULL AND f.deleted_at IS NULL
ORDER BY f.posted_at DESC, f.post_key
