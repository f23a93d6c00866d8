-- One post about the company, from the counts that are kept; each claim that it is counted on is a row. No row where it is
-- not about the company, or where a claim is only suggested: those are asked for with board_any_post.
WITH one AS (
    SELECT post_key, source, url, author_key, posted_at, text FROM post WHERE post_key = $post_key
),
mention AS (
    SELECT post_key, sentiment, topics
    FROM mention_fact
    WHERE post_key = $post_key AND hour_at = (SELECT time_bucket(INTERVAL 1 HOUR, posted_at) FROM one)
),
spoken AS (
    SELECT post_key, claim_id, stance
    FROM claim_fact
    WHERE post_key = $post_key AND hour_at = (SELECT time_bucket(INTERVAL 1 HOUR, posted_at) FROM one)
),
judged AS (
    SELECT claim_id, arg_max(judged_by, row(judged_at, judged_by)) AS judged_by
    FROM judgement_as_of(TIMESTAMPTZ 'infinity')
    WHERE post_key = $post_key AND task IN ('stance', 'match')
    GROUP BY claim_id
)
SELECT o.post_key, o.source, o.url, o.author_key, o.posted_at, o.text, nullif(m.sentiment, '') AS sentiment, m.topics,
    s.claim_id, s.stance, CASE WHEN s.claim_id IS NOT NULL THEN 'auto' END AS tier, j.judged_by
FROM one AS o
JOIN mention AS m USING (post_key)
LEFT JOIN spoken AS s USING (post_key)
LEFT JOIN judged AS j USING (claim_id)
WHERE NOT EXISTS (FROM claim_match WHERE post_key = $post_key AND tier = 'suggest')
ORDER BY s.claim_id
