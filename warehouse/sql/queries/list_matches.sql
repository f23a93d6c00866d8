-- Matches as they stand, the nearest first.
SELECT m.post_key, m.claim_id, m.tier, m.stance, m.stance_score, m.score_embedding, m.score_lexical,
    m.about_probability, p.posted_at,
    p.source, p.url, m.judged_by, p.text, m.span_start, m.span_end
FROM match_current AS m
JOIN post AS p USING (post_key)
WHERE p.text IS NOT NULL AND ($claim_id::TEXT IS NULL OR m.claim_id = $claim_id)
    AND ($post_key::TEXT IS NULL OR m.post_key = $post_key)
    AND ($tier::TEXT IS NULL OR m.tier = $tier)
ORDER BY m.about_probability DESC NULLS LAST, coalesce(m.score_embedding, 0) + 0.3 * coalesce(m.score_lexical, 0) DESC, m.post_key, m.claim_id
LIMIT $row_limit
