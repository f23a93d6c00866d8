CREATE OR REPLACE VIEW hourly_segment AS
SELECT d.hour_at, s.segment, d.claim_id, d.stance, d.post_count, d.author_count
FROM claim_hour AS d
JOIN claim AS c USING (claim_id)
JOIN segment AS s ON NOT list_contains(c.segments, s.segment)
WHERE d.source = '*';
COMMENT ON VIEW hourly_segment IS 'Posts by hour (UTC) on claims that mislead each segment: nobody knows to which segment who writes belongs.';
COMMENT ON COLUMN hourly_segment.hour_at IS 'The hour, by its beginning.';
COMMENT ON COLUMN hourly_segment.segment IS 'The segment, for whose customers the claim is not true.';
COMMENT ON COLUMN hourly_segment.claim_id IS 'The claim.';
COMMENT ON COLUMN hourly_segment.stance IS '`support`, `deny`, `query` or `comment`; null when it was not judged.';
COMMENT ON COLUMN hourly_segment.post_count IS 'Posts.';
COMMENT ON COLUMN hourly_segment.author_count IS 'Different authors.';
