CREATE OR REPLACE VIEW daily_segment AS
SELECT d.day, s.segment, d.claim_id, d.stance, d.post_count, d.author_count
FROM claim_day AS d
JOIN claim AS c USING (claim_id)
JOIN segment AS s ON NOT list_contains(c.segments, s.segment)
WHERE d.source = '*';
COMMENT ON VIEW daily_segment IS 'Posts by Swedish day on claims that mislead each segment: nobody knows to which segment who writes belongs.';
COMMENT ON COLUMN daily_segment.day IS 'Day in Sweden.';
COMMENT ON COLUMN daily_segment.segment IS 'The segment, for whose customers the claim is not true.';
COMMENT ON COLUMN daily_segment.claim_id IS 'The claim.';
COMMENT ON COLUMN daily_segment.stance IS '`support`, `deny`, `query` or `comment`; null when it was not judged.';
COMMENT ON COLUMN daily_segment.post_count IS 'Posts.';
COMMENT ON COLUMN daily_segment.author_count IS 'Different authors.';
