CREATE OR REPLACE VIEW daily_volume AS
SELECT day, source, sum(post_count)::BIGINT AS post_count,
    coalesce(sum(post_count) FILTER (sentiment = 'negative'), 0)::BIGINT AS negative_count,
    sum(rumour_count)::BIGINT AS rumour_count
FROM mention_day
WHERE topic = '*'
GROUP BY ALL;
COMMENT ON VIEW daily_volume IS 'Posts about the company by Swedish day and source; days without any are not rows.';
COMMENT ON COLUMN daily_volume.day IS 'Day in Sweden.';
COMMENT ON COLUMN daily_volume.source IS 'The site or network.';
COMMENT ON COLUMN daily_volume.post_count IS 'Posts.';
COMMENT ON COLUMN daily_volume.negative_count IS 'Of which negative.';
COMMENT ON COLUMN daily_volume.rumour_count IS 'Of which support or ask about a claim.';
