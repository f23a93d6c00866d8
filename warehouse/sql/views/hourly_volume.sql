CREATE OR REPLACE VIEW hourly_volume AS
SELECT hour_at, source, post_count, negative_count, rumour_count
FROM volume_hour;
COMMENT ON VIEW hourly_volume IS 'Posts about the company by hour (UTC) and source; hours without any are not rows.';
COMMENT ON COLUMN hourly_volume.hour_at IS 'The hour, by its beginning.';
COMMENT ON COLUMN hourly_volume.source IS 'The site or network.';
COMMENT ON COLUMN hourly_volume.post_count IS 'Posts.';
COMMENT ON COLUMN hourly_volume.negative_count IS 'Of which negative.';
COMMENT ON COLUMN hourly_volume.rumour_count IS 'Of which support or ask about a claim.';
