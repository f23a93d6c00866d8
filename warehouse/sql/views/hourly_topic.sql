CREATE OR REPLACE VIEW hourly_topic AS
SELECT hour_at, source, topic, nullif(sentiment, '') AS sentiment, post_count, rumour_count
FROM mention_hour
WHERE topic <> '*';
COMMENT ON VIEW hourly_topic IS 'Posts about the company by hour (UTC), source, topic and sentiment; a post of two topics counts in both.';
COMMENT ON COLUMN hourly_topic.hour_at IS 'The hour, by its beginning.';
COMMENT ON COLUMN hourly_topic.source IS 'The site or network.';
COMMENT ON COLUMN hourly_topic.topic IS 'The topic''s code.';
COMMENT ON COLUMN hourly_topic.sentiment IS '`negative`, `neutral` or `positive`; null when it was not judged.';
COMMENT ON COLUMN hourly_topic.post_count IS 'Posts.';
COMMENT ON COLUMN hourly_topic.rumour_count IS 'Of which support or ask about a claim.';
