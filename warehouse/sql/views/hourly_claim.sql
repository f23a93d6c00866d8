CREATE OR REPLACE VIEW hourly_claim AS
SELECT hour_at, claim_id, source, stance, post_count, author_count
FROM claim_hour
WHERE source <> '*';
COMMENT ON VIEW hourly_claim IS 'Posts on each claim by hour (UTC), source and stance.';
COMMENT ON COLUMN hourly_claim.hour_at IS 'The hour, by its beginning.';
COMMENT ON COLUMN hourly_claim.claim_id IS 'The claim.';
COMMENT ON COLUMN hourly_claim.source IS 'The site or network.';
COMMENT ON COLUMN hourly_claim.stance IS '`support`, `deny`, `query` or `comment`; null when it was not judged.';
COMMENT ON COLUMN hourly_claim.post_count IS 'Posts.';
COMMENT ON COLUMN hourly_claim.author_count IS 'Different authors.';
