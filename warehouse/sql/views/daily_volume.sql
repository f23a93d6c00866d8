CREATE OR REPLACE VIEW daily_volume AS
SELECT timezone('Europe/Stockholm', posted_at)::DATE AS day, source, count(*) AS post_count,
    count(*) FILTER (sentiment = 'negative') AS negative_count,
    count(*) FILTER (is_rumour) AS rumour_count
FROM mention_as_of(TIMESTAMPTZ 'infinity')
GROUP BY ALL;
COMMENT ON VIEW daily_volume IS 'Posts about the company by Swedish day and source; days without any are not rows.';
COMMENT ON COLUMN daily_volume.day IS 'Day in Sweden.';
COMMENT ON COLUMN daily_volume.source IS 'The site or network.';
COMMENT ON COLUMN daily_volume.post_count IS 'Posts.';
COMMENT ON COLUMN daily_volume.negative_count IS 'Of which negative.';
COMMENT ON COLUMN daily_volume.rumour_count IS 'Of which support or ask about a claim.';
