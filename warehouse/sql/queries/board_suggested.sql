-- Posts that may be about a claim and that no person has looked at, newest first. The hours of so many as a page holds are
-- enough, and all of the hour that the page before ended in.
WITH waiting AS (
    SELECT post_key, claim_id, stance, sentiment, topics
    FROM suggestion_fact
    WHERE claim_id = $claim_id AND ($before::TIMESTAMPTZ IS NULL OR hour_at <= $before)
    QUALIFY rank() OVER (
        PARTITION BY hour_at IS NOT DISTINCT FROM time_bucket(INTERVAL 1 HOUR, $before::TIMESTAMPTZ) ORDER BY hour_at DESC
    ) <= $row_limit
),
-- Laid out before it is put in order: the few posts are then found by their key, and not by reading all.
found AS MATERIALIZED (
    SELECT p.post_key, p.source, p.url, p.author_key, p.posted_at, p.text, nullif(w.sentiment, '') AS sentiment, w.topics,
        w.claim_id, w.stance, 'suggest' AS tier, NULL AS judged_by
    FROM post AS p
    JOIN waiting AS w USING (post_key)
)
FROM found
WHERE $before::TIMESTAMPTZ IS NULL OR posted_at < $before
ORDER BY posted_at DESC, post_key
LIMIT $row_limit
