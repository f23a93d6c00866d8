-- Put what the posts count as in place of what they counted as.
DELETE FROM mention_fact WHERE post_key IN (FROM changed_post);
INSERT INTO mention_fact BY NAME FROM changed_mention;
DELETE FROM claim_fact WHERE post_key IN (FROM changed_post);
INSERT INTO claim_fact BY NAME SELECT post_key, claim_id, hour_at, day, source, stance FROM changed_claim WHERE tier = 'auto';
DELETE FROM suggestion_fact WHERE post_key IN (FROM changed_post);
INSERT INTO suggestion_fact BY NAME
SELECT c.post_key, c.claim_id, c.hour_at, c.posted_at, c.stance, coalesce(m.sentiment, '') AS sentiment,
    coalesce(m.topics, []) AS topics
FROM changed_claim AS c
LEFT JOIN changed_mention AS m USING (post_key)
WHERE c.tier = 'suggest' AND c.is_readable
