-- The latest match of every revision and claim that a model has judged.
SELECT post_key, revision, claim_id, tier, score_embedding, score_lexical, span_start, span_end, stance, stance_score,
    support_probability, deny_probability, query_probability, comment_probability
FROM claim_match
WHERE model = $model
QUALIFY row_number() OVER (PARTITION BY post_key, revision, claim_id ORDER BY matched_at DESC, version DESC) = 1
