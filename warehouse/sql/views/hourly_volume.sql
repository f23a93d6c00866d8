CREATE OR REPLACE VIEW hourly_volume AS
SELECT time_bucket(INTERVAL 1 HOUR, posted_at) AS hour_at, source, count(*) AS post_count,
    count(*) FILTER (sentiment = 'negative') AS negative_count,
    count(*) FILTER (is_rumour) AS rumour_count
FROM mention_as_of(TIMESTAMPTZ 'infinity')
GROUP BY ALL;
COMMENT ON VIEW hourly_volume IS 'Posts about the company by hour (UTC) and source; hours without any are not rows.';
COMMENT ON COLUMN hourly_volume.hour_at IS 'The hour, by its beginning.';
COMMENT ON COLUMN hourly_volume.source IS 'The site or network.';
COMMENT ON COLUMN hourly_volume.post_count IS 'Posts.';
COMMENT ON COLUMN hourly_volume.negative_count IS 'Of which negative.';
COMMENT ON COLUMN hourly_volume.rumour_count IS 'Of which support or ask about a claim.';
