CREATE OR REPLACE VIEW claim_timeline AS
SELECT m.claim_id, time_bucket(INTERVAL 1 HOUR, p.posted_at) AS hour_at, m.stance, count(*) AS post_count,
    count(DISTINCT p.author_key) AS author_count
FROM match_as_of(TIMESTAMPTZ 'infinity') AS m
JOIN post AS p USING (post_key)
WHERE m.tier = 'auto'
GROUP BY ALL;
COMMENT ON VIEW claim_timeline IS 'Posts on each claim by hour (UTC) and stance.';
COMMENT ON COLUMN claim_timeline.claim_id IS 'The claim.';
COMMENT ON COLUMN claim_timeline.hour_at IS 'The hour, by its beginning.';
COMMENT ON COLUMN claim_timeline.stance IS '`support`, `deny`, `query` or `comment`.';
COMMENT ON COLUMN claim_timeline.post_count IS 'Posts.';
COMMENT ON COLUMN claim_timeline.author_count IS 'Different authors.';
