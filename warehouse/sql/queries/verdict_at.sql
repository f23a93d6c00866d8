-- The verdict that was set at an instant.
SELECT verdict, verdict_by FROM verdict WHERE claim_id = $claim_id AND decided_at = $decided_at
