-- One post with what is held of it, from what is kept of posts; each claim that it counts on, or may be about, is a row. The
-- hour is given, so that of the facts little else is read.
WITH mention AS (
    SELECT sentiment, topics FROM mention_fact WHERE post_key = $post_key AND hour_at = $hour_at
),
spoken AS (
    SELECT claim_id, stance, 'auto' AS tier FROM claim_fact WHERE post_key = $post_key AND hour_at = $hour_at
    UNION ALL
    SELECT claim_id, stance, 'suggest' FROM suggestion_fact WHERE post_key = $post_key AND hour_at = $hour_at
),
judged AS (
    SELECT claim_id, arg_max(judged_by, row(judged_at, judged_by)) AS judged_by
    FROM judgement_as_of(TIMESTAMPTZ 'infinity')
    WHERE post_key = $post_key AND task IN ('stance', 'match')
    GROUP BY claim_id
)
SELECT p.post_key, p.source, p.url, p.author_key, p.posted_at, p.text, nullif(m.sentiment, '') AS sentiment,
    coalesce(m.topics, []) AS topics, s.claim_id, s.stance, s.tier, j.judged_by, m.sentiment IS NOT NULL AS is_mention
FROM (FROM post WHERE post_key = $post_key) AS p
LEFT JOIN mention AS m ON true
LEFT JOIN spoken AS s ON true
LEFT JOIN judged AS j USING (claim_id)
ORDER BY s.tier, s.claim_id
