-- Put what the posts count as in place of what they counted as.
DELETE FROM mention_fact WHERE post_key IN (FROM changed_post);
INSERT INTO mention_fact BY NAME FROM changed_mention;
DELETE FROM claim_fact WHERE post_key IN (FROM changed_post);
INSERT INTO claim_fact BY NAME FROM changed_claim
