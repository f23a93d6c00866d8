CREATE OR REPLACE VIEW daily_claim AS
SELECT day, claim_id, source, stance, post_count, author_count
FROM claim_day
WHERE source <> '*';
COMMENT ON VIEW daily_claim IS 'Posts on each claim by Swedish day, source and stance.';
COMMENT ON COLUMN daily_claim.day IS 'Day in Sweden.';
COMMENT ON COLUMN daily_claim.claim_id IS 'The claim.';
COMMENT ON COLUMN daily_claim.source IS 'The site or network.';
COMMENT ON COLUMN daily_claim.stance IS '`support`, `deny`, `query` or `comment`; null when it was not judged.';
COMMENT ON COLUMN daily_claim.post_count IS 'Posts.';
COMMENT ON COLUMN daily_claim.author_count IS 'Different authors.';
