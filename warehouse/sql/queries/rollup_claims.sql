-- On which claims the posts that changed count now.
CREATE OR REPLACE TEMP TABLE changed_claim AS
SELECT m.post_key, m.claim_id, time_bucket(INTERVAL 1 HOUR, p.posted_at) AS hour_at,
    timezone('Europe/Stockholm', p.posted_at)::DATE AS day, p.source, m.stance
FROM match_as_of(TIMESTAMPTZ 'infinity') AS m
JOIN post AS p USING (post_key)
WHERE m.tier = 'auto'
