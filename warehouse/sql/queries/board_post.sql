-- One post about the company, from the counts that are kept; each claim that it is counted on is a row. No row where it is
-- not about the company, or where a claim is only suggested: those are asked for with board_any_post. The hour is given, so
-- that of the facts little else is read.
WITH mention AS (
    SELECT post_key, sentiment, topics FROM mention_fact WHERE post_key = $post_key AND hour_at = $hour_at
),
spoken AS (
    SELECT post_key, claim_id, stance FROM claim_fact WHERE post_key = $post_key AND hour_at = $hour_at
),
judged AS (
    SELECT claim_id, arg_max(judged_by, row(judged_at, judged_by)) AS judged_by
    FROM judgement_as_of(TIMESTAMPTZ 'infinity')
    WHERE post_key = $post_key AND task IN ('stance', 'match')
    GROUP BY claim_id
)
SELECT p.post_key, p.source, p.url, p.author_key, p.posted_at, p.text, nullif(m.sentiment, '') AS sentiment, m.topics,
    s.claim_id, s.stance, CASE WHEN s.claim_id IS NOT NULL THEN 'auto' END AS tier, j.judged_by
FROM (FROM post WHERE post_key = $post_key) AS p
CROSS JOIN mention AS m
LEFT JOIN spoken AS s ON true
LEFT JOIN judged AS j USING (claim_id)
WHERE NOT EXISTS (FROM suggestion_fact WHERE post_key = $post_key AND hour_at = $hour_at)
ORDER BY s.claim_id
