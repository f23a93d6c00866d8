-- On which claims the posts that changed count now, and on which they may count (`suggest`); and their threads, whose
-- titles may have changed with them.
CREATE OR REPLACE TEMP TABLE changed_claim AS
SELECT m.post_key, m.claim_id, m.tier, p.posted_at, time_bucket(INTERVAL 1 HOUR, p.posted_at) AS hour_at,
    timezone('Europe/Stockholm', p.posted_at)::DATE AS day, p.source, m.stance,
    p.text IS NOT NULL AND p.deleted_at IS NULL AS is_readable
FROM match_as_of(TIMESTAMPTZ 'infinity') AS m
JOIN post AS p USING (post_key)
WHERE m.tier IN ('auto', 'suggest');
CREATE OR REPLACE TEMP TABLE changed_title AS SELECT DISTINCT thread_key FROM post SEMI JOIN changed_post USING (post_key)
