-- Pairs whose stance was judged by these models, each once.
SELECT post_key, revision, claim_id, tier, score_embedding, score_lexical, span_start, span_end, stance, stance_score,
    about_probability, support_probability, deny_probability, query_probability, comment_probability, model
FROM claim_match
WHERE post_key IN (SELECT unnest(from_json($post_keys, '["VARCHAR"]'))) AND model IN (SELECT unnest(from_json($models, '["VARCHAR"]')))
    AND stance IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY post_key, revision, model ORDER BY matched_at DESC, version DESC, claim_id) = 1
