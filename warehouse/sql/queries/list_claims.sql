-- Claims that are followed, with the verdict and the paraphrases that held.
SELECT c.claim_id, c.statement, c.truth, c.created_at, coalesce(v.verdict, 'unverified') AS verdict, v.verdict_by,
    c.segments, coalesce(p.paraphrases, []) AS paraphrases
FROM claim AS c
LEFT JOIN (
    SELECT claim_id, arg_max(verdict, decided_at) AS verdict, arg_max(verdict_by, decided_at) AS verdict_by
    FROM verdict
    WHERE $now::TIMESTAMPTZ IS NULL OR decided_at <= $now
    GROUP BY claim_id
) AS v USING (claim_id)
LEFT JOIN (
    SELECT claim_id, list(paraphrase ORDER BY added_at, paraphrase) AS paraphrases
    FROM claim_paraphrase
    WHERE $now::TIMESTAMPTZ IS NULL OR added_at <= $now
    GROUP BY claim_id
) AS p USING (claim_id)
LEFT JOIN (
    SELECT claim_id, arg_max(event, happened_at) AS event
    FROM claim_event
    WHERE $now::TIMESTAMPTZ IS NULL OR happened_at <= $now
    GROUP BY claim_id
) AS e USING (claim_id)
WHERE ($now::TIMESTAMPTZ IS NULL OR c.created_at <= $now) AND e.event IS DISTINCT FROM 'removed'
ORDER BY c.created_at, c.claim_id
