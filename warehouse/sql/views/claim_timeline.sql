CREATE OR REPLACE VIEW claim_timeline AS
SELECT m.claim_id, time_bucket(INTERVAL 1 HOUR, p.posted_at) AS hour_at, m.stance, count(*) AS post_count,
    count(DISTINCT p.author_key) AS author_count
FROM match_as_of(TIMESTAMPTZ 'infinity') AS m
JOIN post AS p USING (post_key)
WHERE m.tier = 'auto'
GROUP BY ALL;
COMMENT ON VIEW claim_timeline IS 'Posts on each claim by hour (UTC) and stance.';
