CREATE OR REPLACE VIEW claim_timeline AS
SELECT claim_id, hour_at, stance, post_count, author_count
FROM claim_hour
WHERE source = '*';
COMMENT ON VIEW claim_timeline IS 'Posts on each claim by hour (UTC) and stance.';
COMMENT ON COLUMN claim_timeline.claim_id IS 'The claim.';
COMMENT ON COLUMN claim_timeline.hour_at IS 'The hour, by its beginning.';
COMMENT ON COLUMN claim_timeline.stance IS '`support`, `deny`, `query` or `comment`.';
COMMENT ON COLUMN claim_timeline.post_count IS 'Posts.';
COMMENT ON COLUMN claim_timeline.author_count IS 'Different authors.';
