CREATE OR REPLACE VIEW source_day AS
SELECT h.source, d.day, sum(d.post_count)::BIGINT AS post_count, max(h.finished_at) AS counted_at
FROM health_day AS d
JOIN health AS h USING (health_key)
GROUP BY ALL;
COMMENT ON VIEW source_day IS 'Posts written in each source a day, about us or not, each counted once, when it was first read.';
COMMENT ON COLUMN source_day.source IS 'The site or network.';
COMMENT ON COLUMN source_day.day IS 'The Swedish day on which they were posted.';
COMMENT ON COLUMN source_day.post_count IS 'Posts in the threads that were read.';
COMMENT ON COLUMN source_day.counted_at IS 'When the last of them was read.';
