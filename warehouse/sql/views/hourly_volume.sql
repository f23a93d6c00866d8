CREATE OR REPLACE VIEW hourly_volume AS
SELECT time_bucket(INTERVAL 1 HOUR, posted_at) AS hour_at, source, count(*) AS post_count,
    count(*) FILTER (sentiment = 'negative') AS negative_count,
    count(*) FILTER (is_rumour) AS rumour_count
FROM mention_as_of(TIMESTAMPTZ 'infinity')
GROUP BY ALL;
COMMENT ON VIEW hourly_volume IS 'Posts about the company by hour (UTC) and source; hours without any are not rows.';
