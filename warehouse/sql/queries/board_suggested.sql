-- Posts that may be about a claim and that no person has looked at, newest first: which they are is told from what is kept
-- of them. Nothing is asked of the posts but their keys, by which they are then found.
WITH waiting AS (
    SELECT post_key, claim_id, stance, sentiment, topics
    FROM suggestion_fact
    WHERE claim_id = $claim_id AND ($before::TIMESTAMPTZ IS NULL OR posted_at < $before OR (posted_at = $before AND post_key > $after_key))
    ORDER BY posted_at DESC, post_key
    LIMIT $row_limit
)
SELECT p.post_key, p.source, p.url, p.author_key, p.posted_at, p.text, nullif(w.sentiment, '') AS sentiment, w.topics,
    w.claim_id, w.stance, 'suggest' AS tier, NULL AS judged_by
FROM post AS p
JOIN waiting AS w USING (post_key)
ORDER BY p.posted_at DESC, p.post_key
