-- Posts that a person has said to be about a claim, in the last word on it.
SELECT post_key, list(claim_id ORDER BY claim_id) AS claim_ids
FROM (
    SELECT post_key, claim_id, arg_max(label <> 'unrelated', row(judged_at, judged_by, task, label)) AS is_about
    FROM judgement_as_of($now)
    WHERE task IN ('stance', 'match')
    GROUP BY post_key, claim_id
)
WHERE is_about
GROUP BY post_key
