-- Every verdict on a claim, newest first.
SELECT verdict, verdict_by, decided_at FROM verdict WHERE claim_id = $claim_id ORDER BY decided_at DESC
