-- The claim and its latest verdict; no row when there is no such claim.
SELECT c.claim_id, arg_max(v.verdict, v.decided_at) AS verdict
FROM claim AS c
LEFT JOIN verdict AS v USING (claim_id)
WHERE c.claim_id = $claim_id
GROUP BY c.claim_id
