-- Wordings of a claim that were taken from a post.
DELETE FROM claim_paraphrase WHERE claim_id = $claim_id AND post_key = $post_key
