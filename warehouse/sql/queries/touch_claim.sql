-- Something has changed about the posts on a claim.
INSERT INTO dirty_post
SELECT post_key FROM claim_match WHERE claim_id = $claim_id
UNION SELECT post_key FROM judgement WHERE claim_id = $claim_id
UNION SELECT post_key FROM claim_fact WHERE claim_id = $claim_id
